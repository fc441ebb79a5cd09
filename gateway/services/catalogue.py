"""All protocols of an agency: who shares what with whom under which authority, what is overdue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden
from gateway.domain.information_requests.wording import folded
from gateway.domain.register import (
    Agency,
    AgencyId,
    AuthorityCode,
    Protocol,
    ProtocolId,
    in_force,
)
from gateway.services.paging import Page
from gateway.services.parts import Parts
from gateway.services.register_scope import signatories

_READERS = frozenset(
    {Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, Role.RESPONDER}
)
_MOST_MEETINGS = 5_000


class Standing(StrEnum):
    """How a protocol stands today."""

    IN_FORCE = "in force"
    REVIEW_DUE = "review overdue"
    WAITS_FOR_SIGNATURES = "waits for signatures"
    NOT_BEGUN = "not begun"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the catalogue is asked for; blank parts ask for everything.

    Attributes:
        words: that all stand somewhere in it. overdue: only what somebody has to see to.
    """

    words: str = ""
    authority: str = ""
    agency: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A protocol of the catalogue.

    Attributes:
        version: the one in force; the newest where none is.
        waiting: a newer version that waits for signatures or its day.
        missing: the agencies whose signature that, or the version itself, waits for.
        regions: of the agencies that take part; `meetings`: how many the agency leads under it.
    """

    version: Protocol
    standing: Standing
    waiting: Protocol | None
    missing: tuple[AgencyId, ...]
    agencies: tuple[AgencyId, ...]
    regions: tuple[str, ...]
    meetings: int

    @property
    def is_overdue(self) -> bool:
        """Whether somebody has to see to it."""
        return self.standing is not Standing.IN_FORCE or bool(self.missing)


@dataclass(frozen=True, slots=True)
class Flow:
    """What one agency may share with another under the protocols in force.

    Attributes:
        items: what is shared, in words; `authorities`: what protocols name for it.
    """

    source: AgencyId
    recipient: AgencyId
    items: tuple[str, ...]
    categories: tuple[str, ...]
    authorities: tuple[AuthorityCode, ...]
    protocols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The protocols an agency takes part in, what flows under them, and what names mean."""

    protocols: tuple[Listed, ...]
    flows: tuple[Flow, ...]
    names: Mapping[AgencyId, str]
    authorities: tuple[AuthorityCode, ...]
    today: date


async def catalogue(parts: Parts, actor: Actor, wanted: Wanted) -> Catalogue:
    """The protocols that the actor's agency leads, signed or is named in, as far as wanted.

    Raises:
        Forbidden: the actor has no role, or came by a one-time link.
    """
    if actor.role not in _READERS or actor.request is not None:
        raise Forbidden("This is for the agency's own people.", "Sign in for your agency.")
    own, today = actor.of_agency(), parts.today()
    async with parts.database.work() as work:
        versions = await work.register.protocols_of(own)
        known = await work.register.agencies()
        page = Page(limit=_MOST_MEETINGS)
        meetings = await work.register.meetings_led_by(own, page, today)
    held: dict[ProtocolId, int] = {}
    for meeting in meetings:
        held[meeting.protocol] = held.get(meeting.protocol, 0) + 1
    every = [
        _listed(group, known, today, held.get(identifier, 0))
        for identifier, group in _grouped(versions).items()
    ]
    chosen = tuple(each for each in every if _fits(each, wanted, known))
    return Catalogue(
        protocols=chosen,
        flows=_flows(chosen, wanted, today),
        names={key: agency.name for key, agency in known.items()},
        authorities=tuple(sorted({code for each in every for code in _codes(each.version)})),
        today=today,
    )


def _grouped(versions: Iterable[Protocol]) -> dict[ProtocolId, list[Protocol]]:
    groups: dict[ProtocolId, list[Protocol]] = {}
    for version in versions:
        groups.setdefault(version.id, []).append(version)
    return groups


def _listed(
    versions: Sequence[Protocol], known: Mapping[AgencyId, Agency], today: date, meetings: int
) -> Listed:
    newest = max(versions, key=lambda each: each.version)
    now = in_force(versions, today)
    version = now or newest
    waiting = newest if now is not None and newest.version > now.version else None
    agencies = signatories(version) | version.signatories_on(today)
    regions = {known[each].region for each in agencies if each in known}
    return Listed(
        version=version,
        standing=_standing(now, newest, today),
        waiting=waiting,
        missing=_missing(waiting or version),
        agencies=tuple(sorted(agencies)),
        regions=tuple(sorted(region for region in regions if region)),
        meetings=meetings,
    )


def _standing(now: Protocol | None, newest: Protocol, today: date) -> Standing:
    if now is None:
        begun = newest.in_force_from <= today
        return Standing.WAITS_FOR_SIGNATURES if begun else Standing.NOT_BEGUN
    return Standing.REVIEW_DUE if now.review_due < today else Standing.IN_FORCE


def _missing(version: Protocol) -> tuple[AgencyId, ...]:
    """Whose signature a version that was made here still needs."""
    if version.terms is None:
        return ()
    left = {change.agency for change in version.membership if not change.joins}
    signed = {signature.agency for signature in version.signatures}
    return tuple(sorted(signatories(version) - signed - left))


def _fits(listed: Listed, wanted: Wanted, known: Mapping[AgencyId, Agency]) -> bool:
    version = listed.version
    if wanted.overdue and not listed.is_overdue:
        return False
    if wanted.agency and wanted.agency not in listed.agencies:
        return False
    if wanted.authority and wanted.authority not in _codes(version):
        return False
    held = folded(" ".join(_texts(listed, known)))
    return all(word in held for word in folded(wanted.words).split())


def _texts(listed: Listed, known: Mapping[AgencyId, Agency]) -> list[str]:
    version = listed.version
    names = [known[each].name for each in listed.agencies if each in known]
    items = [f"{row.item} {row.category}" for row in version.information]
    purposes = [f"{each.code} {each.description}" for each in version.purposes]
    return [version.id, version.name, *names, *listed.regions, *items, *purposes, *_codes(version)]


def _flows(chosen: Sequence[Listed], wanted: Wanted, today: date) -> tuple[Flow, ...]:
    """What flows between signatories, of what is in force; an agency's own is none."""
    found: dict[tuple[AgencyId, AgencyId], list[tuple[Protocol, str, str]]] = {}
    for each in chosen:
        if each.standing in {Standing.WAITS_FOR_SIGNATURES, Standing.NOT_BEGUN}:
            continue
        signed = sorted(each.version.signatories_on(today))
        for row in each.version.information:
            for recipient in signed:
                if row.agency in signed and recipient != row.agency:
                    pair = (row.agency, recipient)
                    found.setdefault(pair, []).append((each.version, row.item, row.category))
    return tuple(
        Flow(
            source,
            recipient,
            items=_distinct(item for _, item, _ in rows),
            categories=_distinct(category for _, _, category in rows),
            authorities=tuple(sorted({c for version, _, _ in rows for c in _codes(version)})),
            protocols=_distinct(version.name for version, _, _ in rows),
        )
        for (source, recipient), rows in sorted(found.items())
        if not wanted.agency or wanted.agency in {source, recipient}
    )


def _codes(version: Protocol) -> tuple[AuthorityCode, ...]:
    return tuple(sorted({code for purpose in version.purposes for code in purpose.authorities}))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
