"""Users, their means of signing in, and sessions in the database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.world import LEAD

from gateway.domain.actors import Role
from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict
from gateway.domain.register import Agency, AgencyKind, Register
from gateway.domain.users import Session, SessionId, SignInMethod, User, UserId
from gateway.services.user_storage import Credentials, Failures, Passkey, SignInStep
from gateway.storage.database import PostgresDatabase

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ROBIN = User(UserId("robin"), "robin@x.example", "Robin", LEAD, (Role.AUDITOR,), NOW)
KIM = replace(ROBIN, id=UserId("kim"), login="kim@x.example", subject="https://i.example kim")
SESSION = Session(
    SessionId("s1"),
    b"s" * 32,
    ROBIN.id,
    Role.AUDITOR,
    SignInMethod.PASSKEY,
    NOW,
    NOW,
    NOW + timedelta(hours=12),
    "192.0.2.1",
    "Sample browser",
)
KEY = Passkey(b"key", ROBIN.id, b"public", 1, "Office", NOW)


@pytest.fixture
async def stored(database: PostgresDatabase) -> PostgresDatabase:
    """A database with two users of one agency."""
    level, domains = Classification.IN_CONFIDENCE, ("tamariki-care.example",)
    agency = Agency(LEAD, "Tamariki Care", AgencyKind.GOVERNMENT, level, domains)
    register = Register((agency,))
    async with database.work() as work:
        await work.register.merge(register, NOW.date())
        await work.users.add(ROBIN)
        await work.users.add(KIM)
    return database


async def test_users_are_found_by_login_subject_and_agency(stored: PostgresDatabase) -> None:
    """And come back as they were stored."""
    async with stored.work() as work:
        assert await work.users.get(ROBIN.id, lock=True) == ROBIN
        assert await work.users.by_login("kim@x.example") == KIM
        assert await work.users.by_subject("https://i.example kim") == KIM
        assert await work.users.by_login("KIM@x.example") is None
        assert (
            list(await work.users.list(LEAD)) == list(await work.users.list(None)) == [KIM, ROBIN]
        )


@pytest.mark.parametrize("change", [{"id": "x"}, {"id": "x", "login": "new@x.example"}, {}])
async def test_what_is_unique_is_taken_once(
    stored: PostgresDatabase, change: dict[str, str]
) -> None:
    """Login, subject and identifier."""
    with pytest.raises(Conflict):
        async with stored.work() as work:
            await work.users.add(replace(KIM, **change))  # type: ignore[arg-type]


async def test_credentials_are_replaced_as_a_whole(stored: PostgresDatabase) -> None:
    """And a set-up link finds its user."""
    async with stored.work() as work:
        assert await work.users.credentials(ROBIN.id) == Credentials(ROBIN.id)
        first = Credentials(ROBIN.id, "hash", b"seed", 5, b"d" * 32, NOW)
        for held in (first, Credentials(ROBIN.id, "other", setup_digest=b"e" * 32)):
            await work.users.put_credentials(held)
            assert await work.users.credentials(ROBIN.id, lock=True) == held
        assert await work.users.by_setup(b"d" * 32) is None
        assert await work.users.by_setup(b"e" * 32) == ROBIN.id


async def test_a_passkey_stays_its_user_s(stored: PostgresDatabase) -> None:
    """Its key never changes; another user neither takes it over nor removes it."""
    async with stored.work() as work:
        await work.users.put_passkey(KEY)
        await work.users.put_passkey(replace(KEY, public_key=b"other", sign_count=7, used_at=NOW))
        assert await work.users.passkey(b"key") == replace(KEY, sign_count=7, used_at=NOW)
        with pytest.raises(Conflict):
            await work.users.put_passkey(replace(KEY, user=KIM.id, name="mine"))
        assert not await work.users.remove_passkey(KIM.id, b"key")
        assert [each.name for each in await work.users.passkeys(ROBIN.id)] == ["Office"]
        assert await work.users.remove_passkey(ROBIN.id, b"key")
        assert not await work.users.passkeys(ROBIN.id)


async def test_a_recovery_code_is_struck_off_once(stored: PostgresDatabase) -> None:
    """Of its own user's alone; new ones replace the old."""
    async with stored.work() as work:
        await work.users.put_recovery_codes(ROBIN.id, [b"a" * 32, b"b" * 32])
        assert not await work.users.use_recovery_code(KIM.id, b"a" * 32)
        assert await work.users.use_recovery_code(ROBIN.id, b"a" * 32)
        assert not await work.users.use_recovery_code(ROBIN.id, b"a" * 32)
        await work.users.put_recovery_codes(ROBIN.id, [b"c" * 32])
        assert not await work.users.use_recovery_code(ROBIN.id, b"b" * 32)
        assert await work.users.recovery_codes_left(ROBIN.id) == 1


async def test_an_ended_session_stays_ended(stored: PostgresDatabase) -> None:
    """Whatever is stored of it afterwards."""
    other = replace(SESSION, id=SessionId("s2"), digest=b"t" * 32)
    async with stored.work() as work:
        for session in (SESSION, other):
            await work.sessions.add(session)
        assert await work.sessions.seen(SESSION.id, NOW + timedelta(minutes=1))
        assert await work.sessions.end_all(ROBIN.id, NOW, but=other.id) == 1
        assert not await work.sessions.seen(SESSION.id, NOW)
        assert not await work.sessions.update(SESSION)
        found = await work.sessions.by_digest(SESSION.digest)
        assert found == replace(SESSION, seen_at=NOW + timedelta(minutes=1), ended_at=NOW)
        assert list(await work.sessions.of_user(ROBIN.id)) == [other]


async def test_a_step_is_taken_once_and_old_ones_go(stored: PostgresDatabase) -> None:
    """Under its own kind."""
    step = SignInStep(b"d" * 32, "code", NOW + timedelta(minutes=10), b"sealed", ROBIN.id)
    late = replace(step, digest=b"e" * 32)
    async with stored.work() as work:
        await work.sessions.put_step(step, NOW)
        assert await work.sessions.take_step(step.digest, "other") is None
        assert await work.sessions.take_step(step.digest, "code") == step
        assert await work.sessions.take_step(step.digest, "code") is None
        await work.sessions.put_step(step, NOW)
        ends = step.expires_at + timedelta(minutes=1)
        await work.sessions.put_step(replace(late, expires_at=ends), step.expires_at)
        assert await work.sessions.take_step(step.digest, "code") is None


async def test_failures_are_counted_cleared_and_forgotten(stored: PostgresDatabase) -> None:
    """By their key."""
    async with stored.work() as work:
        for count in (1, 2):
            await work.sessions.put_failures(Failures(b"key", count, NOW))
        await work.sessions.put_failures(Failures(b"new", 1, NOW + timedelta(days=1)))
        assert await work.sessions.failures(b"key") == Failures(b"key", 2, NOW)
        await work.sessions.forget_failures(NOW + timedelta(hours=1))
        assert await work.sessions.failures(b"key") is None
        assert await work.sessions.failures(b"new") is not None
        await work.sessions.clear_failures(b"new")
        assert await work.sessions.failures(b"new") is None
