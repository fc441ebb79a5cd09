"""Single values of the register file: every fault has a name, a place and a remedy."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Any

import pytest

from gateway.domain.errors import Problem

Change = Callable[[dict[str, Any]], object] | tuple[Any, ...]
Faults = Callable[[Change], list[Problem]]

BEN = "representative 'ben-sample'"
POLICE = "agency 'regional-police'"
KOWHAI = "protocol[2]"  # by position, as two versions share the id
MEETING = "meeting 'kowhai-2026-12-08'"


def signed_twice(table: dict[str, Any]) -> None:
    """A change after which an agency has signed the same version twice."""
    table["protocol"][1]["signatory"].append(table["protocol"][1]["signatory"][0])


def far_too_many(table: dict[str, Any]) -> None:
    """A change after which a section has more items than are taken."""
    table["conflict_of_interest"] = [{}] * 10_001


SINGLE_VALUES = [
    (("agency", 1, "id", "Regional Police"), "agency[2].id", "identifier"),
    (("agency", 1, "id", "police\n"), "agency[2].id", "identifier"),
    (("agency", 1, "id", "-police"), "agency[2].id", "identifier"),
    (("agency", 1, "id", "p" * 65), "agency[2].id", "identifier"),
    (("agency", 1, "name", ""), f"{POLICE}.name", "empty"),
    (("agency", 1, "name", " \u3000 "), f"{POLICE}.name", "empty"),
    (("agency", 1, "name", "x" * 201), f"{POLICE}.name", "too long"),
    (("agency", 1, "name", "x" * 401), f"{POLICE}.name", "too long"),
    (("agency", 1, "name", "Police\nBcc: x"), f"{POLICE}.name", "line break"),
    (("agency", 1, "name", "Police\u202e"), f"{POLICE}.name", "invisible"),
    (("agency", 1, "name", "Po\u200blice"), f"{POLICE}.name", "invisible"),
    (("agency", 1, "name", "Police\u2028x"), f"{POLICE}.name", "line break"),
    (("agency", 1, "name", "\u3164"), f"{POLICE}.name", "invisible"),
    (("agency", 1, "name", 7), f"{POLICE}.name", "must be text"),
    (("agency", 1, "kind", "army"), f"{POLICE}.kind", "known values"),
    (("agency", 1, "kind", True), f"{POLICE}.kind", "known values"),
    (
        ("agency", 1, "highest_classification", "SECRETISH"),
        f"{POLICE}.highest_classification",
        "not a known classification",
    ),
    (
        ("agency", 1, "highest_classification", 1),
        f"{POLICE}.highest_classification",
        "not a known classification",
    ),
    (("agency", 1, "mail_domains", "p.example"), f"{POLICE}.mail_domains", "a list"),
    (("agency", 1, "mail_domains", ["x"]), f"{POLICE}.mail_domains[1]", "not complete"),
    (("agency", 1, "mail_domains", ["*.a.nz"]), f"{POLICE}.mail_domains[1]", "not valid"),
    (
        ("agency", 1, "mail_domains", ["192.0.2.7"]),
        f"{POLICE}.mail_domains[1]",
        "ends in a number",
    ),
    (
        ("agency", 1, "mail_domains", ["p\u043elice.example"]),
        f"{POLICE}.mail_domains[1]",
        "mixes letters",
    ),
    (
        ("agency", 1, "mail_domains", ["a.example", "A.Example"]),
        f"{POLICE}.mail_domains",
        "Item 2 repeats item 1",
    ),
    (
        ("agency", 1, "standing", 0, "status", "independent person"),
        f"{POLICE}.standing[1].status",
        "not a standing an agency can have",
    ),
    (
        ("agency", 1, "standing", 0, "expires_on", "30 June 2028"),
        f"{POLICE}.standing[1].expires_on",
        "not a date",
    ),
    (
        ("agency", 1, "standing", 0, "expires_on", "2028-02-30"),
        f"{POLICE}.standing[1].expires_on",
        "no such day",
    ),
    (
        ("agency", 1, "handling_acknowledged_on", datetime(2026, 1, 1, tzinfo=UTC)),
        f"{POLICE}.handling_acknowledged_on",
        "not a date",
    ),
    (
        ("agency", 1, "handling_acknowledged_on", 20260101),
        f"{POLICE}.handling_acknowledged_on",
        "not a date",
    ),
    (
        ("agency", 1, "handling_acknowledged_on", date(26, 1, 1)),
        f"{POLICE}.handling_acknowledged_on",
        "year is not plausible",
    ),
    (("agency", 1, "colour", "blue"), f"{POLICE}.colour", "not known here"),
    (("agency", 1, "police"), "agency[2]", "must be a table"),
    (("agency", {"id": "police"}), "agency", "array of tables"),
    (("agency", 1, "name", ...), f"{POLICE}.name", "missing"),
    (
        ("representative", 2, "standing", [{"status": "family violence agency"}]),
        f"{BEN}.standing[1].status",
        "not a standing a person can have",
    ),
    (("representative", 2, "email", "Ben <b@a.example>"), f"{BEN}.email", "name@domain"),
    (("representative", 2, "email", "b@a\u0430.example"), f"{BEN}.email", "mixes letters"),
    (("representative", 2, "email", "b" * 300), f"{BEN}.email", "too long"),
    (("representative", 2, "email", f"b@{'a.' * 130}nz"), f"{BEN}.email", "too long"),
    (("representative", 2, "mobile", "021 123 4567"), f"{BEN}.mobile", "E.164"),
    (("representative", 2, "mobile", "+64211234567\n"), f"{BEN}.mobile", "E.164"),
    (("representative", 2, "mobile", 64211234567), f"{BEN}.mobile", "must be text"),
    (("representative", 2, "telephone", "+0123456789"), f"{BEN}.telephone", "E.164"),
    (("representative", 2, "active_from", True), f"{BEN}.active_from", "not a date"),
    (("representative", 2, "active_from", ...), f"{BEN}.active_from", "missing"),
    (("protocol", 1, "version", True), f"{KOWHAI}.version", "whole number"),
    (("protocol", 1, "version", 2.0), f"{KOWHAI}.version", "whole number"),
    (("protocol", 1, "version", 0), f"{KOWHAI}.version", "greater than"),
    (("protocol", 1, "version", 10**4000), f"{KOWHAI}.version", "less than"),
    (("protocol", 1, "purpose", []), f"{KOWHAI}.purpose", "at least 1"),
    (
        ("protocol", 1, "purpose", 0, "authorities", []),
        f"{KOWHAI}.purpose[1].authorities",
        "at least 1",
    ),
    (
        ("protocol", 1, "purpose", 0, "authorities", ["OTA 66C"]),
        f"{KOWHAI}.purpose[1].authorities[1]",
        "code",
    ),
    (
        ("protocol", 1, "purpose", 1, "code", "SAFETY-PLAN"),
        f"{KOWHAI}.purpose",
        "Item 2 repeats item 1 in code",
    ),
    (signed_twice, f"{KOWHAI}.signatory", "Item 7 repeats item 1 in agency"),
    (
        ("protocol", 1, "before", "password_channels", ["text", "pigeon"]),
        f"{KOWHAI}.before.password_channels[2]",
        "known values",
    ),
    (
        ("protocol", 1, "before", "password_channels", ["text", "text"]),
        f"{KOWHAI}.before.password_channels",
        "Item 2 repeats",
    ),
    (("protocol", 1, "during", ...), f"{KOWHAI}.during", "missing"),
    (("protocol", 1, "after", "later"), f"{KOWHAI}.after", "must be a table"),
    (
        ("protocol", 1, "privacy_statement", "x" * 4001),
        f"{KOWHAI}.privacy_statement",
        "too long",
    ),
    (
        ("protocol", 1, "privacy_statement", "a\u0007b"),
        f"{KOWHAI}.privacy_statement",
        "control character",
    ),
    (
        ("meeting", 0, "held_at", datetime(2026, 12, 8, 10)),  # noqa: DTZ001
        f"{MEETING}.held_at",
        "offset from UTC",
    ),
    (("meeting", 0, "held_at", "2026-12-08T10:00:00"), f"{MEETING}.held_at", "offset"),
    (
        ("meeting", 0, "held_at", "2026-12-08T25:00:00Z"),
        f"{MEETING}.held_at",
        "no such moment",
    ),
    (("meeting", 0, "held_at", "1796677200"), f"{MEETING}.held_at", "date with a time"),
    (
        ("meeting", 0, "held_at", date(2026, 12, 8)),
        f"{MEETING}.held_at",
        "date with a time",
    ),
    (("meeting", 0, "held_at", time_of_day(10)), f"{MEETING}.held_at", "date with a time"),
    (
        ("meeting", 0, "held_at", "9999-12-31T23:59:59-14:00"),
        f"{MEETING}.held_at",
        "year is not plausible",
    ),
    (("meeting", 0, "attendees", []), f"{MEETING}.attendees", "at least 1"),
    (
        ("meeting", 0, "attendees", ["ben-sample", "ben-sample"]),
        f"{MEETING}.attendees",
        "Item 2 repeats item 1",
    ),
    (
        ("meeting", 0, "child", 0, "reference", "Tama Example"),
        f"{MEETING}.child[1].reference",
        "required form",
    ),
    (
        ("meeting", 0, "child", 0, "reference", "ZAA0067"),
        f"{MEETING}.child[1].reference",
        "National Health Index",
    ),
    (
        ("meeting", 0, "child", 0, "reference", "nhi-zzz12ab"),
        f"{MEETING}.child[1].reference",
        "National Health Index",
    ),
    (
        ("meeting", 0, "child", 0, "reference", "child-9c2e"),
        f"{MEETING}.child",
        "Item 2 repeats item 1 in reference",
    ),
    (
        ("meeting", 0, "child", 0, "age_group", "teenager"),
        f"{MEETING}.child[1].age_group",
        "known values",
    ),
    (("conflict_of_interest", 3), "conflict_of_interest", "array of tables"),
    (("meeting", 0, "attendees", ["x"] * 10_001), f"{MEETING}.attendees", "too many"),
    (far_too_many, "conflict_of_interest", "too many items"),
    (("agencies", []), "agencies", "not known here"),
    (("\u202ename\n", 1), "?", "not known here"),
    (("agency", 1, "\u001b[31m", 1), f"{POLICE}.?", "not known here"),
]


@pytest.mark.parametrize(("change", "field", "words"), SINGLE_VALUES)
def test_a_wrong_value_is_named_with_its_place_and_a_remedy(
    register_faults: Faults, change: Change, field: str, words: str
) -> None:
    """Each kind of fault gives one problem at the very place, in words, with a remedy."""
    faults = register_faults(change)
    found = next((fault for fault in faults if fault.field == field), None)
    assert found is not None, faults
    assert words in found.message
    assert found.remedy
