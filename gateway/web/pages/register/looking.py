"""Looking at the register."""

from aiohttp import web

from gateway.domain.actors import Role
from gateway.domain.addresses import domain_of
from gateway.domain.errors import NotFound
from gateway.domain.register import AgencyId, ProtocolId, RepresentativeId
from gateway.services import register_views
from gateway.web.calls import Call
from gateway.web.pages.register.typed import shown

_LONGEST_SEARCH = 200  # characters


async def show_register(call: Call) -> web.Response:
    """What the agency sees of the register, with a search."""
    search = call.request.query.get("q", "")[:_LONGEST_SEARCH]
    found = await register_views.look(call.parts, call.actor, search)
    names = {agency.id: agency.name for agency in found.scope.agencies}
    return shown(call, "index", found=found, names=names, search=search, changes=changes(call))


async def show_agency(call: Call) -> web.Response:
    """One agency."""
    wanted = AgencyId(call.path["agency"])
    agency, history = await register_views.agency(call.parts, call.actor, wanted)
    own = agency.id == call.actor.agency
    today = call.parts.today()
    return shown(
        call, "agency", agency=agency, history=history, own=own, today=today,
        changes=changes(call) and own,
    )  # fmt: skip


async def show_person(call: Call) -> web.Response:
    """One representative of the own agency."""
    wanted = RepresentativeId(call.path["person"])
    person, conflicts, history = await register_views.representative(call.parts, call.actor, wanted)
    agency, _ = await register_views.agency(call.parts, call.actor, person.agency)
    return shown(
        call, "person", person=person, conflicts=conflicts, history=history,
        today=call.parts.today(), outside=domain_of(person.email) not in agency.mail_domains,
        changes=changes(call),
    )  # fmt: skip


async def show_protocol(call: Call) -> web.Response:
    """One version of a protocol."""
    protocol, number = version_of(call)
    found = await register_views.protocol(call.parts, call.actor, protocol, number)
    return protocol_page(call, found)


def protocol_page(
    call: Call, found: register_views.ProtocolView, status: int = 200, **words: object
) -> web.Response:
    """A protocol version; `words` are what stands in the form for a signature, and its faults."""
    return shown(
        call, "protocol", status, found=found, version=found.version, governs=found.governs,
        names=found.names, signs=changes(call) and found.signs, today=call.parts.today(),
        changes=changes(call) and found.leads,
        **({"typed": {}, "errors": ()} | words),
    )  # fmt: skip


async def show_meeting(call: Call) -> web.Response:
    """One meeting the agency leads."""
    found = await register_views.meeting(call.parts, call.actor, call.meeting)
    return shown(
        call, "meeting", found=found, meeting=found.meeting, names=found.names,
        changes=changes(call),
    )  # fmt: skip


def changes(call: Call) -> bool:
    """Whether the visitor may change what is theirs."""
    return call.actor.role is Role.ADMINISTRATOR


def version_of(call: Call) -> tuple[ProtocolId, int]:
    """Protocol and version in the address.

    Raises:
        NotFound: the version is no number.
    """
    text = call.path["version"]
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise NotFound("There is no such protocol.", "Look at the register.", field="protocol")
    return ProtocolId(call.path["protocol"]), int(text)
