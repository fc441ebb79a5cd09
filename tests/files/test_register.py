"""The register file as a whole: all faults at once, and what is right comes out canonical."""

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import tomli_w

from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.register import AgeGroup, PasswordChannel, Status
from gateway.files.register import parse_register

Change = Callable[[dict[str, Any]], object] | tuple[Any, ...]
Faults = Callable[[Change], list[Problem]]

BEN = "representative 'ben-sample'"
HANA = "representative 'hana-sample'"
KOWHAI = "protocol[2]"  # by position, as two versions share the id
MEETING = "meeting 'kowhai-2026-12-08'"


def test_every_fault_is_told_at_once(register_faults: Faults) -> None:
    """Faults of single values and between parts, in every section, come in one answer."""

    def change(table: dict[str, Any]) -> None:
        table["agency"][0]["kind"] = "army"
        table["agency"][1]["id"] = "POLICE"
        table["representative"][2]["email"] = "nowhere"
        table["representative"][2]["mobile"] = "111"
        table["representative"][4]["agency"] = "nobody"
        table["protocol"][1]["purpose"][0]["code"] = "?"
        table["meeting"][0]["held_at"] = "soon"
        table["conflict_of_interest"][0]["child"] = "ZAA0067"
        table["extra"] = 1

    fields = {problem.field for problem in register_faults(change)}
    assert {
        "extra",
        "agency 'tamariki-care'.kind",
        "agency[2].id",
        f"{BEN}.email",
        f"{BEN}.mobile",
        f"{HANA}.agency",
        f"{KOWHAI}.purpose[1].code",
        f"{MEETING}.held_at",
        "conflict_of_interest[1].child",
    } <= fields


def test_a_reference_to_an_item_with_a_fault_of_its_own_is_no_second_fault(
    register_faults: Faults,
) -> None:
    """One slip in an agency does not make every mention of the agency a fault."""
    faults = register_faults(("agency", 0, "kind", "army"))
    assert [fault.field for fault in faults] == ["agency 'tamariki-care'.kind"]


def test_a_misspelt_key_is_answered_with_the_nearest_one(register_faults: Faults) -> None:
    """The remedy for an unknown key names the key that was probably meant."""
    outer = register_faults(("meting", []))
    inner = register_faults(("protocol", 1, "purpose", 0, "athorities", []))
    far = register_faults(("agency", 0, "zzz", 1))
    assert outer[0].remedy == "Did you mean 'meeting'?"
    assert inner[0].remedy == "Did you mean 'authorities'?"
    assert "mail_domains" in far[0].remedy


def test_no_problem_repeats_what_was_written(register_faults: Faults) -> None:
    """A name or a terminal's control sequence in a wrong value does not come back in a message."""
    secret = "\u001b[2JTama Example"

    def change(table: dict[str, Any]) -> None:
        table["agency"][0] = dict.fromkeys(table["agency"][0], secret)
        table["representative"][2] = dict.fromkeys(table["representative"][2], secret)
        table["meeting"][0]["child"][0] = {"reference": secret, "age_group": secret}
        table["meeting"][0]["held_at"] = secret
        table[secret] = secret

    faults = register_faults(change)
    assert len(faults) > 10
    told = "".join(fault.field + fault.message + fault.remedy for fault in faults)
    assert "Tama" not in told
    assert "\u001b" not in told


def test_very_many_faults_are_counted_and_the_first_listed() -> None:
    """A file of nothing but faults gives an answer of bounded size."""
    with pytest.raises(InvalidInput) as caught:
        parse_register(b"[[agency]]\n" * 10_000)
    assert len(caught.value.problems) == 200
    assert "more than 200 problems" in caught.value.message


def test_a_file_without_any_agency_is_refused() -> None:
    """A file that is empty or cut off never passes for a register."""
    for data in (b"", b"# nothing\n", b"agency = []\n"):
        with pytest.raises(InvalidInput) as caught:
            parse_register(data)
        assert [problem.field for problem in caught.value.problems] == ["agency"]


