"""People who can sign in: a password everybody's tests know, and an app whose seed they keep."""

from dataclasses import dataclass
from datetime import timedelta

import pyotp

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.domain.secret import Secret
from gateway.domain.users import User
from gateway.services.passwords import hashed
from gateway.services.second_factors import (
    new_seed,
    replace_recovery_codes,
    seal_seed,
)
from gateway.services.user_storage import Credentials
from gateway.services.users import UserTerms, create_user
from support.world import ADMINISTRATOR, LEAD, World

PASSWORD = "tangerine plough nebula"
_HASHES: list[str] = []  # hashing takes a while, and one hash serves all tests


@dataclass
class Person:
    """A user with the means to sign in."""

    user: User
    seed: str
    recovery_codes: tuple[str, ...]

    def code(self, world: World, steps: int = 0) -> str:
        """What the app shows now, or some steps of half a minute from now."""
        at = world.clock.now() + timedelta(seconds=30 * steps)
        return pyotp.TOTP(self.seed).at(at)


async def a_user(
    world: World,
    *roles: Role,
    login: str = "Robin.Sample@tamariki-care.example",
    agency: AgencyId = LEAD,
    person: str | None = None,
) -> User:
    """A user who has set nothing up."""
    representative = RepresentativeId(person) if person else None
    terms = UserTerms(login, "Robin Sample", agency, roles or (Role.AUDITOR,), representative)
    return await create_user(world.parts, ADMINISTRATOR, terms)


async def somebody(world: World, *roles: Role, **who: str) -> Person:
    """A user who signs in with `PASSWORD` and an app."""
    user = await a_user(world, *roles, **who)  # type: ignore[arg-type]
    if not _HASHES:
        _HASHES.append(await hashed(Secret(PASSWORD)))
    seed = new_seed()
    async with world.parts.database.work() as work:
        sealed = seal_seed(world.parts, user.id, seed)
        await work.users.put_credentials(Credentials(user.id, _HASHES[0], sealed))
        codes = await replace_recovery_codes(world.parts, work, user.id)
    return Person(user, seed.reveal(), tuple(code.reveal() for code in codes))
