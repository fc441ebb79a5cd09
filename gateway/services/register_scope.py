"""What of the register an agency sees and may change; all else does not exist for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden, InvalidInput, NotFound, Problem
from gateway.domain.lookalikes import lookalikes
from gateway.domain.register import (
    Agency,
    AgencyId,
    Protocol,
    ProtocolId,
    Representative,
    RepresentativeId,
    governing,
)
from gateway.services.parts import Parts
from gateway.services.storage import Work

_READERS = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})


@dataclass(frozen=True, slots=True)
class Scope:
    """What an agency sees.

    Attributes:
        own: the agency itself.
        today: the present day in the register's time zone.
        versions: every version of each protocol the agency leads, signed, or is named in.
        agencies: itself, and those that lead or signed one of these protocols.
    """

    own: Agency
    today: date
    versions: tuple[Protocol, ...]
    agencies: tuple[Agency, ...]

    def leads(self, protocol: ProtocolId) -> bool:
        """Whether the agency leads the protocol now."""
        now = governing([each for each in self.versions if each.id == protocol], self.today)
        return now is not None and now.lead_agency == self.own.id

    @property
    def led(self) -> tuple[ProtocolId, ...]:
        """The protocols the agency leads now."""
        return tuple(sorted({each.id for each in self.versions if self.leads(each.id)}))

    @property
    def whose_people(self) -> tuple[AgencyId, ...]:
        """Whose representatives it sees: its own, and those of who signed what it leads."""
        led = set(self.led)
        signed = {s.agency for each in self.versions if each.id in led for s in each.signatures}
        return tuple(sorted({self.own.id} | signed))


def signatories(version: Protocol) -> frozenset[AgencyId]:
    """Whose a version is to sign: the agency that leads, those listed, those that joined later.

    A version from a register file lists none; there, the information to be shared names them.
    """
    joined = {change.agency for change in version.membership if change.joins}
    if version.terms is not None:
        return frozenset(
            {version.lead_agency, *(a.agency for a in version.terms.agencies), *joined}
        )
    return frozenset({version.lead_agency, *(row.agency for row in version.information), *joined})


def concerns(version: Protocol, agency: AgencyId) -> bool:
    """Whether a version is an agency's to sign."""
    return agency in signatories(version)


def require_reader(actor: Actor) -> None:
    """Hold that the actor may look at the register.

    Raises:
        Forbidden: neither administrator nor privacy officer.
    """
    if actor.role not in _READERS:
        raise Forbidden(
            "Only administrators and privacy officers look at the register.",
            "Ask your administrator.",
        )


def require_administrator(actor: Actor) -> None:
    """Hold that the actor may change the register.

    Raises:
        Forbidden: no administrator.
    """
    if actor.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only an administrator changes the register.", "Ask your administrator.")


async def scope_of(parts: Parts, work: Work, actor: Actor) -> Scope:
    """What the actor's agency sees.

    Raises:
        Forbidden: the actor may not look at the register. NotFound: the agency is not in it.
    """
    require_reader(actor)
    every = await work.register.agencies()
    own = every.get(actor.of_agency())
    if own is None:
        raise NotFound("Your agency is not in the register.", "Ask the operator to enter it.")
    versions = tuple(await work.register.protocols_of(own.id))
    seen = {own.id} | {each.lead_agency for each in versions}
    seen |= {signature.agency for each in versions for signature in each.signatures}
    agencies = tuple(agency for key, agency in every.items() if key in seen)
    return Scope(own, parts.today(), versions, agencies)


async def own_representative(
    work: Work, actor: Actor, identifier: RepresentativeId
) -> Representative:
    """A representative of the actor's own agency.

    Raises:
        NotFound: no such person, or another agency's.
    """
    found = (await work.register.representatives([identifier])).get(identifier)
    if found is None or found.agency != actor.of_agency():
        raise NotFound(
            "Your agency has no such representative.", "Look at the register.", field="person"
        )
    return found


async def look_alikes(
    work: Work, changed: Sequence[Agency], *, only: AgencyId | None = None
) -> tuple[Problem, ...]:
    """Mail domains that read like one of another agency, once `changed` are stored.

    `only` leaves out what does not concern this agency.
    """
    agencies = dict(await work.register.agencies()) | {a.id: a for a in changed}
    owned = [(str(a.id), domain) for a in agencies.values() for domain in a.mail_domains]
    return tuple(
        Problem(
            f"agency '{owned[position][0]}'.mail_domains",
            f"The domain reads like one of agency '{resembled}'.",
            "Ask the agency by telephone which domain is its own.",
        )
        for position, resembled in lookalikes(owned)
        if only is None or only in {owned[position][0], resembled}
    )


def refuse(problems: Sequence[Problem]) -> None:
    """Refuse a change that has `problems`; none are well.

    Raises:
        InvalidInput: there are some.
    """
    if problems:
        raise InvalidInput(
            problems[0].message,
            problems[0].remedy,
            field=problems[0].field,
            problems=tuple(problems),
        )
