"""`gateway request` as a person runs it: the life of a request, and what wrong input is told."""

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url
from support.request_files import drafted, request_file
from support.running import CONTACT, Installation, installation, kill

pytestmark = pytest.mark.server
SECOND, STRANGER = "aroha-tauira", "ben-sample"
BY = ("--as", CONTACT)
_APART = {"approve", "reply"}  # the use cases' own tests look at these
Overdue = Callable[[str], None]


@pytest.fixture(scope="module")
def url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated database of this module's own."""
    name = f"t_{secrets.token_hex(8)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        names = sql.Identifier(name), sql.Identifier(migrated_template)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        connection.execute(drop.format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def there(url: str) -> Iterator[Installation]:
    """An installation that all tests of this module share."""
    with installation(database_url=url) as one:
        yield one


@pytest.fixture(scope="module")
def sent(there: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A request that was sent, which tests look at without changing it."""
    request = drafted(there, request_file(tmp_path_factory.mktemp("sent")))
    there.run("request", "send", request, *BY, "--yes")
    return request


@pytest.fixture
def overdue(url: str) -> Overdue:
    """Puts a request's due day into the past, as only time can."""

    def late(request: str) -> None:
        change = "UPDATE information_requests SET due_on = '2026-01-15' WHERE id = %s"
        with psycopg.connect(url) as connection:
            assert connection.execute(change, [request]).rowcount == 1

    return late


def call(there: Installation, role: str, agency: str, path: str, body: object = None) -> Any:
    """What the API answers somebody of this role."""
    making = ("token", "create", "--role", role, "--agency", agency)
    person = "iris-example" if role == "responder" else CONTACT
    token = there.run(*making, "--representative", person).strip()
    wanted = Request(  # noqa: S310 - our own address
        f"{there.base}/api/v1/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urlopen(wanted) as answer:  # noqa: S310 - our own address
        return json.load(answer)


def test_a_request_is_mended_approved_sent_questioned_and_withdrawn(
    there: Installation, tmp_path: Path, overdue: Overdue
) -> None:
    """The life of a request by commands, with a question that comes by the API."""
    blank = request_file(tmp_path, ('held_because = "The clinic', '# held_because = "The clinic'))
    printed = there.run("request", "draft", blank)
    assert "is a draft" in printed
    assert "Blank: held_because (Why the agency is believed to hold it)" in printed
    request = printed.split("is a draft: ")[1].split()[0]
    assert "held_because" in there.run("request", "send", request, *BY, "--yes", code=4)
    assert ": draft" in there.run("request", "edit", request, request_file(tmp_path))
    assert "It can be sent." in there.run("request", "check", request, *BY)
    assert ": approved" in there.run("request", "approve", request, "--as", SECOND)
    said_no = there.run("request", "send", request, *BY, stdin="n\n", code=1)
    assert "Nothing was sent." in said_no
    assert ": sent" in there.run("request", "send", request, *BY, stdin="y\n")
    _is_questioned(there, request)
    overdue(request)
    (late,) = there.run("request", "list", *BY, "--overdue").splitlines()
    assert late.startswith(f"{request}  R-")
    assert late.endswith("due 2026-01-15  acknowledged")
    reason = ("--reason", "No longer needed.")
    assert ": withdrawn" in there.run("request", "withdraw", request, *BY, *reason)
    shown = there.run("request", "show", request, *BY)
    assert "Full name: Tama Tauira-Sample (fictional)" in shown
    assert "Why it is believed to assist: Missed appointments" in shown
    assert "Item 1: Health appointments: Dates of appointments" in shown
    assert "question: Which clinic – the one in town?" in shown
    assert "reply: Both clinics – kia ora." in shown
    assert "withdrawal: No longer needed." in shown
    assert there.run("request", "list", *BY, "--overdue") == ""
    as_json = there.json("request", "show", request, *BY, "--json")
    assert (as_json["request"], as_json["state"]) == (request, "withdrawn")
    assert (as_json["holder"], as_json["answer"]) == ("iris-example", None)
    assert "Tama" not in json.dumps(as_json)


def _is_questioned(there: Installation, request: str) -> None:
    """The holder asks what is meant, the requester replies, and the report counts it as open."""
    service = there.serve()
    path = f"received-requests/{request}/question"
    call(there, "responder", "te-rohe-health", path, {"text": "Which clinic – the one in town?"})
    text = ("--text", "Both clinics – kia ora.")
    assert ": acknowledged" in there.run("request", "reply", request, *BY, *text)
    today = datetime.now(ZoneInfo("Pacific/Auckland"))  # noqa: TID251 - the service's own clock
    quarter = f"response-times?quarter={today.year}-Q{(today.month + 2) // 3}"
    report = call(there, "coordinator", "tamariki-care", quarter)
    printed = there.run("request", "response-times", quarter.split("=")[1], *BY)
    assert "te-rohe-health: asked" in printed
    assert "withdrawn 0, expired 0; open" in printed
    (times,) = report["agencies"]
    assert (times["agency"], times["overdue"], times["answered"]) == ("te-rohe-health", 0, 0)
    assert times["median_days_to_acknowledge"] is not None
    kill(service)


@pytest.mark.parametrize(
    ("change", "said", "code"),
    [
        (("[subject]", "[subject"), "line", 2),
        (('holder = "iris-example"', 'holder = "nobody"'), "holder", 2),
        (('holder = "iris-example"', 'holdr = "iris-example"'), "Did you mean 'holder'?", 2),
        (('meeting = "kowhai-2026-12-08"', 'meeting = "another"'), "meeting", 5),
        (("[subject]", '[further]\nno_such = "x"\n[subject]'), "further", 2),
        (("born_on = 2017-03-14", 'born_on = "in spring"'), "subject.born_on", 2),
        (('gender = "boy"', 'gender = "\\u001b[2J"'), "subject.gender", 2),
    ],
    ids=["toml", "holder", "key", "meeting", "further", "day", "text"],
)
def test_a_wrong_file_is_refused(
    there: Installation, tmp_path: Path, change: tuple[str, str], said: str, code: int
) -> None:
    """The message names the fault, and nothing personal."""
    printed = there.run("request", "draft", request_file(tmp_path, change), code=code)
    assert said in printed
    assert "Error" in printed
    assert "Tama Tauira" not in printed


def commands(request: str, acting: str, file: str) -> list[tuple[str, ...]]:
    """Every command that takes a request's identifier."""
    by = ("--as", acting)
    return [
        ("request", "check", request, *by),
        ("request", "edit", request, file),
        ("request", "approve", request, *by),
        ("request", "send", request, *by, "--yes"),
        ("request", "show", request, *by),
        ("request", "reply", request, *by, "--text", "Why?"),
        ("request", "withdraw", request, *by),
    ]


def test_an_unknown_request_and_another_agencys_read_the_same(
    there: Installation, sent: str, tmp_path: Path
) -> None:
    """Whatever is tried with it; nothing of it changes, and the other agency lists nothing."""
    theirs = request_file(
        tmp_path,
        ('requester = "pat-tauira"', f'requester = "{STRANGER}"'),
        ('holder = "ben-sample"', 'holder = "iris-example"'),
        name="request-police.toml",
    )
    unknown = there.run("request", "show", "no-such", *BY, code=5)
    tried = [each for each in commands(sent, STRANGER, theirs) if each[1] not in _APART]
    others = there.run_each(*tried, code=5)
    assert set(others) == {unknown}
    assert "There is no such request." in unknown
    assert there.run("request", "list", "--as", STRANGER) == ""
    assert ": sent" in there.run("request", "show", sent, *BY)


def test_what_was_sent_is_no_draft_any_more(there: Installation, sent: str, tmp_path: Path) -> None:
    """It is neither changed, approved nor sent again; a reply needs a question."""
    tried = commands(sent, SECOND, request_file(tmp_path))
    no_longer = [each for each in tried if each[1] not in {"show", "withdraw", "check"}]
    assert all("Error" in printed for printed in there.run_each(*no_longer, code=6))


def test_wrong_arguments_are_explained(there: Installation, sent: str) -> None:
    """Each with the exit code of its kind and no traceback."""
    wrong = [
        ("request", "draft", "/no/such/file"),
        ("request", "list", "--as", "nobody"),
        ("request", "show", "r\udcff", *BY),
        ("request", "withdraw", sent, *BY, "--reason", "a\udcffb"),
        ("request", "withdraw", sent, *BY, "--reason", "a\x1b[2Jb"),
        ("request", "withdraw", sent, *BY, "--reason", "x" * 20_001),
        ("request", "reply", sent, *BY, "--text", "a\u202eb"),
        ("request", "show"),
        ("request", "frobnicate"),
    ]
    assert all(printed.strip() for printed in there.run_each(*wrong, code=2))


def test_the_form_of_an_authority_is_shown(there: Installation) -> None:
    """What it asks for, and how a holder may decline; an authority without one is named."""
    shown = there.run("request", "form", "OTA-66C")
    assert "subject.born_on: Date of birth (required" in shown
    assert "decline harm: disclosing it could put someone in harm" in shown
    assert "There is no form" in there.run("request", "form", "IPP-11", code=2)


def test_a_link_and_another_holder_are_for_what_was_sent(
    there: Installation, tmp_path: Path
) -> None:
    """A draft gets no link, and no request goes to another agency; each with what to do."""
    request = drafted(there, request_file(tmp_path))
    assert "no link" in there.run("request", "renew-link", request, *BY, code=6)
    there.run("request", "send", request, *BY, "--yes")
    assert "switched off" in there.run("request", "renew-link", request, *BY, code=6)
    wrong = there.run("request", "readdress", request, *BY, "--holder", "ben-sample", code=2)
    assert "another representative of the agency that is asked" in " ".join(wrong.split())