def test_values_come_out_in_their_canonical_form(register_bytes: bytes) -> None:
    """Domains, texts, classifications and times have one form, whichever way they were written."""
    table = tomllib.loads(register_bytes.decode())
    table["agency"][1] |= {
        "name": "  Nga\u0304\u00a0Pirihimana ",
        "highest_classification": "in confidence",
        "mail_domains": ["Regional-Police.EXAMPLE", "pirihīmana.example"],
    }
    table["representative"][2]["email"] = "Ben.Sample@REGIONAL-POLICE.example"
    table["protocol"][1]["privacy_statement"] = "One.\r\n\r\nTwo."
    register = parse_register(tomli_w.dumps(table).encode())
    police = register.agencies[1]
    assert police.name == "Ngā Pirihimana"
    assert police.highest_classification is Classification.IN_CONFIDENCE
    assert police.mail_domains == ("regional-police.example", "xn--pirihmana-9nb.example")
    assert register.representatives[2].email == "Ben.Sample@regional-police.example"
    assert register.protocols[1].privacy_statement == "One.\n\nTwo."
    assert register.meetings[0].held_at == datetime(2026, 12, 7, 21, tzinfo=UTC)
    assert register.meetings[0].held_at.tzinfo is UTC


def test_every_key_reaches_the_domain(register_bytes: bytes) -> None:
    """What the sample says is what the register holds, key by key."""
    table = tomllib.loads(register_bytes.decode())
    table["representative"][2] |= {
        "other_email": "ben@b.example",
        "active_until": date(2029, 1, 31),
        "standing": [
            {"status": "independent person", "ground": "s 2", "evidence": "folio 9"},
        ],
    }
    register = parse_register(tomli_w.dumps(table).encode())
    ben = register.representatives[2]
    assert (ben.id, ben.agency, ben.name) == ("ben-sample", "regional-police", "Ben Sample")
    assert (ben.role, ben.mobile, ben.telephone) == (
        "Sergeant, family harm team",
        "+447700900102",
        "+441632960102",
    )
    assert (ben.email, ben.other_email) == ("ben.sample@regional-police.example", "ben@b.example")
    assert (ben.active_from, ben.active_until) == (date(2025, 2, 1), date(2029, 1, 31))
    assert [(s.status, s.ground, s.evidence) for s in ben.standings] == [
        (Status.INDEPENDENT_PERSON, "s 2", "folio 9")
    ]
    provider = register.agencies[4]
    assert provider.standings[0].expires_on == date(2028, 6, 30)
    assert provider.handling_acknowledged_on == date(2025, 3, 3)
    protocol = register.protocols[1]
    assert (protocol.id, protocol.version, protocol.lead_agency) == ("kowhai", 2, "tamariki-care")
    assert (protocol.in_force_from, protocol.review_due) == (date(2026, 2, 1), date(2028, 2, 1))
    assert protocol.purposes[1].authorities == ("FVA-20", "OTA-66C")
    assert protocol.signatures[0].signed_by == "Robin Sample"
    assert protocol.information[1].category == "Health appointments"
    assert protocol.before.password_channels == (
        PasswordChannel.TEXT,
        PasswordChannel.OTHER_MAILBOX,
        PasswordChannel.TELEPHONE,
    )
    assert protocol.during.password_channels == ()
    assert protocol.after.description.startswith("An agency with a task")
    meeting = register.meetings[0]
    assert len(meeting.attendees) == 11
    assert [(c.reference, c.age_group) for c in meeting.children] == [
        ("child-7f3a", AgeGroup.CHILD),
        ("child-9c2e", AgeGroup.YOUNG_PERSON),
    ]
    conflict = register.conflicts[0]
    assert (conflict.representative, conflict.child) == ("iris-example", "child-9c2e")
    assert conflict.declared_on == date(2026, 11, 10)


def test_a_register_written_again_reads_the_same(register_bytes: bytes) -> None:
    """Comments, layout and the order of keys carry no meaning."""
    again_written = tomli_w.dumps(tomllib.loads(register_bytes.decode())).encode()
    assert parse_register(again_written) == parse_register(register_bytes)
