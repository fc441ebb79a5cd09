"""Signing in: what counts, what counts once, and what a failure gives away."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from support.signing_in import PASSWORD, Person, a_user, somebody
from support.world import ADMINISTRATOR, World

from gateway.domain.actors import Role
from gateway.domain.errors import GatewayError, InvalidInput, NotSignedIn
from gateway.domain.secret import Secret
from gateway.domain.users import SignInMethod
from gateway.services import passwords, sign_in
from gateway.services.second_factors import RECOVERY_CODES, step_of
from gateway.services.sessions import Browser, session_of
from gateway.services.sign_in import Admitted, Caller, give_code, give_password, give_recovery_code
from gateway.services.users import disable_user

CALLER = Caller(Browser("192.0.2.7", "Sample browser\u202e\n" + "x" * 500))
RIGHT = Secret(PASSWORD)


async def begun(world: World, person: Person) -> Secret:
    """The first step, done."""
    return await give_password(world.parts, CALLER, person.user.login, RIGHT)


async def entered(world: World, person: Person, steps: int = 0) -> Admitted:
    """Both steps, done."""
    step = await begun(world, person)
    return await give_code(world.parts, CALLER, step, person.code(world, steps))


async def failures(world: World) -> list[dict[str, Any]]:
    """The failed sign-ins in the log."""
    entries = [json.loads(leaf) for leaf in await world.leaves()]
    return [entry for entry in entries if entry["action"] == "sign-in.failed"]


async def test_a_session_begins_in_the_first_role_and_says_how(world: World) -> None:
    """The browser's words for itself are shortened, and what cannot be printed left out."""
    person = await somebody(world, Role.AUDITOR, Role.ADMINISTRATOR)
    found = await session_of(world.parts, (await entered(world, person)).cookie, "192.0.2.8")
    assert found.actor.role is Role.AUDITOR
    assert found.actor.source == "192.0.2.8"
    assert found.session.method is SignInMethod.PASSWORD_AND_CODE
    assert found.session.browser == ("Sample browser" + "x" * 500)[:200]


async def test_a_code_counts_once_and_no_earlier_one_after_it(world: World) -> None:
    """Even seconds later, at another browser, with the password known (RFC 6238 section 5.2)."""
    person = await somebody(world)
    await entered(world, person, 1)
    for steps in (1, 0, -1):
        step = await begun(world, person)
        with pytest.raises(InvalidInput, match="used already"):
            await give_code(world.parts, CALLER, step, person.code(world, steps))
    world.clock.move(seconds=60)
    await entered(world, person)


async def test_a_code_given_twice_at_once_counts_once(world: World) -> None:
    """At two browsers in the same moment."""
    person = await somebody(world)
    steps = [await begun(world, person) for _ in range(2)]
    code = person.code(world)
    ended = await asyncio.gather(
        *(give_code(world.parts, CALLER, step, code) for step in steps), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in ended) == ["Admitted", "InvalidInput"]


@pytest.mark.parametrize(
    ("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
async def test_a_clock_may_be_half_a_minute_off(world: World, steps: int, *, good: bool) -> None:
    """And no more."""
    person = await somebody(world)
    found = step_of(Secret(person.seed), person.code(world, steps), world.clock.now())
    assert (found is not None) is good


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "é" * 6, "\0" * 6])
async def test_what_is_no_code_is_wrong(world: World, typed: str) -> None:
    """Whatever was typed."""
    person = await somebody(world)
    step = await begun(world, person)
    with pytest.raises(InvalidInput):
        await give_code(world.parts, CALLER, step, typed)


async def test_each_recovery_code_signs_in_once(world: World) -> None:
    """All ten do, and none of another user's."""
    person = await somebody(world)
    other = await somebody(world, login="kim.sample@tamariki-care.example")
    assert len(set(person.recovery_codes)) == RECOVERY_CODES == 10
    step = await begun(world, person)
    with pytest.raises(InvalidInput):
        await give_recovery_code(world.parts, CALLER, step, other.recovery_codes[0])
    admitted = await give_recovery_code(world.parts, CALLER, step, person.recovery_codes[0])
    found = await session_of(world.parts, admitted.cookie, "x")
    assert found.session.method is SignInMethod.PASSWORD_AND_RECOVERY_CODE
    step = await begun(world, person)
    with pytest.raises(InvalidInput, match="used already"):
        await give_recovery_code(world.parts, CALLER, step, person.recovery_codes[0])
    await give_recovery_code(world.parts, CALLER, step, person.recovery_codes[9])


