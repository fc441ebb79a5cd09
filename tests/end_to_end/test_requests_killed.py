"""`kill -9` around the time of a reminder: it is sent, with one Message-ID, and recorded."""

import email
import json
import random  # noqa: TID251 - a seeded course of events
import time
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from support.request_files import drafted, request_file
from support.running import CONTACT, Installation, installation, kill, until

pytestmark = pytest.mark.server
NOTICES = (
    "due-soon-1-holder",
    "due-today-1-holder",
    "overdue-1-holder",
    "overdue-1-requester",
    "still-overdue-1-requester",
)
_BRING_FORWARD = """
    UPDATE request_reminders SET at = now() - interval '1 second' WHERE kind = ANY(%(kinds)s);
"""
_ITS_JOBS = """
    UPDATE procrastinate_jobs SET scheduled_at = now()
    WHERE task_name = 'remind' AND args ->> 'kind' = ANY(%(kinds)s)
"""
_LEFT = (
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'remind' AND scheduled_at < now()"
)


class Reminded:
    """A gateway on a database in which reminders can be made due now."""

    def __init__(self, there: Installation, url: str) -> None:
        self.there, self.url = there, url
        self.requests: list[str] = []

    def ask(self, name: str) -> None:
        """Send a request."""
        request = drafted(self.there, request_file(self.there.folder, name=name))
        self.there.run("request", "send", request, "--as", CONTACT, "--yes")
        self.requests.append(request)

    def fall_due(self, *kinds: str) -> None:
        """Let the time of these reminders come, as the database has it."""
        with psycopg.connect(self.url) as connection:
            connection.execute(_BRING_FORWARD, {"kinds": list(kinds)})
            connection.execute(_ITS_JOBS, {"kinds": list(kinds)})

    def all_done(self) -> bool:
        """Whether no reminder that is due waits or is worked on."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(_LEFT).fetchone() == (0,)

    def mailed(self) -> Counter[str]:
        """How often each reminder was received, by the local part of its Message-ID."""
        found: Counter[str] = Counter()
        for raw in self.there.mail.mails:
            local = email.message_from_bytes(raw)["Message-ID"].strip("<>").partition("@")[0]
            if local.partition(".")[0] in {each.lower() for each in self.requests}:
                found[local] += 1
        return found

    def recorded(self) -> Counter[str]:
        """How often each reminder stands in the log, in the same words."""
        out = self.there.folder / "audit"
        self.there.run("audit", "export", "--out", str(out))
        lines = (out / "entries.jsonl").read_text("utf-8").splitlines()
        return Counter(
            f"{entry['subject']['information_request'].lower()}.{entry['detail']['kind']}"
            for entry in map(json.loads, lines)
            if entry["action"] == "information-request.notice-sent"
        )

    def expected(self, *notices: str) -> set[str]:
        """These notices of each request."""
        return {f"{request.lower()}.{notice}" for request in self.requests for notice in notices}


@pytest.fixture
def reminded(database_url: str) -> Iterator[Reminded]:
    """A gateway on a database of this test's own."""
    with installation(database_url=database_url) as there:
        yield Reminded(there, database_url)


def test_killed_while_the_relay_has_it_and_no_reply_was_read(reminded: Reminded) -> None:
    """The worst moment: it comes twice, the same mail, and is recorded once; others come once."""
    there = reminded.there
    reminded.ask("request-health.toml")
    service = there.serve()
    until(lambda: len(there.mail.mails) >= 1 and len(there.sms.texts) >= 1)
    there.mail.before_reply = [lambda: kill(service)]
    reminded.fall_due("due soon")
    service.wait(30)
    (soon,) = reminded.expected("due-soon-1-holder")
    assert reminded.mailed() == {soon: 1}
    assert not reminded.all_done()
    reminded.fall_due("due today")  # while nothing runs
    there.serve()
    until(reminded.all_done)
    (today,) = reminded.expected("due-today-1-holder")
    assert reminded.mailed() == {soon: 2, today: 1}
    assert reminded.recorded() == {soon: 1, today: 1}
    notices = [raw for raw in there.mail.mails if b"due-soon-1" in raw]
    assert len({raw.partition(b"\r\n\r\n")[2] for raw in notices}) == 1


def test_killed_at_random(reminded: Reminded) -> None:
    """Each reminder arrives, none under two identifiers, and all are recorded."""
    there, course = reminded.there, random.Random(1)  # noqa: S311 - not for secrets
    reminded.ask("request-police.toml")
    reminded.fall_due("due soon", "due today", "overdue", "still overdue")
    for _ in range(2):
        service = there.serve()
        time.sleep(course.uniform(0, 0.6))
        kill(service)
    there.serve()
    until(reminded.all_done)
    mailed, recorded = reminded.mailed(), reminded.recorded()
    assert set(mailed) == set(recorded) == reminded.expected(*NOTICES)
    assert all(1 <= recorded[notice] <= mailed[notice] for notice in mailed)
