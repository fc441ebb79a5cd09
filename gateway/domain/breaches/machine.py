"""How a breach moves on: the table of transitions, and the one function that applies them."""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.breaches.states import Account, Breach, BreachState, Harm, Told
from gateway.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class Contained:
    """A person says that nothing more can be done to stop it."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """A privacy officer decided whether serious harm is likely."""

    harm: Harm


@dataclass(frozen=True, slots=True)
class Recorded:
    """A notification was recorded; `account` holds every one there is."""

    account: Account


@dataclass(frozen=True, slots=True)
class DeclaredNotNotifiable:
    """A privacy officer decided that nobody has to be notified."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A privacy officer says that all is seen to."""


BreachEvent = Contained | Assessed | Recorded | DeclaredNotNotifiable | Closed

_OPEN = frozenset(BreachState) - {BreachState.CLOSED}
_TRANSITIONS: dict[type, frozenset[BreachState]] = {
    Contained: frozenset({BreachState.REPORTED}),
    Assessed: _OPEN,
    Recorded: _OPEN,
    DeclaredNotNotifiable: frozenset({BreachState.ASSESSED}),
    Closed: frozenset({BreachState.NOTIFIED, BreachState.NOT_NOTIFIABLE}),
}


def advance(breach: Breach, event: BreachEvent, at: datetime) -> Breach:
    """The breach after `event` at time `at`.

    An assessment may be made anew until it is closed, and what rested on it is then decided anew.

    Raises:
        Conflict: its state does not allow the event.
    """
    if breach.state not in _TRANSITIONS[type(event)]:
        raise _impossible(breach, event)
    moved = replace(breach, changed_at=at, revision=breach.revision + 1)
    match event:
        case Contained():
            return replace(moved, state=BreachState.CONTAINED)
        case Assessed(harm=Harm.UNKNOWN):
            undecided = breach.state in {BreachState.REPORTED, BreachState.CONTAINED}
            state = breach.state if undecided else BreachState.CONTAINED
            return replace(moved, harm=Harm.UNKNOWN, state=state)
        case Assessed(harm=harm):
            return replace(moved, harm=harm, state=BreachState.ASSESSED)
        case Recorded(account=account):
            notified = all(account.notified(each) is not None for each in Told)
            assessed = breach.state is BreachState.ASSESSED
            return replace(moved, state=BreachState.NOTIFIED) if notified and assessed else moved
        case DeclaredNotNotifiable() if breach.harm is Harm.NOT_LIKELY:
            return replace(moved, state=BreachState.NOT_NOTIFIABLE)
        case Closed():
            return replace(moved, state=BreachState.CLOSED, closed_at=at)
        case _:
            raise _impossible(breach, event)


def hold_open(breach: Breach) -> None:
    """Hold that a breach is still being seen to.

    Raises:
        Conflict: it is closed.
    """
    if breach.state is BreachState.CLOSED:
        raise Conflict("This breach is closed.", "Report what is new as a breach of its own.")


def _impossible(breach: Breach, event: BreachEvent) -> Conflict:
    match event:
        case Closed():
            return Conflict(
                "It is not settled yet who has to be notified.",
                "Record the notifications, or decide that it is not notifiable; then close it.",
            )
        case DeclaredNotNotifiable():
            return Conflict(
                "It was not assessed that serious harm is not likely.",
                "A privacy officer assesses it first.",
            )
        case _:
            return Conflict(
                f"A breach that is {breach.state.value} does not allow this.",
                "Look at the breach as it is now.",
            )
