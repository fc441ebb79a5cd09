"""What an auditor asks of a running gateway's log, by commands that are each a process."""

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.mails import Attached, attached
from support.running import CONTACT, PACKS, Installation, installation
from support.world import SAMPLE

pytestmark = pytest.mark.server
CHILD, OTHER_CHILD = "child-7f3a", "child-9c2e"
STORY = (
    "pack.created",
    "transfer.queued",
    "pack.sent",
    "transfer.sealed",
    "transfer.mailing",
    "transfer.mailed",
    "password.releasing",
    "password.sent",
    "password.destroyed",
)


@pytest.fixture(scope="module")
def there() -> Iterator[Installation]:
    """A serving gateway that has sent the sample pack."""
    with installation() as one:
        one.serve()
        one.send()
        one.wait_for_sample()
        yield one


@pytest.fixture(scope="module")
def transfers(there: Installation) -> dict[str, dict[str, Any]]:
    """The transfers, by recipient."""
    return there.transfers()


@pytest.fixture(scope="module")
def packs(there: Installation, tmp_path_factory: pytest.TempPathFactory) -> list[Attached]:
    """What was attached to the mails with a pack, saved to files."""
    found = [attached(mail, tmp_path_factory.mktemp("mail")) for mail in there.mail.mails]
    return [each for each in found if each.archive is not None]


def positions(printed: str) -> list[int]:
    """The positions of the entries that a search printed."""
    return [int(line.split()[0]) for line in printed.splitlines()]


def test_a_search_gives_what_fits_every_filter(
    there: Installation, transfers: dict[str, dict[str, Any]], packs: list[Attached]
) -> None:
    """All filters together find one entry; each alone finds what it names, and no more."""
    ben = transfers["ben-sample"]
    archive = packs[0].archive
    assert archive is not None
    document = hashlib.sha256((SAMPLE / "documents" / "support-plan.docx").read_bytes())
    queued = ("--transfer", ben["transfer"], "--action", "transfer.queued", "--outcome", "success")
    parties = ("--agency", "tamariki-care", "--actor", CONTACT, "--recipient", "ben-sample")
    about = ("--meeting", "kowhai-2026-12-08", "--child", CHILD, "--pack", ben["pack"])
    when = ("--since", "2020-01-01", "--until", "2100-01-01T00:00:00Z", "--order", "oldest")
    one, by_rule, by_document, by_archive, later = there.run_each(
        ("audit", "search", *queued, *parties, *about, *when, "--limit", "5"),
        ("audit", "search", "--rule", "conflict-of-interest"),
        ("audit", "search", "--document", document.hexdigest(), "--action", "transfer.queued"),
        ("audit", "search", "--archive", hashlib.sha256(archive.read_bytes()).hexdigest()),
        ("audit", "search", *queued, "--since", "2100-01-01"),
    )
    assert len(positions(one)) == 1
    assert ben["reference"] in one
    assert {line.split()[2] for line in by_rule.splitlines()} == {"document.withheld"}
    assert len(positions(by_rule)) == 1
    assert len(positions(by_document)) == PACKS - 1  # it is withheld from one of them
    named = {line.split()[2] for line in by_archive.splitlines()}
    assert {"transfer.sealed", "transfer.mailing", "transfer.mailed"} <= named
    assert len({word for word in by_archive.split() if word.startswith("T-")}) == 1
    assert later == ""


def test_a_search_goes_on_where_it_ended(there: Installation) -> None:
    """The second page begins after the last entry of the first, in either order."""
    mailed = ("audit", "search", "--action", "transfer.mailed", "--limit", "4", "--order")
    oldest, newest = there.run_each((*mailed, "oldest"), (*mailed, "newest"))
    first, last = positions(oldest), positions(newest)
    times = [line.split()[1] for line in oldest.splitlines()]
    assert times == sorted(times)
    after = str(first[-1])
    rest = positions(there.run(*mailed, "oldest", "--after", after))
    assert (first + rest)[-4:] == last[::-1]
    assert len(first + rest) == len({*first, *rest}) == PACKS


