"""Drafts of what is sent to the Commissioner and to affected people; a person completes them.

They name no one: a reference stands for each thing, and a place in brackets for what a person has
to add. Contents: Privacy Act 2020 section 117.
"""

from collections.abc import Sequence

from gateway.domain.breaches.evidence import Evidence, Left
from gateway.domain.breaches.states import Account, Breach, Ending, Told

EXERCISE = "EXERCISE – "


def flagged(breach: Breach, words: str) -> str:
    """`words`, with EXERCISE before them where nothing really went wrong."""
    return f"{EXERCISE}{words}" if breach.exercise else words


def to_commissioner(
    breach: Breach, account: Account, evidence: Sequence[Evidence], agency: str
) -> tuple[str, ...]:
    """The draft of a notice under section 114, by paragraphs."""
    affected = account.notified(Told.AFFECTED)
    if affected is None:
        others = "Affected people have not been notified yet: [say when they will be, or why not]."
    elif affected.exception is not None:
        others = f"Affected people are not notified (section 116): {affected.exception.value}."
    else:
        others = f"Affected people were notified on {affected.at:%d %B %Y} (UTC)."
    return (
        flagged(breach, f"Notice of a privacy breach, reference {breach.reference}"),
        f"From: {agency}. Contact: [name, telephone and mail address].",
        f"What happened: information was {breach.kind.value}. [Say more, without names.]",
        f"It became known on {breach.known_at:%d %B %Y at %H:%M} UTC"
        + (f"; it happened on {breach.happened_at:%d %B %Y}." if breach.happened_at else "."),
        "People affected: [how many, and whether children or young people are among them].",
        "Who may hold the information now: [person or body, if known].",
        *(_of(each) for each in evidence),
        _stopped(breach),
        "Other steps that were taken or are meant to be: [say which].",
        others,
        _agencies(breach),
    )


def to_affected(breach: Breach, evidence: Sequence[Evidence], agency: str) -> tuple[str, ...]:
    """The draft of a notice under section 115, by paragraphs."""
    return (
        flagged(breach, f"About your information, reference {breach.reference}"),
        (
            f"{agency} tells you that information about you, or about a child or young person in "
            f"your care, was {breach.kind.value}. [Say what happened, in plain words.]"
        ),
        "Who may have it: [person or body; their name only where it lessens a serious threat].",
        *(_protection(each) for each in evidence),
        _stopped(breach),
        "What you can do to protect yourself: [steps that fit what was disclosed].",
        "The Privacy Commissioner has been told, or will be. You may complain to the Commissioner.",
        "Ask us: [name of a contact, telephone, mail address].",
    )


def to_manager(breach: Breach, name: str, place: str | None) -> tuple[str, ...]:
    """The lines of a mail to a relationship manager: a reference, and where to look."""
    where = place or "Sign in to the gateway and look under Breaches."
    return (
        *(("This is an exercise. Nothing has gone wrong.",) if breach.exercise else ()),
        f"{name} tells the agencies of a protocol about a privacy breach.",
        f"Its reference is {breach.reference}. This mail holds no more on purpose.",
        f"What your agency is told stands here: {where}" if place else where,
    )


def _of(each: Evidence) -> str:
    sealed = each.encryption or "No archive was made"
    opened = each.opened or "Nothing shows that it was opened."
    return f"Transfer {each.reference}: {sealed}. {each.together} {opened}"


def _protection(each: Evidence) -> str:
    if each.password is Left.NO:
        return "It was encrypted, and the password was not sent, so it cannot be read."
    return "It was encrypted, but the password may have reached the same person."


def _stopped(breach: Breach) -> str:
    done = [s for s in breach.stops if s.ending in {Ending.DONE, Ending.WOULD}]
    if not done:
        return "Nothing could be stopped in the gateway, or nothing was."
    words = "; ".join(f"{s.target}: {s.measure.value} ({s.ending.value})" for s in done)
    return f"Stopped in the gateway: {words}."


def _agencies(breach: Breach) -> str:
    if not breach.shared_with:
        return "No other agency has been told by the gateway."
    return f"Agencies told by the gateway: {', '.join(breach.shared_with)}."
