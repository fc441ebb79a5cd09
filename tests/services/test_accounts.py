"""Bearer tokens: who may have one, and when it no longer counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from support.world import ADMINISTRATOR, COORDINATOR, LEAD, World

from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden, InvalidInput, NotFound, NotSignedIn
from gateway.domain.register import AgencyId, RepresentativeId
from gateway.domain.secret import Secret
from gateway.services.accounts import TokenTerms, create_token, list_tokens, revoke_token, sign_in

HOLDER = RepresentativeId("pat-tauira")
TERMS = TokenTerms(Role.COORDINATOR, LEAD, HOLDER, timedelta(days=30))


async def signed_in(world: World, text: Secret) -> Actor:
    return await sign_in(world.parts, text, "192.0.2.1")


async def test_a_token_stands_for_its_holder(world: World) -> None:
    """Role, agency and person come from the token, and its text is stored nowhere."""
    token, text = await create_token(world.parts, ADMINISTRATOR, TERMS)
    actor = await signed_in(world, text)
    assert (actor.role, actor.agency, actor.representative) == (Role.COORDINATOR, LEAD, HOLDER)
    assert actor.token == token.id
    (listed,) = await list_tokens(world.parts, ADMINISTRATOR)
    assert text.reveal().encode() not in listed.digest
    assert text.reveal().encode() not in b"".join(await world.leaves())


async def test_an_expired_or_revoked_token_does_not_count(world: World) -> None:
    """Both read like an unknown one."""
    token, text = await create_token(world.parts, ADMINISTRATOR, TERMS)
    _, other = await create_token(world.parts, ADMINISTRATOR, TERMS)
    await revoke_token(world.parts, ADMINISTRATOR, token.id)
    said = set()
    for wrong in (text, Secret("unknown")):
        with pytest.raises(NotSignedIn) as refused:
            await signed_in(world, wrong)
        said.add(refused.value.message)
    world.clock.move(days=30)
    with pytest.raises(NotSignedIn) as expired:
        await signed_in(world, other)
    assert said == {expired.value.message}
    with pytest.raises(NotFound):
        await revoke_token(world.parts, ADMINISTRATOR, token.id)


async def test_the_token_of_someone_who_left_does_not_count(world: World) -> None:
    """A representative who no longer acts for the agency is not signed in."""
    _, text = await create_token(world.parts, ADMINISTRATOR, TERMS)
    people = tuple(
        replace(p, active_until=date(2026, 11, 1)) if p.id == HOLDER else p
        for p in world.register.representatives
    )
    await world.import_register(replace(world.register, representatives=people))
    with pytest.raises(NotSignedIn):
        await signed_in(world, text)


@pytest.mark.parametrize(
    "terms",
    [
        replace(TERMS, life=timedelta(0)),
        replace(TERMS, life=timedelta(days=367)),
        replace(TERMS, agency=AgencyId("none")),
        replace(TERMS, representative=None),
        replace(TERMS, representative=RepresentativeId("ben-sample")),
    ],
    ids=["no life", "too long", "no agency", "nobody", "another agency's"],
)
async def test_wrong_terms_are_refused(world: World, terms: TokenTerms) -> None:
    """And no token is made."""
    with pytest.raises(InvalidInput):
        await create_token(world.parts, ADMINISTRATOR, terms)
    assert await list_tokens(world.parts, ADMINISTRATOR) == []


async def test_only_an_administrator_makes_tokens(world: World) -> None:
    """A coordinator does not."""
    with pytest.raises(Forbidden):
        await create_token(world.parts, COORDINATOR, TERMS)


async def test_an_agencys_administrator_manages_its_own_tokens_only(world: World) -> None:
    """Other agencies' are neither listed, made nor revoked; the operator's are all."""
    own = replace(COORDINATOR, role=Role.ADMINISTRATOR)
    other = replace(own, agency=AgencyId("regional-police"), representative=None)
    token, _ = await create_token(world.parts, own, TERMS)
    with pytest.raises(Forbidden):
        await create_token(world.parts, other, TERMS)
    assert await list_tokens(world.parts, other) == []
    with pytest.raises(NotFound):
        await revoke_token(world.parts, other, token.id)
    assert await list_tokens(world.parts, own) == [token]
    assert await list_tokens(world.parts, ADMINISTRATOR) == [token]
    await revoke_token(world.parts, own, token.id)
