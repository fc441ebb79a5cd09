"""Protective markings are told from ordinary words, however and wherever they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.classification import Classification
from gateway.domain.inspection import Kind
from gateway.inspection.passages import Passage, Place
from gateway.inspection.words import Words, read

_LABEL = "MSIP_Label_00000000-0000-4000-8000-000000000000_Name"
_DASHES = ("-", " ", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "\u00a0", " - ")
_MARGINS = (Place.HEADER, Place.FOOTER, Place.PROPERTY)
_CASES = (str.upper, str.lower, str.title, str.capitalize)
_PROSE = "The panel met on Tuesday and talked about school."


def found(text: str, place: Place = Place.BODY, name: str = "", where: str = "") -> Words:
    """What the words of one passage tell."""
    return read([Passage(text, where, place, name)], ())


def spelled(level: Classification, dash: str, *, nz: bool) -> str:
    """A level with this in place of its dash or space, and after NZ."""
    words = level.value.replace(" ", "-").replace("-", dash)
    return f"NZ{dash}{words}" if nz else words


levels = st.sampled_from(list(Classification))
dashes = st.sampled_from(_DASHES)


@given(levels, st.booleans(), dashes, st.sampled_from(_CASES), st.sampled_from(_MARGINS))
def test_any_spelling_counts_in_headers_footers_and_properties(
    level: Classification, nz: bool, dash: str, case: type[str], place: Place
) -> None:
    """In any case, with any dash, with or without NZ."""
    assert found(case(spelled(level, dash, nz=nz)), place).marking is level


@given(levels, st.booleans(), dashes, st.sampled_from(("\n", "\r\n", "\t", " | ", "\u2028", "\f")))
def test_capitals_on_a_line_of_their_own_count(
    level: Classification, nz: bool, dash: str, ends: str
) -> None:
    """Whatever ends the lines, and what stands on the others."""
    text = f"{_PROSE}{ends}{spelled(level, dash, nz=nz)}{ends}{_PROSE}"
    assert found(text).marking is level


@given(levels, st.booleans(), dashes, st.sampled_from(_CASES))
def test_a_label_makes_any_spelling_a_marking(
    level: Classification, nz: bool, dash: str, case: type[str]
) -> None:
    """Such as `Classification:` before it."""
    text = f"{_PROSE}\nClassification: {case(spelled(level, dash, nz=nz))}\n{_PROSE}"
    assert found(text).marking is level


@given(levels, st.sampled_from(_DASHES), st.sampled_from(_CASES))
def test_the_name_of_a_purview_label_is_read(
    level: Classification, dash: str, case: type[str]
) -> None:
    """Whatever stands around the level in it; also in a mail's header field of all labels."""
    name = f"Agency_{case(spelled(level, dash, nz=False))} (staff)"
    assert found(name, Place.PROPERTY, _LABEL).marking is level
    fields = f"{_LABEL[:-5]}_SiteId=secret; {_LABEL}={name}; {_LABEL[:-5]}_Method=Standard"
    assert found(fields, Place.PROPERTY, "msip_labels").marking is level


