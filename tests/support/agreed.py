"""A version of the sample's protocol with all its sections, signed by whom it lists."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from gateway.domain.protocol_terms import (
    Condition,
    ConditionKind,
    ListedAgency,
    ReviewTerms,
    Terms,
    Vetting,
)
from gateway.domain.register import AgencyId, Protocol, Register
from support.world import LEAD, World

VETTED_ON = date(2026, 10, 1)


def terms(agencies: Sequence[AgencyId] = (LEAD,), **changes: Any) -> Terms:
    """Sections that say something; `changes` replaces some."""
    made = Terms(
        meeting_purpose="Plan together how a child is kept safe.",
        agencies=tuple(ListedAgency(each, "To know what the others know.") for each in agencies),
        recording="Nothing is recorded but by agencies that were tasked.",
        secondary_use="None without asking a privacy officer first.",
        engagement="Set with the example rūnanga.",
        conditions=(),
        requirements=("Two people know where it is kept.",),
        restrictions=("Not on private devices.",),
        retention="Until the task is done.",
        transparency="Families are told in the first week.",
        breaches="The lead agency is told at once.",
        conflicts="Whoever has one leaves the room.",
        review=ReviewTerms(12, LEAD, 30),
        vetting=Vetting("Example Vetter", "Privacy officer", "privacy", LEAD, VETTED_ON),
    )
    return replace(made, **changes)


def condition(code: str, kind: ConditionKind, **changes: Any) -> Condition:
    """A condition on Māori data that covers everything."""
    made = Condition(
        code=code,
        kind=kind,
        statement="As the example rūnanga has asked.",
        categories=(),
        agencies=(),
        set_with="the example rūnanga",
        set_on=VETTED_ON,
    )
    return replace(made, **changes)


async def agree(world: World, **changes: Any) -> Protocol:
    """Put a version with sections into force today, signed by all who signed the one before."""
    meeting = world.register.meetings[0]
    before = max(
        (each for each in world.register.protocols if each.id == meeting.protocol),
        key=lambda each: each.version,
    )
    today = world.parts.today()
    signers = [each.agency for each in before.signatures]
    version = replace(
        before,
        version=before.version + 1,
        in_force_from=today,
        review_due=today + timedelta(days=365),
        terms=terms(signers, **changes),
    )
    await world.import_register(Register(protocols=(version,)))
    return version
