"""Guessing a document's label by its file name."""

import pytest

from gateway.domain.classification import Classification
from gateway.domain.label_guesses import guess_label
from gateway.domain.register import AgeGroup, AgencyId, Child, ChildReference, InformationItem

LEAD, HEALTH, SCHOOL = AgencyId("tamariki-care"), AgencyId("te-rohe-health"), AgencyId("learning")
PLAIN, SENSITIVE = Classification.IN_CONFIDENCE, Classification.SENSITIVE
TABLE = (
    InformationItem(LEAD, "Steps of the safety plan", "Care and protection", PLAIN),
    InformationItem(HEALTH, "Dates of appointments", "Health appointments", SENSITIVE),
    InformationItem(SCHOOL, "Half-days attended this term", "Attendance", PLAIN),
    InformationItem(SCHOOL, "Support in class", "Whānau support", PLAIN),
)
ONE = (Child(ChildReference("child-7f3a"), AgeGroup.CHILD),)
TWO = (*ONE, Child(ChildReference("child-9c2e"), AgeGroup.YOUNG_PERSON))


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("care-summary.pdf", "Care and protection"),
        ("CareSummary.PDF", "Care and protection"),
        ("Health appointments 2026.docx", "Health appointments"),
        ("appointment letter.pdf", "Health appointments"),
        ("attendance_record_term-4.docx", "Attendance"),
        ("whanau support plan.docx", "Whānau support"),
        ("Whānau.pdf", "Whānau support"),
        ("safety plan.pdf", "Care and protection"),
        ("scan0001.pdf", ""),
        ("and.pdf", ""),
        ("", ""),
        ("health attendance.pdf", ""),
        ("care attendance.pdf", "Care and protection"),
    ],
)
def test_the_category_is_the_row_whose_words_the_name_has(name: str, category: str) -> None:
    """Without macrons, capitals, plurals; blank where none or several fit, unless one is ours."""
    assert guess_label(name, TABLE, LEAD, ONE, PLAIN).category == category


def test_agency_and_classification_come_from_the_row() -> None:
    """And where no row fits, from what the pack is."""
    found = guess_label("health.pdf", TABLE, LEAD, ONE, PLAIN)
    assert (found.source_agency, found.classification) == (HEALTH, SENSITIVE)
    none = guess_label("scan.pdf", TABLE, LEAD, ONE, Classification.RESTRICTED)
    assert (none.source_agency, none.classification) == (LEAD, Classification.RESTRICTED)


def test_the_child_is_named_only_where_the_meeting_is_about_one() -> None:
    """Whom of several a document is about, a person says."""
    assert guess_label("care.pdf", TABLE, LEAD, ONE, PLAIN).children == ("child-7f3a",)
    assert guess_label("care.pdf", TABLE, LEAD, TWO, PLAIN).children == ()


def test_a_guess_never_says_that_nobody_is_concerned() -> None:
    """It holds personal information until a person says otherwise."""
    assert guess_label("agenda.pdf", (), LEAD, (), PLAIN).personal_information
