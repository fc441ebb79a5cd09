"""What a privacy officer decides of a breach: its assessment, and who is notified or not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.breaches import (
    Assessed,
    Breach,
    BreachId,
    DeclaredNotNotifiable,
    Exception116,
    Factor,
    Harm,
    Notification,
    Recorded,
    Told,
    advance,
)
from gateway.domain.errors import InvalidInput
from gateway.services.breach_scope import DECIDERS, breach_of, note, sealed, who
from gateway.services.parts import Parts

MOST_NOTIFICATIONS = 50


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's assessment: what is said of each factor, what follows, and why."""

    factors: Mapping[Factor, str]
    harm: Harm
    reason: str


@dataclass(frozen=True, slots=True)
class NewNotification:
    """Who was notified, when and how; or which exception applies, and why."""

    told: Told
    at: datetime
    how: str
    exception: Exception116 | None = None


async def assess_breach(
    parts: Parts, actor: Actor, identifier: BreachId, judgement: Judgement, *, seen: int
) -> Breach:
    """Record the assessment of a breach; it can be made anew until the breach is closed.

    Raises:
        Forbidden: the actor is no privacy officer. NotFound, Conflict: as for `breach_of`.
    """
    async with parts.database.work() as work:
        held = await breach_of(parts, work, actor, identifier, roles=DECIDERS, lock=True, seen=seen)
        breach = advance(held.breach, Assessed(judgement.harm), parts.clock.now())
        said = tuple((each, judgement.factors.get(each, "")) for each in Factor)
        account = replace(held.account, factors=said, reason=judgement.reason)
        # what was notified before stands: an assessment that is made anew settles it again
        breach = replace(
            advance(breach, Recorded(account), parts.clock.now()), revision=breach.revision
        )
        await work.breaches.update(breach, sealed(parts, breach, account))
        detail = {"harm": judgement.harm.value, "factors": sum(bool(text) for _, text in said)}
        await note(parts, work, actor, Action.BREACH_ASSESSED, breach, {**detail})
    return breach


async def record_notification(
    parts: Parts, actor: Actor, identifier: BreachId, new: NewNotification, *, seen: int
) -> Breach:
    """Record that the Commissioner or affected people were notified, or which exception applies.

    Raises:
        Forbidden: the actor is no privacy officer. NotFound, Conflict: as for `breach_of`.
        InvalidInput: the time is to come or before the breach was known, or an exception is given
            for the Commissioner, for whom there is none.
    """
    async with parts.database.work() as work:
        held = await breach_of(parts, work, actor, identifier, roles=DECIDERS, lock=True, seen=seen)
        _hold_sound(held.breach, new, parts.clock.now())
        if len(held.account.notifications) >= MOST_NOTIFICATIONS:
            raise InvalidInput(
                "This breach has as many notifications as it can have.", "Add it to your own file."
            )
        made = Notification(new.told, new.at, new.how, who(actor), new.exception)
        account = replace(held.account, notifications=(*held.account.notifications, made))
        breach = advance(held.breach, Recorded(account), parts.clock.now())
        await work.breaches.update(breach, sealed(parts, breach, account))
        exception = new.exception.name.lower() if new.exception is not None else None
        detail: dict[str, JSON] = {
            "told": new.told.name.lower(), "at": new.at.isoformat(), "exception": exception,
        }  # fmt: skip
        await note(parts, work, actor, Action.BREACH_NOTIFICATION_RECORDED, breach, detail)
    return breach


async def declare_not_notifiable(
    parts: Parts, actor: Actor, identifier: BreachId, *, seen: int
) -> Breach:
    """Record that nobody has to be notified, as serious harm is not likely.

    Raises:
        Forbidden: the actor is no privacy officer. NotFound: as for `breach_of`.
        Conflict: it was not assessed so.
    """
    async with parts.database.work() as work:
        held = await breach_of(parts, work, actor, identifier, roles=DECIDERS, lock=True, seen=seen)
        breach = advance(held.breach, DeclaredNotNotifiable(), parts.clock.now())
        await work.breaches.update(breach)
        await note(parts, work, actor, Action.BREACH_NOT_NOTIFIABLE, breach)
    return breach


def _hold_sound(breach: Breach, new: NewNotification, now: datetime) -> None:
    if new.at > now or new.at < breach.known_at:
        raise InvalidInput(
            "The time is to come, or before the breach became known.", "Correct it.", field="at"
        )
    if new.told is Told.COMMISSIONER and new.exception is not None:
        raise InvalidInput(
            "Section 116 has exceptions for affected people only.",
            "Leave the exception out, or choose affected people.",
            field="exception",
        )
