"""What auditors ask of the log, by kind: each question about things that are in it, or nearly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - the same questions in every run

from benchmarks.log_sample import (
    AGENCIES,
    BEGAN,
    DAYS,
    MEETINGS,
    PEOPLE,
    agency,
    child,
    meeting,
    person,
)
from benchmarks.log_stories import CHILDREN, RULES, WARNINGS

from gateway.audit.entries import Action, Outcome
from gateway.services.log_storage import Order
from gateway.services.review import Wanted

_COMMON = (Action.TRANSFER_MAILED, Action.TRANSFER_RECHECKED, Action.PASSWORD_SENT)
_RARE = (Action.TOKEN_CREATED, Action.SERVICE_STARTED, Action.REQUEST_REFUSED)


@dataclass(frozen=True)
class Known:
    """What stands in some entry of the log, and is in no register."""

    transfer: str
    pack: str
    digest: str
    archive: str


@dataclass(frozen=True)
class Asker:
    """Makes questions up."""

    random: Random
    known: list[Known]

    def some(self, kind: str) -> Wanted:
        """A question of a kind; half of them ask for the newest first."""
        order = self.random.choice(list(Order))
        return replace(KINDS[kind](self), order=order)

    def window(self, first: float, last: float, days: float) -> tuple[datetime, datetime]:
        """A window of so many days that begins within a part of the log's time."""
        part = first + (last - first) * self.random.random()
        since = BEGAN + timedelta(days=max(0, DAYS * part - days / 2))
        return since, since + timedelta(days=days)

    def within(self, days: float) -> Wanted:
        """A window of so many days anywhere."""
        since, until = self.window(0, 1, days)
        return Wanted(since=since, until=until)

    def old(self) -> Wanted:
        """A day near the beginning."""
        since, until = self.window(0, 0.1, 1)
        return Wanted(since=since, until=until)

    def new(self) -> Wanted:
        """A day near the end."""
        since, until = self.window(0.9, 1, 1)
        return Wanted(since=since, until=until)

    def person(self) -> str:
        """Somebody; people of the large agencies send more."""
        return person(int(PEOPLE * self.random.random() ** 2))

    def child(self) -> str:
        """Some child."""
        return child(self.random.randrange(CHILDREN))

    def meeting(self) -> str:
        """Some meeting."""
        return meeting(int(MEETINGS * self.random.random() ** 2))

    def rule(self) -> str:
        """A rule, mostly a common one."""
        rules = (*WARNINGS, *RULES)
        return rules[int(len(rules) * self.random.random() ** 2)]

    def one(self) -> Known:
        """Something of the log."""
        return self.random.choice(self.known)


