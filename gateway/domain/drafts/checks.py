"""What is still wrong with a draft: found section by section, each with its remedy.

Source: Privacy Commissioner, guidance 'Multi-agency meetings – sharing information about children
and young people' (a relationship manager for each agency, security, approval and review).
"""

from collections.abc import Iterator
from typing import Final

from gateway.domain.drafts.content import Content
from gateway.domain.drafts.findings import DraftFinding, Surroundings, blank
from gateway.domain.drafts.sharing_checks import sharing_checks
from gateway.domain.drafts.states import Section
from gateway.domain.protocol_terms import ListedAgency
from gateway.domain.register import PasswordChannel

_LONGEST_REVIEW: Final = 60  # months
_LONGEST_GRACE: Final = 180  # days


def checks(content: Content, around: Surroundings) -> tuple[DraftFinding, ...]:
    """Everything that is to be seen to, in the order of the sections."""
    found = [
        *_meeting(content, around),
        *sharing_checks(content, around),
        *_words(content),
        *_method(content),
        *_security(content),
        *_managers(content, around),
        *_review(content),
    ]
    order = list(Section)
    return tuple(sorted(found, key=lambda each: order.index(each.section)))


def _meeting(content: Content, around: Surroundings) -> Iterator[DraftFinding]:
    yield from blank(content.name, Section.MEETING, "name", "The protocol has no name.")
    yield from blank(
        content.meeting_purpose,
        Section.MEETING,
        "meeting_purpose",
        "It is not said what the meetings are for.",
    )
    start = content.in_force_from
    if start is None:
        yield DraftFinding(
            Section.MEETING,
            "in_force_from",
            "There is no day on which it is to come into force.",
            "Choose one that leaves every agency time to sign.",
        )
    elif start < around.today:
        yield DraftFinding(
            Section.MEETING,
            "in_force_from",
            "The day on which it is to come into force has passed.",
            "Choose today or a later day.",
        )


_WORDS: Final = (
    (Section.USE, "recording", "It is not said what may be recorded, and by whom."),
    (Section.USE, "secondary_use", "It is not said what else information may be used for."),
    (
        Section.MAORI_DATA,
        "engagement",
        "It is not said with whom conditions on Māori data were set, or why there are none.",
    ),
    (Section.RETENTION, "retention", "It is not said what is kept, where and how long."),
    (Section.TRANSPARENCY, "transparency", "It is not said how people are told."),
    (Section.TRANSPARENCY, "privacy_statement", "There is no privacy statement for packs."),
    (Section.BREACHES, "breaches", "It is not said what happens after a breach."),
    (
        Section.CONFLICTS,
        "conflicts",
        "It is not said what a person with a conflict of interest does.",
    ),
)


def _words(content: Content) -> Iterator[DraftFinding]:
    for section, field, message in _WORDS:
        yield from blank(getattr(content, field), section, field, message)


def _method(content: Content) -> Iterator[DraftFinding]:
    for stage in ("before", "during", "after"):
        method = getattr(content, stage)
        yield from blank(
            method.description,
            Section.METHOD,
            f"{stage}-description",
            f"It is not said how information is shared {stage} a meeting.",
        )
        if PasswordChannel.SAME_MAILBOX in method.password_channels:
            yield DraftFinding(
                Section.METHOD,
                f"{stage}-password_channels",
                "A password may go to the mailbox that received the pack.",
                "Whoever reads that mailbox then has both; take it out if you can.",
                blocks=False,
            )
    if not content.before.password_channels:
        yield DraftFinding(
            Section.METHOD,
            "before-password_channels",
            "It is not said how passwords travel.",
            "Choose at least one way; without any, no pack can be sent.",
        )


def _security(content: Content) -> Iterator[DraftFinding]:
    for field, words in (("requirements", "controls are required"), ("restrictions", "is barred")):
        if not getattr(content, field):
            yield DraftFinding(
                Section.SECURITY, field, f"It is not said what {words}.", "Write one in each line."
            )


def _managers(content: Content, around: Surroundings) -> Iterator[DraftFinding]:
    for number, each in enumerate(content.agencies, 1):
        yield from _manager(each, f"managers-{number}-manager", around)


def _manager(listed: ListedAgency, field: str, around: Surroundings) -> Iterator[DraftFinding]:
    name = around.agencies[listed.agency].name if listed.agency in around.agencies else "An agency"
    person = around.people.get(listed.manager) if listed.manager else None
    if listed.manager is None:
        yield DraftFinding(
            Section.MANAGERS,
            field,
            f"{name} has no relationship manager.",
            "Have the agency name one, who is not its usual representative.",
        )
    elif person is None or person.agency != listed.agency or not person.is_active_on(around.today):
        yield DraftFinding(
            Section.MANAGERS,
            field,
            f"The relationship manager is nobody who acts for {name}.",
            "Choose one of the agency's own people.",
        )
    elif person.id in around.attending:
        yield DraftFinding(
            Section.MANAGERS,
            field,
            f"The relationship manager of {name} attends its meetings too.",
            "The guidance asks for another person than the usual representative.",
            blocks=False,
        )


def _review(content: Content) -> Iterator[DraftFinding]:
    review, section = content.review, Section.REVIEW
    if review is None:
        yield DraftFinding(
            section, "every_months", "It is not said when it is reviewed.", "Once a year is usual."
        )
        return
    if not 1 <= review.every_months <= _LONGEST_REVIEW:
        remedy = f"Choose 1 to {_LONGEST_REVIEW} months."
        yield DraftFinding(section, "every_months", "The period cannot be right.", remedy)
    if not 0 <= review.grace_days <= _LONGEST_GRACE:
        remedy = f"Choose 0 to {_LONGEST_GRACE} days."
        yield DraftFinding(section, "grace_days", "The days of grace cannot be right.", remedy)
    if review.responsible not in {each.agency for each in content.agencies}:
        yield DraftFinding(
            section,
            "responsible",
            "The agency responsible for the review is not listed.",
            "Choose one of the listed agencies.",
        )
