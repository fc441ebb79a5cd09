"""A protocol's text: what is written is read again, and what is not understood is told."""

from datetime import date

import pytest
from hypothesis import given
from support.drafted import HEALTH, LEAD, contents, sound

from gateway.domain.classification import Classification
from gateway.domain.drafts import Content, Section
from gateway.domain.drafts.content import DraftItem
from gateway.domain.identifiers import AgencyId, RepresentativeId
from gateway.domain.protocol_terms import Vetting
from gateway.domain.protocol_texts import (
    Block,
    Bullets,
    Heading,
    Known,
    Table,
    Text,
    read,
    taken_over,
    written,
)
from gateway.domain.protocol_texts.topics import Topic, topic_of
from gateway.domain.protocol_texts.writing import Called, Standing
from gateway.domain.register import Method, PasswordChannel, Signature

NAMES = {LEAD: "Tamariki Care", HEALTH: "Te Rohe Health", AgencyId("regional-police"): "Police"}
PEOPLE = {
    RepresentativeId("aroha-tauira"): (LEAD, "Aroha Tauira"),
    RepresentativeId("hana-sample"): (HEALTH, "Hana Sample"),
}
AUTHORITIES = {"OTA-66C": "Oranga Tamariki Act 1989, section 66C", "IPP-11": "Principle 11"}
KNOWN = Known(NAMES, PEOPLE, AUTHORITIES)
CALLED = Called(NAMES, {key: name for key, (_, name) in PEOPLE.items()}, AUTHORITIES)
SIGNED = Signature(HEALTH, "Sample Signatory", "Manager", date(2026, 12, 1))
VETTED = Vetting("Example Vetter", "Lawyer", "legal", LEAD, date(2026, 11, 1))


def text(content: Content) -> tuple[Block, ...]:
    return written(content, Standing(LEAD, VETTED, (SIGNED,)), CALLED)


def test_what_is_written_is_read_again() -> None:
    """Every section, and nothing is left over."""
    reading = read(text(sound()), KNOWN)
    assert reading.content == sound()
    assert reading.unread == ()
    assert reading.sections == frozenset(Section)


def test_it_has_the_template_s_order_and_says_who_signed() -> None:
    """Approval and signatures with what is on record, the review last."""
    blocks = text(sound())
    heads = [each.text for each in blocks if isinstance(each, Heading) and each.level == 1]
    assert heads[0] == "The meeting"
    assert heads[-2:] == ["Approval and signatures", "Review"]
    signed = next(each for each in blocks if isinstance(each, Table) and each.signed)
    assert signed.rows == (
        ("Tamariki Care", "", "", "", ""),
        ("Te Rohe Health", "Sample Signatory", "Manager", "on record", "1 December 2026"),
    )


@given(contents())
def test_whatever_a_draft_holds_is_read_or_told(content: Content) -> None:
    """A draft that is read back says no other thing than before; what is missing was told."""
    reading = read(text(content), KNOWN)
    for field in ("recording", "meeting_purpose", "requirements", "restrictions", "in_force_from"):
        said = getattr(content, field)
        expected = tuple(each for each in said if each) if isinstance(said, tuple) else said
        assert getattr(reading.content, field) == expected
    rows = [row for row in content.information if row.item]
    assert list(reading.content.information) == rows
    written_down = len(content.information) + len(content.conditions)
    came_back = len(reading.content.information) + len(reading.content.conditions)
    assert came_back + len(reading.unread) >= written_down or not all(
        row.item for row in content.information
    )


@pytest.mark.parametrize(
    ("heading", "topic"),
    [
        ("3. Legal authority", Topic.AUTHORITY),
        ("LEGAL AUTHORITIES FOR SHARING", Topic.AUTHORITY),
        ("Purpose of sharing (by agency)", Topic.SHARING_PURPOSE),
        ("Information being shared", Topic.INFORMATION),
        ("Use of information, secondary use, tikanga and Maori data", Topic.MAORI_DATA),
        ("9 Storage, retention, disposal", Topic.RETENTION),
        ("Conflict of interest", Topic.CONFLICTS),
        ("Privacy breaches", Topic.BREACHES),
        ("Anything else", None),
        ("A sentence about the review of the security of the method " * 3, None),
    ],
)
def test_a_heading_is_known_by_its_words(heading: str, topic: Topic | None) -> None:
    """Numbers, capitals and macrons don't matter; a sentence is no heading."""
    assert topic_of(heading) is topic


def test_an_agency_s_own_table_is_read() -> None:
    """Other columns and order; no category; a marking with what goes on after it."""
    heads = ("Protective marking", "Agency name", "Information")
    row = ("In-Confidence \u2013 external", "te rohe health", "Dates of appointments")
    blocks = (Heading("5. Information to be shared"), Table((), (heads, row)))
    (item,) = read(blocks, KNOWN).content.information
    assert item == DraftItem(HEALTH, "Dates of appointments", "", Classification.IN_CONFIDENCE)


def test_what_cannot_be_read_is_told_where_it_stands() -> None:
    """Unknown agencies, authorities, levels; strange headings, tables and columns."""
    blocks = (
        Heading("Legal authority"),
        Table((), (("Purpose", "Legal authority"), ("Safety", "The Charter of 1666"))),
        Heading("Information to be shared"),
        Table((), (("Agency", "Information", "Classification"), ("Nobody", "Dates", "SENSITIVE"))),
        Table((), (("Agency", "Information", "Classification"), ("Police", "Dates", "PURPLE"))),
        Table((), (("Who", "What"), ("Police", "Dates"))),
        Heading("Retention"),
        Table((), (("a", "b", "c"),)),
        Heading("Catering"),
        Text("Biscuits are provided."),
    )
    reading = read(blocks, KNOWN)
    assert [(each.section, each.where) for each in reading.unread] == [
        (Section.PURPOSES, "Legal authority"),
        (Section.INFORMATION, "Information to be shared"),
        (Section.INFORMATION, "Information to be shared"),
        (Section.INFORMATION, "Information to be shared"),
        (Section.RETENTION, "Retention"),
        (None, "Catering"),
        (None, "Catering"),
    ]
    (purpose,) = reading.content.purposes
    assert (purpose.code, purpose.authorities) == ("P1", ())
    (item,) = reading.content.information
    assert (item.agency, item.classification) == (AgencyId("regional-police"), None)


@pytest.mark.parametrize("blank", ["[insert here]", "Click or tap here to enter text.", "____"])
def test_what_waits_to_be_filled_in_is_blank(blank: str) -> None:
    """Nothing was written there, so nothing is read, and nothing is told."""
    reading = read((Heading("Retention"), Text(blank), Bullets((blank,))), KNOWN)
    assert (reading.content, reading.unread) == (Content(), ())


def test_a_bold_line_within_a_text_stays_a_line_of_it() -> None:
    """Only what names a section begins one."""
    blocks = (Heading("Retention"), Heading("Who decides", 9), Text("The lead agency."))
    assert read(blocks, KNOWN).content.retention == "Who decides\nThe lead agency."


def test_sections_are_taken_over_and_what_was_not_read_stays() -> None:
    """A blank in the document never empties the draft."""
    source = Content(retention="A year.", before=Method("", (PasswordChannel.TEXT,)))
    sections = (Section.RETENTION, Section.BREACHES, Section.METHOD)
    merged = taken_over(sound(), source, sections)
    assert (merged.retention, merged.breaches) == ("A year.", sound().breaches)
    assert merged.during == sound().during
    assert merged.agencies == sound().agencies