def test_other_properties_of_a_label_say_no_level() -> None:
    """Only its name does: not its site, its way of being set or its day."""
    fields = f"{_LABEL[:-5]}_SiteId=SECRET; {_LABEL[:-5]}_Method=SECRET"
    assert found(fields, Place.PROPERTY, "msip_labels").marking is None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("In-Confidence – external", "IN-CONFIDENCE"),
        ("[SEEMAIL] [IN-CONFIDENCE] Meeting of 3 May", "IN-CONFIDENCE"),
        ("Please see the [Sensitive] notes below", "SENSITIVE"),
        ("The pack is IN-CONFIDENCE and is to be kept locked.", "IN-CONFIDENCE"),
        ("Held as NZ RESTRICTED by the agency.", "RESTRICTED"),
        ("It was classified as SENSITIVE by the sender.", "SENSITIVE"),
        ("Classification\tIn confidence\tPage 2", "IN-CONFIDENCE"),
        ("Marking: (Confidential)", "CONFIDENTIAL"),
        ("SENSITIVE when completed", "SENSITIVE"),
        ("Page 3 of 5    CONFIDENTIAL", "CONFIDENTIAL"),
        ("TOP\nSECRET", "TOP SECRET"),
        ("IN\u00adCONFIDENCE", "IN-CONFIDENCE"),
        ("\uff33\uff25\uff23\uff32\uff25\uff34", "SECRET"),
        ("S\u200bENSITIVE", "SENSITIVE"),
        ("This report was sent IN CONFIDENCE to the panel.", "IN-CONFIDENCE"),
        ("It is SENSITIVE – external.", "SENSITIVE"),
        ("UNCLASSIFIED\nIN-CONFIDENCE\nSENSITIVE", "SENSITIVE"),
    ],
)
def test_forms_that_agencies_write_are_markings(text: str, level: str) -> None:
    """The highest of those that stand in a text is its marking."""
    assert found(text).marking is Classification(level)


@given(levels, levels, st.sampled_from((" ", " / ", ", ", ": ", " | ", " - ")))
def test_of_two_levels_together_the_higher_counts(
    one: Classification, other: Classification, between: str
) -> None:
    """Whichever stands first, and whatever sign is between them."""
    marking = found(f"{_PROSE}\n{one.value}{between}{other.value}\n{_PROSE}").marking
    assert marking is not None
    assert marking.rank == max(one.rank, other.rank)


def test_a_list_of_levels_to_choose_from_is_not_the_highest_of_them() -> None:
    """As a form has it, where one is to be crossed."""
    listed = " / ".join(level.value for level in Classification)
    told = found(f"Classification: {listed}").marking
    assert told is None or told.rank <= Classification.IN_CONFIDENCE.rank


@pytest.mark.parametrize("text", ["in confidence – external", "In confidence - External"])
def test_external_makes_small_letters_a_marking(text: str) -> None:
    """On a line of its own; in a sentence it is prose."""
    assert found(f"{_PROSE}\n{text}\n{_PROSE}").marking is Classification.IN_CONFIDENCE
    assert found("She told it in confidence to external people.").marking is None


@pytest.mark.parametrize(
    "text",
    [
        "She told him in confidence.",
        "He told us\nin confidence\nthat he was afraid.",
        "It was GIVEN IN CONFIDENCE BY THE SCHOOL",
        "That is a sensitive topic, and a confidential matter.",
        "Secret Santa is on Friday.",
        "restricted mobility",
        "Restricted",
        "SENSITIVE CLAIMS UNIT",
        "SENSITIVE MEDICAL ISSUES",
        "This is a SENSITIVE matter.",
        "Private and Confidential",
        "PRIVATE & CONFIDENTIAL",
        "STRICTLY CONFIDENTIAL",
        "Company-Confidential",
        "The search is CASE-SENSITIVE",
        "Sensitivity: restricted mobility",
        "It was marked confidential in the notes.",
        "an UNRESTRICTED\nview",
        "SECRETARY\nof the board",
        "STAFF\nPOLICY\nBUDGET",
        "the policy is for staff (restricted hours)",
    ],
)
def test_ordinary_words_are_no_markings(text: str) -> None:
    """Words of prose, headings that hold one, and phrases of letters."""
    words = found(text)
    assert words == Words((), None, ())


@pytest.mark.parametrize(
    "text", ["Confidential report on a visit", "Being culturally sensitive", "restricted mobility"]
)
def test_words_of_a_heading_are_no_marking_in_a_header(text: str) -> None:
    """In small letters, beside other words, they say what it is about."""
    assert found(text, Place.HEADER).marking is None


