"""Changing the protocols an agency leads: new versions, drafts, signatures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, Forbidden, NotFound, Problem
from gateway.domain.register import Protocol, ProtocolId, Register, Signature, governing
from gateway.domain.register_checks import protocol_faults
from gateway.services.parts import Parts
from gateway.services.register_changes import refuse_future, save, taken
from gateway.services.register_history import hold_unchanged
from gateway.services.register_scope import concerns, refuse, require_administrator
from gateway.services.storage import Work


async def save_protocol_version(
    parts: Parts, actor: Actor, version: Protocol, *, seen: str | None
) -> Protocol:
    """Add a version of a protocol the actor's agency leads, or change one nobody has signed.

    Signatures are not given here: a new version has none. A new version's number follows the last.
    `seen` is the fingerprint of the version that is to be changed; None for a new one.

    Raises:
        Forbidden: the actor is no administrator.
        NotFound: no such version to change, or another agency leads the protocol.
        Conflict: agencies have signed these terms, they were changed meanwhile, the protocol is
            written as a draft, or the identifier is another agency's.
        InvalidInput: something of it does not fit together.
    """
    require_administrator(actor)
    agency = actor.of_agency()
    async with parts.database.work() as work:
        await work.register.lock()
        versions = await work.register.protocol_versions(version.id)
        now = governing(versions, parts.today())
        leads = now is not None and now.lead_agency == agency
        if not leads and (versions or seen is not None):
            raise taken() if seen is None else _no_such_protocol()
        hold_undrafted(versions)
        made = _numbered(version, versions) if seen is None else _kept(version, versions, seen)
        made = replace(made, lead_agency=agency)
        faults = [*protocol_faults(made), *_order_faults(made, versions)]
        if made.in_force_from < parts.today():
            faults.append(
                Problem(
                    "in_force_from",
                    "This day has passed, and nobody signed these terms by then.",
                    "Choose today or a later day.",
                )
            )
        refuse(faults)
        await _require_agencies(work, made)
        await save(parts, work, actor, Register(protocols=(made,)))
    return made


async def add_proposed(parts: Parts, work: Work, actor: Actor, version: Protocol) -> None:
    """Add a version that was drafted here, in the caller's transaction; nobody has signed it yet.

    Raises:
        Conflict: another version has come into the register meanwhile, or the identifier is taken.
        InvalidInput: something of it does not fit together.
    """
    await work.register.lock()
    versions = await work.register.protocol_versions(version.id)
    now = governing(versions, parts.today())
    if now is not None and now.lead_agency != version.lead_agency:
        raise taken()
    if version.version != _numbered(version, versions).version:
        raise Conflict(
            "The register has another version of this protocol than the draft began with.",
            "Abandon the draft, and begin one from that version.",
        )
    refuse([*protocol_faults(version), *_order_faults(version, versions)])
    await save(parts, work, actor, Register(protocols=(version,)))


async def sign_protocol_version(
    parts: Parts, actor: Actor, identifier: ProtocolId, number: int, signature: Signature
) -> None:
    """Record that the actor's own agency signed a version that it leads or that names it.

    Nobody signs for another agency here: each does so itself, or the operator enters what was
    signed on paper.

    Raises:
        Forbidden: the actor is no administrator, or the signature is another agency's.
        NotFound: no such version that concerns the agency.
        Conflict: the agency has signed it already.
        InvalidInput: a day that is still to come.
    """
    require_administrator(actor)
    agency = actor.of_agency()
    if signature.agency != agency:
        raise Forbidden(
            "An agency signs for itself only.",
            "Ask that agency's administrator to sign, or the operator to enter what was signed.",
            field="agency",
        )
    refuse_future(signature.signed_on, parts.today(), "signed_on")
    async with parts.database.work() as work:
        await work.register.lock()
        versions = await work.register.protocol_versions(identifier)
        found = next((each for each in versions if each.version == number), None)
        if found is None or not concerns(found, agency):
            raise _no_such_protocol()
        if any(each.agency == agency for each in found.signatures):
            raise Conflict(
                "Your agency has signed this version.", "Look at its signatures.", field="agency"
            )
        signed = replace(found, signatures=(*found.signatures, signature))
        await save(parts, work, actor, Register(protocols=(signed,)))


def _numbered(version: Protocol, versions: Sequence[Protocol]) -> Protocol:
    last = max((each.version for each in versions), default=0)
    return replace(version, version=last + 1, signatures=())


def _kept(version: Protocol, versions: Sequence[Protocol], seen: str) -> Protocol:
    """A changed draft with what it has of signatures, which is nothing if its terms change."""
    found = next((each for each in versions if each.version == version.version), None)
    if found is None:
        raise _no_such_protocol()
    changed = replace(version, signatures=found.signatures)
    if changed != found:
        hold_unsigned(found)
    hold_unchanged(found, seen)
    return changed


def hold_unsigned(version: Protocol) -> None:
    """Hold that nobody has signed a version, so that its terms may change.

    Raises:
        Conflict: somebody has.
    """
    if version.signatures:
        raise Conflict(
            "Agencies have signed this version; its terms cannot change.",
            "Make a new version from it, and have the agencies sign that.",
        )


def hold_undrafted(versions: Iterable[Protocol]) -> None:
    """Hold that a protocol was not written as a draft, whose sections this form does not have.

    What was vetted would change without being vetted again, or a version would follow that not
    every listed agency has to sign.

    Raises:
        Conflict: a version of it was.
    """
    if any(each.terms is not None for each in versions):
        raise Conflict(
            "This protocol is written as a draft, section by section.",
            "Begin a draft of its next version on the page of drafts.",
        )


def _order_faults(made: Protocol, versions: Sequence[Protocol]) -> Iterator[Problem]:
    """Versions follow each other: each comes into force after the one before it."""
    for each in versions:
        late = each.version > made.version and each.in_force_from <= made.in_force_from
        early = each.version < made.version and each.in_force_from >= made.in_force_from
        if late or early:
            yield Problem(
                "in_force_from",
                f"Version {each.version} comes into force on {each.in_force_from.isoformat()}.",
                f"Choose {'an earlier' if late else 'a later'} day.",
            )
            return


async def _require_agencies(work: Work, made: Protocol) -> None:
    known = await work.register.agencies()
    refuse(
        [
            Problem(f"information[{n}].agency", "No such agency.", "Choose from the list.")
            for n, row in enumerate(made.information, start=1)
            if row.agency not in known
        ]
    )


def _no_such_protocol() -> NotFound:
    return NotFound("Your agency leads no such protocol.", "Look at the register.")