KINDS: Mapping[str, Callable[[Asker], Wanted]] = {
    "nothing asked": lambda _: Wanted(),
    "an hour": lambda a: a.within(1 / 24),
    "a day, old": Asker.old,
    "a day, new": Asker.new,
    "half a year": lambda a: a.within(183),
    "before the log": lambda _: Wanted(until=BEGAN - timedelta(days=1)),
    "actor: a person": lambda a: Wanted(actor=a.person()),
    "actor: the service": lambda _: Wanted(actor="service"),
    "actor, a month": lambda a: replace(a.within(30), actor=a.person()),
    "agency": lambda a: Wanted(agency=agency(a.random.randrange(AGENCIES))),
    "action, common": lambda a: Wanted(action=a.random.choice(_COMMON)),
    "action, rare": lambda a: Wanted(action=a.random.choice(_RARE)),
    "action never written": lambda _: Wanted(action=Action.LOG_KEY_ROTATED),
    "outcome failure": lambda _: Wanted(outcome=Outcome.FAILURE),
    "outcome success": lambda _: Wanted(outcome=Outcome.SUCCESS),
    "rule": lambda a: Wanted(rule=a.rule()),
    "meeting": lambda a: Wanted(meeting=a.meeting()),
    "child": lambda a: Wanted(child=a.child()),
    "document": lambda a: Wanted(archive=a.one().digest),
    "archive": lambda a: Wanted(archive=a.one().archive),
    "pack": lambda a: Wanted(pack=a.one().pack),
    "transfer": lambda a: Wanted(transfer=a.one().transfer),
    "recipient": lambda a: Wanted(recipient=a.person()),
    "actor + action": lambda a: Wanted(actor=a.person(), action=Action.PACK_SENT),
    "actor + its never action": lambda a: Wanted(actor=a.person(), action=Action.TRANSFER_MAILED),
    "service + rare action": lambda _: Wanted(actor="service", action=Action.SERVICE_STARTED),
    "service + person's action": lambda _: Wanted(actor="service", action=Action.PACK_SENT),
    "action + never outcome": lambda _: Wanted(
        action=Action.TRANSFER_MAILED, outcome=Outcome.FAILURE
    ),
    "action + outcome": lambda _: Wanted(action=Action.TRANSFER_RECALLED, outcome=Outcome.SUCCESS),
    "agency + rare action": lambda a: Wanted(
        agency=agency(a.random.randrange(AGENCIES)), action=a.random.choice(_RARE)
    ),
    "agency + common action": lambda a: Wanted(
        agency=agency(a.random.randrange(AGENCIES)), action=a.random.choice(_COMMON)
    ),
    "agency + another's person": lambda _: Wanted(agency=agency(AGENCIES - 1), actor=person(3)),
    "agency + failure": lambda a: Wanted(
        agency=agency(a.random.randrange(AGENCIES)), outcome=Outcome.FAILURE
    ),
    "rule + its action": lambda a: Wanted(rule=a.rule(), action=Action.DOCUMENT_WITHHELD),
    "rule + never action": lambda _: Wanted(rule=WARNINGS[0], action=Action.PASSWORD_SENT),
    "rule + never actor": lambda _: Wanted(rule=WARNINGS[0], actor="recipient"),
    "rule + never outcome": lambda _: Wanted(rule=WARNINGS[0], outcome=Outcome.UNKNOWN),
    "rule + agency": lambda a: Wanted(rule=a.rule(), agency=agency(a.random.randrange(AGENCIES))),
    "rule + child": lambda a: Wanted(rule=a.rule(), child=a.child()),
    "rule + recipient": lambda a: Wanted(rule=a.rule(), recipient=a.person()),
    "rule, a week": lambda a: replace(a.within(7), rule=a.rule()),
    "child + recipient": lambda a: Wanted(child=a.child(), recipient=a.person()),
    "child + action": lambda a: Wanted(child=a.child(), action=Action.TRANSFER_QUEUED),
    "child + meeting": lambda a: Wanted(child=a.child(), meeting=a.meeting()),
    "meeting + actor": lambda a: Wanted(meeting=a.meeting(), actor=a.person()),
    "meeting + service": lambda a: Wanted(meeting=a.meeting(), actor="service"),
    "recipient + action": lambda a: Wanted(
        recipient=a.person(), action=Action.TRANSFER_ACKNOWLEDGED
    ),
    "recipient + failure": lambda a: Wanted(recipient=a.person(), outcome=Outcome.FAILURE),
    "recipient + agency": lambda a: Wanted(
        recipient=a.person(), agency=agency(a.random.randrange(AGENCIES))
    ),
    "recipient + meeting, half a year": lambda a: replace(
        a.within(183), recipient=a.person(), meeting=a.meeting()
    ),
    "agency + action + outcome": lambda a: Wanted(
        agency=agency(a.random.randrange(AGENCIES)),
        action=Action.TRANSFER_REFUSED,
        outcome=Outcome.FAILURE,
    ),
    "agency + rule, a month": lambda a: replace(
        a.within(30), agency=agency(a.random.randrange(AGENCIES)), rule=a.rule()
    ),
    "service + failure, a month": lambda a: replace(
        a.within(30), actor="service", outcome=Outcome.FAILURE
    ),
    "child + recipient + rule": lambda a: Wanted(
        child=a.child(), recipient=a.person(), rule=a.rule()
    ),
}
