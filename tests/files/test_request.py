"""The request file: every key reaches the domain, and every fault has a name and a place."""

import copy
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from gateway.domain.classification import Classification
from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.information_requests.content import (
    ConsultationRecord,
    RequestContent,
    RequestedItem,
    Subject,
)
from gateway.domain.register import (
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)
from gateway.files.request import parse_request
from gateway.services.information_requests import RequestTerms

Faults = Callable[..., list[Problem]]

FULL: dict[str, Any] = {
    "meeting": "kowhai-2026-12-08",
    "authority": "OTA-66C",
    "protocol_purpose": "SAFETY-PLAN",
    "requester": "pat-tauira",
    "holder": "iris-example",
    "marking": "in-confidence",
    "due_on": date(2027, 2, 26),
    "due_because": "The plan is reviewed.\nSoon.",
    "urgent": True,
    "ground": "66C(a)(v)",
    "purpose": "To plan visits.",
    "instrument": "Kōwhai agreement (fictional)",
    "held_because": "The clinic said so.",
    "needed_because": "It shows what help is needed.",
    "reply_by": "By a sealed pack.",
    "relationship": "Coordinator.",
    "action": "Action 2",
    "safety": "No messages at home.",
    "subject": {
        "reference": "child-7f3a",
        "name": "Tama Tauira-Sample (fictional)",
        "other_names": ["Tommy Sample", "T. Sample"],
        "born_on": date(2017, 3, 14),
        "age_years": 9,
        "gender": "boy",
        "address": "12 Example Street\nKōwhai",
        "identifiers": {"NHI": "ZZZ0016", "school number": "7"},
        "family": "Lives with his grandmother.",
    },
    "items": [
        {
            "category": "attendance",
            "description": "Days of absence",
            "since": date(2026, 6, 1),
            "until": date(2026, 11, 20),
        },
        {"category": "health", "description": "Dates of appointments"},
    ],
    "consultation": {"consulted": False, "whom": "His grandmother", "account": "Not safe."},
    "further": {"panel": "Thursday panel", "second": "Two\nlines"},
}
LEAST = {
    key: FULL[key]
    for key in ("meeting", "authority", "protocol_purpose", "requester", "holder", "marking")
} | {"subject": {"reference": "child-7f3a"}}


def read(table: dict[str, Any]) -> RequestTerms:
    """What the file that holds `table` says."""
    return parse_request(tomli_w.dumps(table).encode())


@pytest.fixture
def faults() -> Faults:
    """The problems of the full file after a change: a path, then what is put there, or `...`."""

    def changed(*change: Any) -> list[Problem]:
        table = copy.deepcopy(FULL)
        holder: Any = table
        *way, last, value = change
        for step in way:
            holder = holder[step]
        if value is ...:
            del holder[last]
        else:
            holder[last] = value
        try:
            read(table)
        except InvalidInput as error:
            return list(error.problems)
        return []

    return changed


def test_every_key_reaches_the_domain() -> None:
    """What the file says is what the request holds, key by key."""
    content = RequestContent(
        subject=Subject(
            reference=ChildReference("child-7f3a"),
            name="Tama Tauira-Sample (fictional)",
            other_names=("Tommy Sample", "T. Sample"),
            born_on=date(2017, 3, 14),
            age_years=9,
            gender="boy",
            address="12 Example Street\nKōwhai",
            identifiers={"NHI": "ZZZ0016", "school number": "7"},
            family="Lives with his grandmother.",
        ),
        ground="66C(a)(v)",
        purpose="To plan visits.",
        instrument="Kōwhai agreement (fictional)",
        items=(
            RequestedItem("attendance", "Days of absence", date(2026, 6, 1), date(2026, 11, 20)),
            RequestedItem("health", "Dates of appointments"),
        ),
        held_because="The clinic said so.",
        needed_because="It shows what help is needed.",
        consultation=ConsultationRecord(
            consulted=False, whom="His grandmother", account="Not safe."
        ),
        due_because="The plan is reviewed.\nSoon.",
        urgent=True,
        reply_by="By a sealed pack.",
        relationship="Coordinator.",
        action="Action 2",
        safety="No messages at home.",
        further={"panel": "Thursday panel", "second": "Two\nlines"},
    )
    assert read(FULL) == RequestTerms(
        meeting=MeetingId("kowhai-2026-12-08"),
        authority=AuthorityCode("OTA-66C"),
        purpose="SAFETY-PLAN",
        requester=RepresentativeId("pat-tauira"),
        holder=RepresentativeId("iris-example"),
        marking=Classification.IN_CONFIDENCE,
        content=content,
        due_on=date(2027, 2, 26),
    )


def test_a_draft_may_leave_out_what_is_not_known_yet() -> None:
    """Who, whom, about whom and under what law are needed; the rest is blank."""
    terms = read(LEAST)
    assert terms.content == RequestContent(Subject(ChildReference("child-7f3a")))
    assert terms.due_on is None