@pytest.mark.parametrize(
    ("text", "place", "level"),
    [
        ("Ministry of Examples – in confidence – page 2 of 5", Place.FOOTER, "IN-CONFIDENCE"),
        ("EXAMPLE AGENCY RESTRICTED", Place.HEADER, "RESTRICTED"),
        ("SENSITIVE: notes of the visit", Place.HEADER, "SENSITIVE"),
        ('marking="in-confidence"; type=":ess"', Place.PROPERTY, "IN-CONFIDENCE"),
        ("VER=1, SEC=SENSITIVE, ACCESS=Medical", Place.PROPERTY, "SENSITIVE"),
    ],
)
def test_headers_and_properties_hold_markings_beside_other_words(
    text: str, place: Place, level: str
) -> None:
    """Between dashes, at the end, in capitals, or as a value among values."""
    assert found(text, place).marking is Classification(level)


def test_the_edges_of_a_page_count_as_its_header_and_footer() -> None:
    """A PDF does not say which lines these are; inside the page the same word is prose."""
    assert found(f"Confidential\n{_PROSE}", where="page 2").marking is Classification.CONFIDENTIAL
    assert found(f"{_PROSE}\nconfidential\n", where="page 2").marking is Classification.CONFIDENTIAL
    assert found(f"{_PROSE}\nconfidential\n{_PROSE}", where="page 2").marking is None
    assert found(f"Confidential\n{_PROSE}", where="row 2").marking is None


def test_senders_and_authors_are_no_markings() -> None:
    """Somebody may be called so, or have an address that says so."""
    assert found("SECRET <secret@agency.example>", Place.PROPERTY, "From").marking is None


@pytest.mark.parametrize(
    ("text", "level", "named"),
    [
        ("MEDICAL IN-CONFIDENCE", "IN-CONFIDENCE", ("MEDICAL",)),
        ("COMMERCIAL-IN-CONFIDENCE", "IN-CONFIDENCE", ("COMMERCIAL",)),
        ("BUDGET: SENSITIVE", "SENSITIVE", ("BUDGET",)),
        ("SENSITIVE: STAFF, POLICY", "SENSITIVE", ("POLICY", "STAFF")),
        ("RESTRICTED//REL TO NZL, GBR", "RESTRICTED", ("REL TO NZL, GBR",)),
        ("SECRET NZEO", "SECRET", ("NEW ZEALAND EYES ONLY",)),
        ("IN-CONFIDENCE [LEGAL PRIVILEGE]", "IN-CONFIDENCE", ("LEGAL PRIVILEGE",)),
        (
            "SENSITIVE EMBARGOED FOR RELEASE until 3 May 2026",
            "SENSITIVE",
            ("EMBARGOED FOR RELEASE",),
        ),
        ("Staff: In-Confidence", "IN-CONFIDENCE", ("STAFF",)),
    ],
)
def test_endorsements_are_found_beside_a_level(
    text: str, level: str, named: tuple[str, ...]
) -> None:
    """Before it or after it, several, with what belongs to them; told once."""
    words = found(text)
    assert (words.marking, words.endorsements) == (Classification(level), named)
    assert len(words.discoveries) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("NEW ZEALAND EYES ONLY", "NEW ZEALAND EYES ONLY"),
        ("Not for others: NZEO.", "NEW ZEALAND EYES ONLY"),
        ("ADDRESSEE ONLY", "ADDRESSEE ONLY"),
        ("TO BE REVIEWED ON 3 May 2026", "TO BE REVIEWED ON"),
        ("ACCOUNTABLE MATERIAL", "ACCOUNTABLE MATERIAL"),
    ],
)
def test_endorsements_that_are_no_ordinary_word_need_no_level(text: str, named: str) -> None:
    """They are told without a marking."""
    words = found(text)
    assert (words.marking, words.endorsements) == (None, (named,))
    assert [one.kind for one in words.discoveries] == [Kind.MARKING_FOUND]


def test_each_marking_is_told_once_with_where_it_first_stands() -> None:
    """A marking on every page is one discovery."""
    pages = [Passage(f"SENSITIVE\n{_PROSE}", f"page {n}") for n in range(1, 4)]
    words = read([*pages, Passage("SECRET", "page 4")], ())
    assert [one.where for one in words.discoveries] == ["page 1", "page 4"]
    assert words.marking is Classification.SECRET
