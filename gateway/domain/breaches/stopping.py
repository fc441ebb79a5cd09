"""What can still be stopped about a transfer; the transfer's own state machine decides."""

from gateway.domain.breaches.states import Measure
from gateway.domain.transfers import Mailed, PasswordSent, Queued, Sealed, Transfer
from gateway.domain.transfers.watching import recallable

RECALLS = frozenset({Measure.RECALL, Measure.WITHHOLD, Measure.WITHDRAW})


def measures(
    transfer: Transfer, done: frozenset[Measure], *, links: bool, held: bool
) -> tuple[Measure, ...]:
    """What would still stop something, in the order in which it is done.

    A recall ends the transfer, and with it its password, its links and what is held for it. Once
    that is too late, what is left is to shut its links and to destroy an archive that can be
    picked up again.

    `done` is what was done about it already; `links`: whether mails hold one-time links; `held`:
    whether its archive can still be opened.
    """
    if recallable(transfer):
        found: tuple[Measure, ...] = (_recall(transfer),)
    else:
        found = _after_recall(transfer, links=links, held=held)
    return tuple(each for each in found if each not in done)


def _recall(transfer: Transfer) -> Measure:
    match transfer.progress:
        case Queued() | Sealed(attempted=False, may_have_left=False):
            return Measure.RECALL
        case PasswordSent():
            return Measure.WITHDRAW
        case _:
            return Measure.WITHHOLD


def _after_recall(transfer: Transfer, *, links: bool, held: bool) -> tuple[Measure, ...]:
    match transfer.progress:
        case PasswordSent(archive=archive) if archive is not None:
            pick_up = (Measure.REVOKE_PICK_UP,) if links else ()
            destroy = (Measure.DESTROY,) if held else ()
            return (*_acknowledgement(links=links), *pick_up, *destroy)
        case PasswordSent() | Mailed():
            return _acknowledgement(links=links)
        case _:
            return ()


def _acknowledgement(*, links: bool) -> tuple[Measure, ...]:
    return (Measure.REVOKE_ACKNOWLEDGEMENT,) if links else ()


def why_not(transfer: Transfer) -> str:
    """Why a transfer cannot be called back; nothing while it can."""
    if recallable(transfer):
        return ""
    match transfer.progress:
        case Mailed() | PasswordSent(archive=None):
            return "The password has left, or may have."
        case PasswordSent():
            return "Somebody has begun to pick it up."
        case _:
            return f"It has ended: it is {transfer.state.value}."