def test_a_wrong_filter_is_refused_by_its_name(there: Installation) -> None:
    """Every fault at once, no value repeated, and nothing is looked at."""
    given = {
        "since": "soon",
        "until": "2026-13-01",
        "actor": "a b",
        "agency": "x/y",
        "action": "transfer.lost",
        "outcome": "maybe",
        "rule": "r" * 65,
        "meeting": "No Meeting",
        "child": "Real Name",
        "document": "abc",
        "archive": "g" * 64,
        "transfer": "../1",
        "pack": "p p",
        "recipient": "r r",
        "order": "sideways",
    }
    options = [word for name, value in given.items() for word in (f"--{name}", value)]
    wrong, without_file, unknown, cursor, child = there.run_each(
        ("audit", "search", *options),
        ("audit", "search", "--export", "csv"),
        ("audit", "search", "--export", "xlsx", "--out", str(there.folder / "x")),
        ("audit", "search", "--after", "soon"),
        ("audit", "child", "Real Name"),
        code=2,
    )
    faults = re.findall(r"^ +- (\w+): ", wrong, re.MULTILINE)
    assert sorted(faults) == sorted(given)
    assert "Real Name" not in wrong + child
    assert "--out" in without_file
    assert "[export]" in unknown
    assert not (there.folder / "x").exists()
    assert "after" in cursor
    assert "child" in child