async def test_a_step_is_used_up_by_signing_in(world: World) -> None:
    """Its cookie opens nothing a second time."""
    person = await somebody(world)
    step = await begun(world, person)
    await give_code(world.parts, CALLER, step, person.code(world))
    for given in (step, Secret("x"), None):
        with pytest.raises(NotSignedIn):
            await give_recovery_code(world.parts, CALLER, given, person.recovery_codes[0])


async def test_a_wrong_code_does_not_lengthen_the_step(world: World) -> None:
    """Ten minutes after the password it is over, whatever was tried."""
    person = await somebody(world)
    step = await begun(world, person)
    world.clock.move(minutes=9)
    with pytest.raises(InvalidInput):
        await give_code(world.parts, CALLER, step, "000000")
    world.clock.move(minutes=1)
    with pytest.raises(NotSignedIn):
        await give_code(world.parts, CALLER, step, person.code(world))


async def test_every_failure_of_the_first_step_reads_the_same(world: World) -> None:
    """Unknown, wrong, not set up, disabled, no longer a representative: nobody learns which."""
    person = await somebody(world)
    await a_user(world, login="new@tamariki-care.example")
    barred = await somebody(world, login="barred@tamariki-care.example")
    await disable_user(world.parts, ADMINISTRATOR, barred.user.id)
    gone = await somebody(world, Role.COORDINATOR, login="gone@x.example", person="pat-tauira")
    people = [
        replace(each, active_until=world.parts.today().replace(year=2020))
        if each.id == "pat-tauira"
        else each
        for each in world.register.representatives
    ]
    await world.import_register(replace(world.register, representatives=tuple(people)))
    tries = [
        ("nobody@tamariki-care.example", RIGHT),
        (person.user.login, Secret("wrong wrong wrong")),
        ("new@tamariki-care.example", RIGHT),
        (barred.user.login, RIGHT),
        (gone.user.login, RIGHT),
        ("", Secret("")),
        ("x" * 10_000, RIGHT),
    ]
    said = set()
    for login, password in tries:
        with pytest.raises(InvalidInput) as refused:
            await give_password(world.parts, CALLER, login, password)
        said.add((refused.value.message, refused.value.remedy, refused.value.field))
    assert len(said) == 1


