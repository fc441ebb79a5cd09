"""Which way an archive goes, and what a refusal is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.classification import Classification
from gateway.domain.decisions import Limits, Route
from gateway.domain.register import Agency, AgencyId, AgencyKind, PickUp
from gateway.domain.routes import (
    choose_route,
    fits_mail,
    is_status,
    mail_bytes,
    refuses_content,
)

LEVEL = Classification


def agency(pick_up: PickUp | None = None) -> Agency:
    return Agency(AgencyId("a"), "A", AgencyKind.OTHER, LEVEL.SENSITIVE, (), pick_up=pick_up)


@pytest.mark.parametrize(
    ("pick_up", "marking", "expected"),
    [
        (None, LEVEL.IN_CONFIDENCE, Route.MAIL),
        (PickUp.WHEN_NEEDED, LEVEL.UNCLASSIFIED, Route.MAIL),
        (PickUp.ALWAYS, LEVEL.UNCLASSIFIED, Route.PICK_UP),
        (None, LEVEL.SENSITIVE, Route.PICK_UP),
        (PickUp.WHEN_NEEDED, LEVEL.SENSITIVE, Route.PICK_UP),
    ],
)
def test_the_route_follows_agency_and_marking(
    pick_up: PickUp | None, marking: Classification, expected: Route
) -> None:
    """Whatever mail may not carry is picked up; so is all for who wants that."""
    assert choose_route(agency(pick_up), marking, Limits()) is expected


def test_a_lower_ceiling_of_mail_counts() -> None:
    """A gateway that mails nothing but UNCLASSIFIED."""
    limits = Limits(mail_ceiling=LEVEL.UNCLASSIFIED)
    assert choose_route(agency(), LEVEL.IN_CONFIDENCE, limits) is Route.PICK_UP


@given(st.integers(1, 2**40), st.integers(1, 2**41))
def test_a_mail_is_larger_than_its_archive_by_more_than_a_third(size: int, limit: int) -> None:
    """It fits where its size does, and anywhere without a limit."""
    assert mail_bytes(size) > size * 4 // 3
    assert fits_mail(size, None, None)
    assert fits_mail(size, limit, None) == (mail_bytes(size) <= limit)


@pytest.mark.parametrize(
    ("status", "of_content"),
    [
        ("5.2.3", True),
        ("5.3.4", True),
        ("5.6.1", True),
        ("5.7.1", True),
        ("5.1.1", False),
        ("5.2.1", False),
        ("5.2.2", False),
        ("5.0.0", False),
        ("4.4.7", False),
        ("5.3.40", False),
        ("5.70.1", False),
    ],
)
def test_a_refusal_is_of_the_content_or_not(status: str, *, of_content: bool) -> None:
    """A notice without the archive arrives where the archive was the trouble, and only there."""
    assert is_status(status)
    assert refuses_content(status) is of_content


@given(st.text(max_size=12))
def test_only_codes_are_codes(text: str) -> None:
    """Of three numbers, the first of them 2, 4 or 5."""
    if is_status(text):
        assert text.isascii()
        assert text[0] in "245"
        assert text.count(".") == 2