def test_a_search_is_taken_out_in_each_format(there: Installation) -> None:
    """The same entries in JSON Lines, CSV and OCSF events."""
    files = {name: there.folder / f"found.{name}" for name in ("jsonl", "csv", "ocsf")}
    about = ("audit", "search", "--action", "transfer.mailed", "--order", "oldest")
    said = there.run_each(
        *[(*about, "--export", name, "--out", str(file)) for name, file in files.items()]
    )
    assert all(line.startswith(f"{PACKS} entries in ") for line in said)
    lines = [json.loads(line) for line in files["jsonl"].read_bytes().splitlines()]
    assert [each["entry"]["action"] for each in lines] == ["transfer.mailed"] * PACKS
    with files["csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["position"] for row in rows] == [str(each["position"]) for each in lines]
    assert {row["recipient_name"] for row in rows} >= {"Ben Sample", "Iris Example"}
    events = [json.loads(line) for line in files["ocsf"].read_bytes().splitlines()]
    assert [event["metadata"]["uid"] for event in events] == [
        each["entry"]["uid"] for each in lines
    ]


def test_a_transfer_s_story_is_told_in_order(
    there: Installation, transfers: dict[str, dict[str, Any]]
) -> None:
    """From the pack's making to the password's destruction; an unknown one is told."""
    ben = transfers["ben-sample"]
    told, by_reference, searched = there.run_each(
        ("audit", "story", ben["transfer"]),
        ("audit", "story", ben["reference"]),
        ("audit", "search", "--transfer", ben["reference"], "--limit", "1000"),
    )
    assert by_reference == told
    assert all(ben["reference"] in line for line in searched.splitlines())
    lines = [line.split() for line in told.splitlines()]
    assert [line[1] for line in lines] == sorted(line[1] for line in lines)
    assert [line[2] for line in lines if line[2] in STORY] == list(STORY)
    others = {each["reference"] for name, each in transfers.items() if name != "ben-sample"}
    assert not others & {word for line in lines for word in line}
    assert "[transfer]" in there.run("audit", "story", "01UNKNOWN", code=5)


def test_a_child_s_account_says_what_went_to_whom_when_and_why(
    there: Installation, transfers: dict[str, dict[str, Any]]
) -> None:
    """Only documents about the child, and who was kept from them is not among the recipients."""
    shown, plain, nobody = there.run_each(
        ("audit", "child", OTHER_CHILD, "--json"),
        ("audit", "child", CHILD),
        ("audit", "agency", "ruru-housing"),
    )
    for asked in (("child", "child-none"), ("agency", "tamariki-car")):
        said = there.run("audit", *asked, code=5)
        assert "Neither the register nor the log knows this reference." in said
    account = {each["recipient_name"]: each for each in json.loads(shown)}
    assert set(account) == {
        "Aroha Tauira", "Ben Sample", "Mere Tauira", "Hana Sample", "Tom Sample"
    }  # fmt: skip
    ben = account["Ben Sample"]
    assert ben["reference"] == transfers["ben-sample"]["reference"]
    assert (ben["agency"], ben["recipient_agency"]) == ("tamariki-care", "regional-police")
    assert (ben["authority"], ben["ground"]) == ("OTA-66C", "66C(a)(i)")
    assert (ben["purpose"], ben["protocol"]) == ("SAFETY-PLAN", "kowhai@2")
    assert [document["category"] for document in ben["documents"]] == ["Whānau support"]
    assert ben["queued_at"] < ben["mailed_at"] < ben["password_at"]
    assert ben["extent"] == "disclosed"
    # the password was not read out yet
    assert account["Tom Sample"]["extent"] == "not disclosed"
    lines = {line.split()[0]: line for line in plain.splitlines()}
    assert len(lines) == PACKS
    assert "3 documents" in lines[ben["reference"]]
    assert "to Ben Sample, regional-police  OTA-66C 66C(a)(i)" in lines[ben["reference"]]
    assert nobody == ""


def test_an_agency_s_account_is_of_what_it_sent_or_received(
    there: Installation, transfers: dict[str, dict[str, Any]]
) -> None:
    """The lead agency sent six and received one; the police received one."""
    sent, received, lead, nothing = there.run_each(
        ("audit", "agency", "tamariki-care"),
        ("audit", "agency", "regional-police", "--received"),
        ("audit", "agency", "tamariki-care", "--received"),
        ("audit", "agency", "regional-police"),
    )
    assert len(sent.splitlines()) == PACKS
    (line,) = received.splitlines()
    assert line.startswith(transfers["ben-sample"]["reference"])
    (line,) = lead.splitlines()
    assert line.startswith(transfers["aroha-tauira"]["reference"])
    assert nothing == ""


def test_refusals_are_counted_by_rule_and_the_status_shown(there: Installation) -> None:
    """Each of the sample's rules, for as many documents as it withheld; and how the log stands."""
    counted, status = there.run_each(("audit", "refusals"), ("audit", "status"))
    found = {line.split()[1]: int(line.split()[0]) for line in counted.splitlines()}
    assert found == {
        "address-not-approved": 4,
        "no-password-channel": 4,
        "recipient-agency-not-signed": 4,
        "recipient-not-active": 4,
        "section-66c-recipient": 4,
        "conflict-of-interest": 1,
    }
    told = dict(line.split(": ", 1) for line in status.splitlines())
    assert int(told["entries"]) > 50
    assert told["key"].startswith("gateway.invalid/transfer-log+")
    assert told["earlier keys"] == "0"
    assert told["check"].startswith("the log can be written and signed")


def test_every_look_is_an_entry(there: Installation, tmp_path: Path) -> None:
    """Who looked for what, without the values that would name a child."""
    there.run("audit", "child", CHILD)
    file = tmp_path / "looks"
    looks = ("audit", "search", "--action", "log.read", "--export", "jsonl", "--out", str(file))
    there.run(*looks)
    entries = [json.loads(line)["entry"] for line in file.read_bytes().splitlines()]
    assert any(entry["detail"]["what"] == "account of a child" for entry in entries)
    assert {entry["actor"]["kind"] for entry in entries} == {"operator"}
    assert CHILD not in json.dumps(entries)