async def test_the_hasher_is_asked_for_everybody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For unknown logins too, so that the time tells nothing; a lock is told before, to all."""
    asked: list[bool] = []

    async def is_right(password: Secret, held: str | None) -> bool:
        asked.append(held is not None)
        return False

    monkeypatch.setattr(passwords, "is_right", is_right)
    person = await somebody(world)
    for login in ("nobody@tamariki-care.example", person.user.login):
        with pytest.raises(InvalidInput):
            await give_password(world.parts, CALLER, login, RIGHT)
    assert asked == [False, True]


async def test_someone_barred_between_the_steps_gets_no_further(world: World) -> None:
    """The second step looks again."""
    person = await somebody(world)
    step = await begun(world, person)
    await disable_user(world.parts, ADMINISTRATOR, person.user.id)
    with pytest.raises(NotSignedIn):
        await give_code(world.parts, CALLER, step, person.code(world))


async def test_failures_are_in_the_log_without_the_login(world: World) -> None:
    """With a keyed digest of it, so that tries at one login can be counted; and whose it is."""
    person = await somebody(world)
    login = person.user.login
    for typed in (login, login.upper(), "nobody@tamariki-care.example"):
        with pytest.raises(InvalidInput):
            await give_password(world.parts, CALLER, typed, Secret("wrong wrong wrong"))
    step = await begun(world, person)
    with pytest.raises(InvalidInput):
        await give_code(world.parts, CALLER, step, "000000")
    found = await failures(world)
    assert [each["detail"]["step"] for each in found] == ["password"] * 3 + ["code"]
    digests = [each["detail"]["login"] for each in found]
    assert digests[0] == digests[1] == digests[3] != digests[2]
    assert [each["agency"] for each in found] == ["tamariki-care"] * 2 + [None, "tamariki-care"]
    assert [each["subject"].get("user") for each in found][2:] == [None, person.user.id]
    log = b"".join(await world.leaves())
    for secret in (login, "nobody@tamariki", "wrong wrong", PASSWORD, person.seed):
        assert secret.encode() not in log


async def test_a_cookie_planted_before_is_worth_nothing(world: World) -> None:
    """The session is a fresh one, and what the browser held before is ended (session fixation)."""
    thief = await entered(world, await somebody(world, login="kim@tamariki-care.example"))
    person = await somebody(world)
    caller = replace(CALLER, session=thief.cookie)
    step = await give_password(world.parts, caller, person.user.login, RIGHT)
    admitted = await give_code(world.parts, caller, step, person.code(world))
    assert admitted.cookie != thief.cookie
    with pytest.raises(NotSignedIn):
        await session_of(world.parts, thief.cookie, "x")
    found = await session_of(world.parts, admitted.cookie, "x")
    assert found.user.id == person.user.id


async def test_a_hash_of_old_parameters_is_made_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the password is given, which is when it is known."""
    person = await somebody(world)
    monkeypatch.setattr(passwords, "is_outdated", lambda _: True)
    async with world.parts.database.work() as work:
        before = (await work.users.credentials(person.user.id)).password_hash
    await begun(world, person)
    async with world.parts.database.work() as work:
        after = (await work.users.credentials(person.user.id)).password_hash
    assert before != after
    assert await passwords.is_right(RIGHT, after)


async def test_nothing_secret_is_stored_as_it_is(world: World) -> None:
    """Neither seed nor codes nor what a step remembers."""
    person = await somebody(world)
    step = await begun(world, person)
    async with world.parts.database.work() as work:
        held = await work.users.credentials(person.user.id)
        assert held.totp is not None
        assert person.seed.encode() not in held.totp
        digest = world.parts.vault.digest("sign-in step", step.reveal())
        kept = await work.sessions.take_step(digest, "code")
    assert kept is not None
    assert step.reveal().encode() not in kept.sealed + kept.digest


async def test_a_session_ended_meanwhile_stays_ended(world: World) -> None:
    """A look at a page at the same moment does not bring it back."""
    admitted = await entered(world, await somebody(world))
    found = await session_of(world.parts, admitted.cookie, "x")
    now = world.clock.now()
    async with world.parts.database.work() as work:
        assert await work.sessions.end_all(found.user.id, now) == 1
        assert not await work.sessions.seen(found.session.id, now)
        assert not await work.sessions.update(found.session)
    with pytest.raises(NotSignedIn):
        await session_of(world.parts, admitted.cookie, "x")


@pytest.mark.parametrize(("idle", "good"), [(29, True), (30, False)])
async def test_an_idle_session_ends(world: World, idle: int, *, good: bool) -> None:
    """And each use of it puts that off, up to its absolute end."""
    admitted = await entered(world, await somebody(world))
    world.clock.move(minutes=20)
    await session_of(world.parts, admitted.cookie, "x")
    world.clock.move(minutes=idle)
    try:
        await session_of(world.parts, admitted.cookie, "x")
    except GatewayError:
        assert not good
    else:
        assert good


async def test_a_session_ends_after_half_a_day_whatever_is_done(world: World) -> None:
    """Its absolute end."""
    admitted = await entered(world, await somebody(world))
    for _ in range(29):
        world.clock.move(minutes=24)
        await session_of(world.parts, admitted.cookie, "x")
    world.clock.move(minutes=24)
    with pytest.raises(NotSignedIn):
        await session_of(world.parts, admitted.cookie, "x")


def test_logins_are_compared_in_small_letters() -> None:
    """And without the space around them."""
    assert sign_in.folded(" Robin@Example.NZ ") == "robin@example.nz"
