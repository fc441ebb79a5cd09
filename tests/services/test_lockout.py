"""Guessing ends soon, and locks out nobody but the guesser."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.signing_in import PASSWORD, Person, somebody
from support.world import World

from gateway.domain.errors import InvalidInput, TooManyRequests
from gateway.domain.secret import Secret
from gateway.services import lockout
from gateway.services.sessions import Browser
from gateway.services.sign_in import Admitted, Caller, give_code, give_password

OFFICE = Caller(Browser("192.0.2.7", "Sample browser"))
ELSEWHERE = Caller(Browser("203.0.113.9", "Sample browser"))


async def enter(world: World, caller: Caller, person: Person, steps: int = 0) -> Admitted:
    """Sign in with the right password and code."""
    step = await give_password(world.parts, caller, person.user.login, Secret(PASSWORD))
    return await give_code(world.parts, caller, step, person.code(world, steps))


async def guess(world: World, caller: Caller, login: str, times: int = 1) -> None:
    """Give wrong passwords, each of which is refused as wrong."""
    for _ in range(times):
        with pytest.raises(InvalidInput):
            await give_password(world.parts, caller, login, Secret("wrong wrong wrong"))


async def test_guessing_locks_the_guesser_s_neighbourhood_alone(world: World) -> None:
    """The owner signs in from elsewhere meanwhile; after a while the guesser may try again."""
    person = await somebody(world)
    await guess(world, ELSEWHERE, person.user.login, lockout.TRIES)
    with pytest.raises(TooManyRequests) as locked:
        await enter(world, ELSEWHERE, person)
    assert 0 < locked.value.retry_after_seconds <= lockout.WINDOW.total_seconds() + 1
    await enter(world, OFFICE, person)
    world.clock.move(minutes=30)
    await guess(world, ELSEWHERE, person.user.login)


async def test_a_device_that_signed_in_before_is_never_locked_by_others(world: World) -> None:
    """Even by somebody behind the same address; its own failures count apart."""
    person = await somebody(world)
    device = (await enter(world, OFFICE, person)).device
    known = replace(OFFICE, device=device)
    await guess(world, OFFICE, person.user.login, lockout.TRIES)
    with pytest.raises(TooManyRequests):
        await enter(world, OFFICE, person)
    await enter(world, known, person, 1)
    await guess(world, known, person.user.login, lockout.TRIES)
    with pytest.raises(TooManyRequests):
        await enter(world, known, person)


async def test_a_device_counts_for_its_own_login_alone(world: World) -> None:
    """Somebody who works here too gets no further tries at a colleague's password by it."""
    person = await somebody(world)
    other = await somebody(world, login="kim.sample@tamariki-care.example")
    device = (await enter(world, OFFICE, person)).device
    await guess(world, OFFICE, other.user.login, lockout.TRIES)
    with pytest.raises(TooManyRequests):
        await enter(world, replace(OFFICE, device=device), other)


async def test_signing_in_clears_what_was_counted(world: World) -> None:
    """Mistakes of different days do not add up to a lock."""
    person = await somebody(world)
    for turn in range(3):
        await guess(world, OFFICE, person.user.login, lockout.TRIES - 2)
        await enter(world, OFFICE, person, turn % 2)
        world.clock.move(minutes=1)


async def test_the_right_password_alone_clears_nothing(world: World) -> None:
    """Whoever knows it cannot try codes without end by giving it again between them."""
    person = await somebody(world)
    with pytest.raises(TooManyRequests):  # noqa: PT012 - which call raises does not matter
        for _ in range(lockout.TRIES + 1):
            step = await give_password(world.parts, ELSEWHERE, person.user.login, Secret(PASSWORD))
            with pytest.raises(InvalidInput):
                await give_code(world.parts, ELSEWHERE, step, "000000")


async def test_codes_tried_from_everywhere_end_too(world: World) -> None:
    """From ever other addresses, with the right password; the owner's device goes on."""
    person = await somebody(world)
    known = replace(OFFICE, device=(await enter(world, OFFICE, person)).device)
    step = await give_password(world.parts, ELSEWHERE, person.user.login, Secret(PASSWORD))
    tried = 0
    with pytest.raises(TooManyRequests):  # noqa: PT012 - as above
        while tried <= lockout.CODES_A_DAY:
            caller = Caller(Browser(f"198.51.{tried}.1", ""))
            with pytest.raises(InvalidInput):
                await give_code(world.parts, caller, step, "000000")
            tried += 1
    assert tried == lockout.CODES_A_DAY
    await enter(world, known, person, 1)


async def test_a_neighbourhood_that_tries_many_logins_is_locked(world: World) -> None:
    """One password tried with many logins, which nobody need have."""
    counted = 0
    with pytest.raises(TooManyRequests):  # noqa: PT012 - as above
        while counted <= lockout.TRIES_OF_NEIGHBOURS:
            tallies = lockout.tallies(world.parts, f"user-{counted}@x.example", "192.0.2.1", None)
            async with world.parts.database.work() as work:
                await lockout.take(world.parts, work, tallies)
            counted += 1
    assert counted == lockout.TRIES_OF_NEIGHBOURS


async def test_many_tries_at_once_get_no_more_than_the_limit(world: World) -> None:
    """Each is counted before it is looked at."""
    person = await somebody(world)
    tallies = lockout.tallies(world.parts, person.user.login, "192.0.2.1", None)

    async def attempt() -> bool:
        with suppress(TooManyRequests):
            async with world.parts.database.work() as work:
                await lockout.take(world.parts, work, tallies)
            return True
        return False

    done = await asyncio.gather(*(attempt() for _ in range(3 * lockout.TRIES)))
    assert sum(done) == lockout.TRIES


async def test_old_counts_are_forgotten(world: World) -> None:
    """The table does not grow for ever."""
    await guess(world, OFFICE, "somebody@tamariki-care.example")
    tallies = lockout.tallies(world.parts, "somebody@tamariki-care.example", "192.0.2.7", None)
    world.clock.move(days=3)
    await guess(world, ELSEWHERE, "another@tamariki-care.example")
    async with world.parts.database.work() as work:
        assert [await work.sessions.failures(tally.key) for tally in tallies] == [None, None]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:192.0.2.9", "192.0.2.0/24"),
        ("unknown", "unknown"),
    ],
)
def test_a_neighbourhood_is_what_one_office_has(source: str, expected: str) -> None:
    """So that one machine with many addresses is one."""
    assert lockout.neighbourhood(source) == expected


@given(st.text(max_size=120))
def test_a_neighbourhood_of_anything_is_text(source: str) -> None:
    """Whatever a proxy wrote."""
    assert isinstance(lockout.neighbourhood(source), str)


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t[:-1] + "!", str.upper])
async def test_a_changed_device_cookie_is_none(world: World, change: object) -> None:
    """Nobody makes one."""
    login = "robin.sample@tamariki-care.example"
    text = lockout.device_cookie(world.parts, login).reveal()
    assert lockout.is_known(world.parts, login, Secret(text))
    assert not lockout.is_known(world.parts, login, Secret(change(text)))  # type: ignore[operator]
    assert not lockout.is_known(world.parts, login, None)
