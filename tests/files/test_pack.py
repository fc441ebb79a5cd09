"""The pack file: every fault has a name and a place, and the sample says what it means."""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import tomli_w

from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.packs import Label
from gateway.domain.register import AgencyId, ChildReference
from gateway.files.pack import PackFileDocument, parse_pack

Change = Callable[[dict[str, Any]], object] | tuple[Any, ...]
Faults = Callable[[Change], list[Problem]]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (("meeting", "The Meeting"), "meeting", "identifier"),
        (("authority", "section 66C"), "authority", "code"),
        (("purpose", ["SAFETY-PLAN"]), "purpose", "must be text"),
        (("marking", "PRIVATE"), "marking", "not a known classification"),
        (("markings", "SECRET"), "markings", "not known here"),
        (("document", []), "document", "at least 1"),
        (("document", {"file": "a.pdf"}), "document", "must be a list"),
        (("document", 1, "a.pdf"), "document[2]", "must be a table"),
        (("document", 1, {}), "document[2].source_agency", "missing"),
        (("document", 1, "children", ["ZZZ0016"]), "document[2].children[1]", "Health"),
        (("document", 1, "personal_information", 1), None, "true or false"),
        (("document", 1, "obtained_under_section_66", "no"), None, "true or false"),
        (("document", 1, "endorsements", ["SEE: <b>"]), None, "required form"),
        (("document", 1, "endorsements", ["STAFF", "staff"]), None, "Item 2 repeats"),
        (("document", 1, "title", "a\nb"), "document[2].title", "line break"),
        (("document", 1, "file", "documents/care-summary.pdf"), "document", "in file"),
        (("statement", 1, "recipient", "aroha-tauira"), "statement", "in recipient"),
        (("statement", 1, "belief", "  "), "statement[2].belief", "empty"),
        (("statement", 1, "ground", "all\n"), "statement[2].ground", "required form"),
        (("consultation", 1, "child", "child-7f3a"), "consultation", "in child"),
        (("consultation", 1, "consulted", "yes"), None, "true or false"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_a_remedy(
    pack_faults: Faults, change: Change, field: str | None, words: str
) -> None:
    """Each kind of fault is told at its place, in words, with a remedy."""
    faults = pack_faults(change)
    found = [f for f in faults if words in f.message and field in {None, f.field}]
    assert found, faults
    assert all(fault.remedy for fault in faults)


@pytest.mark.parametrize(
    "path",
    [
        "../secrets.pdf",
        "documents/../../secrets.pdf",
        "/etc/passwd",
        "//server/share/a.pdf",
        "C:/a.pdf",
        "documents\\a.pdf",
        "documents//a.pdf",
        "./a.pdf",
        "documents/",
        "a.pdf\u0000",
        "a\u202efdp.exe",
        "~/a.pdf ",
        " /a.pdf",
        ".",
        "..",
        "",
        "a" * 256,
        "\ud7fb" * 300,
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(pack_faults: Faults, path: str) -> None:
    """Only a plain path at or below the pack file's folder is taken."""
    faults = pack_faults(("document", 0, "file", path))
    assert [fault.field for fault in faults] == ["document[1].file"]


@pytest.mark.parametrize(
    "path", ["a.pdf", "documents/2026/Kōrero hui.docx", "..a/b..pdf", "a'b (1).pdf"]
)
def test_a_plain_path_is_taken_as_it_is_written(pack_bytes: bytes, path: str) -> None:
    """Blanks, macrons and dots within a name are in order."""
    table = tomllib.loads(pack_bytes.decode())
    table["document"][0]["file"] = path
    assert parse_pack(tomli_w.dumps(table).encode()).documents[0].file == path


def test_every_fault_is_told_at_once(pack_faults: Faults) -> None:
    """Faults in the head, the documents, the statements and the consultations come together."""

    def change(table: dict[str, Any]) -> None:
        del table["contact"]
        table["document"][3]["classification"] = "?"
        table["statement"][0]["recipient"] = "?"
        table["consultation"][0]["account"] = ""

    assert {fault.field for fault in pack_faults(change)} == {
        "contact",
        "document[4].classification",
        "statement[1].recipient",
        "consultation[1].account",
    }


def test_a_pack_file_that_is_no_toml_is_refused_by_its_name() -> None:
    """The message says which kind of file was at fault."""
    with pytest.raises(InvalidInput, match="pack file has a problem") as caught:
        parse_pack(b"meeting = \n")
    assert caught.value.problems[0].field == "line 1"


def test_every_key_reaches_the_domain(pack_bytes: bytes) -> None:
    """What the sample says is what the pack file holds, key by key."""
    table = tomllib.loads(pack_bytes.decode())
    del table["document"][1]["title"]
    table["document"][1] |= {
        "personal_information": False,
        "obtained_under_section_66": True,
        "endorsements": ["medical"],
    }
    table["statement"][1]["stated_by"] = "aroha-tauira"
    pack = parse_pack(tomli_w.dumps(table).encode())
    assert (pack.terms.meeting, pack.terms.contact) == ("kowhai-2026-12-08", "pat-tauira")
    assert (pack.terms.authority, pack.terms.purpose) == ("OTA-66C", "SAFETY-PLAN")
    assert pack.terms.marking is Classification.IN_CONFIDENCE
    assert pack.documents[1] == PackFileDocument(
        file="documents/health-appointments.pdf",
        title=None,
        label=Label(
            classification=Classification.IN_CONFIDENCE,
            category="Health appointments",
            source_agency=AgencyId("te-rohe-health"),
            children=(ChildReference("child-7f3a"),),
            personal_information=False,
            obtained_under_section_66=True,
            endorsements=("MEDICAL",),
        ),
    )
    first, second, third = pack.terms.statements[:3]
    assert first.stated_by == "pat-tauira"
    assert second.stated_by == "aroha-tauira"
    assert (third.ground, third.instrument) == (
        "66C(a)(v)",
        "Kōwhai whānau services agreement 2026 (fictional)",
    )
    assert [(c.child, c.consulted) for c in pack.terms.consultations] == [
        ("child-7f3a", False),
        ("child-9c2e", True),
    ]


def test_a_pack_file_written_again_reads_the_same(pack_bytes: bytes) -> None:
    """Comments, layout and the order of keys carry no meaning."""
    again_written = tomli_w.dumps(tomllib.loads(pack_bytes.decode())).encode()
    assert parse_pack(again_written) == parse_pack(pack_bytes)