@pytest.mark.parametrize("key", [*LEAST, "reference"])
def test_what_is_needed_is_named_when_it_is_missing(faults: Faults, key: str) -> None:
    """With its description as the remedy."""
    change = ("subject", key, ...) if key == "reference" else (key, ...)
    (fault,) = faults(*change)
    assert fault.field == ".".join(change[:-1])
    assert "missing" in fault.message
    assert fault.remedy.startswith("Add it: ")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (("due", date(2027, 1, 1)), "due", "not known here"),
        (("subject", "nhi", "x"), "subject.nhi", "not known here"),
        (("items", 1, "from", "x"), "items[2].from", "not known here"),
        (("consultation", "consultd", True), "consultation.consultd", "not known here"),
        (("state", "approved"), "state", "not known here"),
        (("meeting", 7), "meeting", "must be text"),
        (("meeting", "Kōwhai"), "meeting", "identifier"),
        (("holder", ["iris-example"]), "holder", "must be text"),
        (("marking", "PRIVATE"), "marking", "not a known classification"),
        (("urgent", "yes"), "urgent", "true or false"),
        (("urgent", 1), "urgent", "true or false"),
        (("subject", "age_years", "9"), "subject.age_years", "whole number"),
        (("subject", "age_years", -1), "subject.age_years", "greater"),
        (("subject", "age_years", 121), "subject.age_years", "less"),
        (("subject", "other_names", "Tommy"), "subject.other_names", "must be a list"),
        (("subject", "other_names", [""]), "subject.other_names[1]", "empty"),
        (("subject", "reference", "ZZZ0016"), "subject.reference", "Health"),
        (("subject", "identifiers", ["ZZZ0016"]), "subject.identifiers", "must be a table"),
        (("subject", []), "subject", "must be a table"),
        (("items", {"category": "x"}), "items", "must be a list"),
        (("items", 0, "text"), "items[1]", "must be a table"),
        (("items", 1, "category", ...), "items[2].category", "missing"),
        (("items", [{"category": "a", "description": "b"}] * 101), "items", "too many"),
        (("consultation", "consulted", "no"), "consultation.consulted", "true or false"),
        (("ground", "all\n"), "ground", "required form"),
        (("further", {"panel": 7}), "further.panel", "must be text"),
        (("further", {"panel": " "}), "further.panel", "empty"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_a_remedy(
    faults: Faults, change: tuple[Any, ...], field: str, words: str
) -> None:
    """Unknown keys, wrong types and values out of their range, with positions from 1."""
    found = faults(*change)
    assert [fault.field for fault in found] == [field]
    assert words in found[0].message
    assert found[0].remedy


@pytest.mark.parametrize("place", [("due_on",), ("subject", "born_on"), ("items", 0, "since")])
@pytest.mark.parametrize(
    "wrong", ["2027-02-30", "26/02/2027", "soon", 2027, date(1899, 12, 31), date(2200, 1, 1)]
)
def test_a_day_that_is_none_is_refused(
    faults: Faults, place: tuple[str | int, ...], wrong: object
) -> None:
    """Whichever way it is written, and wherever it stands."""
    found = faults(*place, wrong)
    path = ".".join(str(step) for step in place).replace(".0.", "[1].")
    assert [fault.field for fault in found] == [path]


@pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31mb", "a\u202eb", "\u200b", "a\x85b", "\ue000"])
@pytest.mark.parametrize("key", ["purpose", "instrument", "safety"])
def test_text_that_would_read_other_than_it_is_is_refused(
    faults: Faults, key: str, text: str
) -> None:
    """Control characters, direction overrides and what nobody can see; none of it is repeated."""
    (fault,) = faults(key, text)
    assert fault.field == key
    assert (fault.message + fault.remedy).isprintable()


@pytest.mark.parametrize(
    ("place", "limit"),
    [
        (("purpose",), 20_000),
        (("instrument",), 200),
        (("subject", "name"), 200),
        (("items", 0, "description"), 20_000),
        (("further", "panel"), 20_000),
    ],
)
def test_text_has_a_limit(faults: Faults, place: tuple[str | int, ...], limit: int) -> None:
    """As long as that is in order, and one character more is not."""
    assert faults(*place, "ā" * limit) == []
    for much in (limit + 1, 2 * limit + 1):
        (fault,) = faults(*place, "a" * much)
        assert f"at most {limit}" in fault.remedy


def test_every_fault_is_told_at_once() -> None:
    """Wherever they are; and nothing personal is repeated in any of them."""
    table = copy.deepcopy(FULL)
    del table["holder"]
    table["subject"]["name"] = "Tama\x1b"
    table["items"][1]["since"] = "Tama"
    table["colour"] = "Tama"
    with pytest.raises(InvalidInput, match="request file has 4 problems") as caught:
        read(table)
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"holder", "subject.name", "items[2].since", "colour"}
    assert "Tama" not in str([(p.message, p.remedy) for p in caught.value.problems])


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"meeting = \n", "line 1"),
        (b'meeting = "a"\nmeeting = "b"\n', "line 2"),
        (b"\xef\xbb\xbfmeeting = 1", "file"),
        (b'meeting = "K\xf6whai"', "line 1"),
        (b"urgent = " + b"1" * 5000, "file"),
        (b"further = " + b"[" * 5000, "file"),
        (b"#" * (5 * 1024 * 1024 + 1), "file"),
    ],
    ids=["toml", "repeated", "mark", "encoding", "digits", "nesting", "size"],
)
def test_a_file_that_cannot_be_read_is_refused_by_its_name(data: bytes, field: str) -> None:
    """The message says which kind of file was at fault, and at which line."""
    with pytest.raises(InvalidInput, match="request file has a problem") as caught:
        parse_request(data)
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.parametrize("name", ["request-health.toml", "request-police.toml"])
def test_a_sample_written_again_reads_the_same(sample_folder: Path, name: str) -> None:
    """Comments, layout and the order of keys carry no meaning."""
    data = (sample_folder / name).read_bytes()
    terms = parse_request(data)
    assert parse_request(tomli_w.dumps(tomllib.loads(data.decode())).encode()) == terms
    assert "fictional" in terms.content.subject.name
