"""A gateway from which packs can be picked up, for tests."""

from dataclasses import replace

from gateway.domain.classification import Classification
from gateway.domain.register import PickUp, Register
from gateway.domain.transfers import State, Transfer
from gateway.services import delivery
from support.world import World


def with_page(world: World, **rules: object) -> World:
    """The world with a page for pick-ups, accredited for SENSITIVE; with other rules besides."""
    limits = replace(world.parts.rules.limits, pick_up=True, accreditation=Classification.SENSITIVE)
    changed = replace(world.parts.rules, limits=limits, **rules)  # type: ignore[arg-type]
    world.parts = replace(world.parts, rules=changed)
    return world


def agency_with(register: Register, agency: str, **changes: object) -> Register:
    """The register with one agency changed."""
    agencies = tuple(
        replace(each, **changes) if each.id == agency else each  # type: ignore[arg-type]
        for each in register.agencies
    )
    return replace(register, agencies=agencies)


async def always(world: World) -> None:
    """Have every agency pick its packs up."""
    register = world.register
    for agency in register.agencies:
        register = agency_with(register, agency.id, pick_up=PickUp.ALWAYS)
    await world.import_register(register)


async def run(world: World, transfer: Transfer) -> Transfer:
    """Do what is due for a transfer; gives it as it is then."""
    await delivery.run(world.parts, transfer.id)
    return await world.transfer(transfer)


async def noticed(world: World, recipient: str = "aroha-tauira") -> Transfer:
    """A transfer of which its recipient has the notice, and nothing else yet."""
    await always(world)
    transfer = await run(world, (await world.send())[recipient])
    assert transfer.state is State.MAILED
    return transfer


async def released(world: World, recipient: str = "aroha-tauira") -> Transfer:
    """A transfer whose code and password were sent."""
    transfer = await noticed(world, recipient)
    world.clock.move(minutes=11)
    transfer = await run(world, transfer)
    assert transfer.state is State.PASSWORD_SENT
    return transfer


def token_of(world: World) -> str:
    """The token in the address of the last notice."""
    return world.channels.pick_ups[-1].address.rpartition("/")[2]
