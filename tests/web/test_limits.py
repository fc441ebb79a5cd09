"""How often one caller may ask."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.driving import SETTINGS, Api, Serve, SetMonotonic, give_tokens, token_for

from gateway.domain.actors import Role
from gateway.web.limits import TokenBuckets, caller_of


def buckets(per_minute: int, limit: int = 100) -> tuple[TokenBuckets, SetMonotonic]:
    """Buckets and the clock they go by."""
    monotonic = SetMonotonic()
    return TokenBuckets(per_minute, limit, monotonic), monotonic


def test_a_bucket_gives_a_minutes_worth_and_then_refills_evenly() -> None:
    """Six at once, the seventh ten seconds later."""
    six, clock = buckets(6)
    assert [six.take("a") for _ in range(7)] == [0, 0, 0, 0, 0, 0, 10]
    clock.at += 4
    assert six.take("a") == pytest.approx(6)
    clock.at += 7
    assert six.take("a") == 0
    assert six.take("b") == 0


@given(st.lists(st.floats(0, 120), max_size=80), st.integers(1, 20))
def test_nobody_gets_more_than_the_rate_allows(pauses: list[float], per_minute: int) -> None:
    """However requests are spread: at most a full bucket, and what time has refilled."""
    some, clock = buckets(per_minute)
    taken = 0
    for pause in pauses:
        clock.at += pause
        taken += some.take("a") == 0
    assert taken <= per_minute + clock.at * per_minute / 60 + 1e-6


def test_the_number_of_buckets_is_bounded() -> None:
    """The one not used for longest goes first; one in use stays."""
    some, _ = buckets(1, limit=3)
    assert some.take("in use") == 0
    for number in range(50):
        some.take(f"caller {number}")
        assert some.take("in use") > 0
    assert len(some) == 3


def test_an_ipv6_subscriber_is_one_caller() -> None:
    """All addresses of a /64 share a bucket; IPv4 addresses do not."""
    assert caller_of("2001:db8::1") == caller_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert caller_of("2001:db8:0:1::1") != caller_of("2001:db8::1")
    assert caller_of("192.0.2.1") != caller_of("192.0.2.2")
    assert caller_of("unknown") == "unknown"


async def test_an_address_that_asks_too_often_is_told_when_to_come_back(serve: Serve) -> None:
    """429 with Retry-After, for pages too; time mends it. It does not fill the audit log."""
    api = await serve(replace(SETTINGS, requests_per_minute=6))
    for _ in range(6):
        assert (await api.call("GET", "/healthz", role=None)).status == 200
    reply = await api.call("GET", "/api/v1/packs", role=None)
    assert (reply.status, reply.headers["Retry-After"]) == (429, "10")
    assert reply.json()["type"] == "urn:gateway:problem:too-many-requests"
    assert (await api.call("GET", "/nowhere", role=None)).status == 429
    assert await api.refusals() == []
    api.monotonic.at += 10
    assert (await api.call("GET", "/healthz", role=None)).status == 200


async def test_a_token_is_counted_wherever_it_comes_from(serve: Serve) -> None:
    """Three addresses behind a proxy share one token's limit; another token has its own."""
    api = await serve(replace(SETTINGS, requests_per_minute=4, trust_proxy=True))
    await give_tokens(api)
    statuses = [
        (
            await api.call("GET", "/api/v1/packs", headers={"X-Forwarded-For": f"192.0.2.{number}"})
        ).status
        for number in range(6)
    ]
    assert statuses == [200] * 4 + [429] * 2
    _, other = await token_for(api.world, Role.COORDINATOR)
    assert (await api.call("GET", "/api/v1/packs", token=other)).status == 200


async def test_guessing_tokens_is_slowed_without_locking_others_out(serve: Serve) -> None:
    """After some failures 429 instead of 401, and no more entries; a valid token still works."""
    api = await serve(replace(SETTINGS, failed_sign_ins_per_minute=3))
    await give_tokens(api)
    statuses = [
        (await api.call("GET", "/api/v1/packs", token=f"guess-{number}")).status
        for number in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]
    assert await api.refusals() == [("listPacks", "NotSignedIn")] * 3
    assert (await api.call("GET", "/api/v1/packs")).status == 200


async def acknowledge_three_times(api: Api, path: str) -> list[int]:
    """Send three acknowledgements that lead nowhere."""
    given = {"reference": "T-0000-0000", "code": "0000"}
    body: dict[str, Any] = {"json" if path.startswith("/api") else "data": given}
    return [(await api.call("POST", path, role=None, **body)).status for _ in range(3)]


async def test_acknowledgements_have_a_stricter_limit(serve: Serve) -> None:
    """API and page share it, since both take guesses at codes."""
    api = await serve(replace(SETTINGS, public_posts_per_minute=4))
    assert await acknowledge_three_times(api, "/api/v1/acknowledgements") == [422] * 3
    assert await acknowledge_three_times(api, "/acknowledge") == [422, 429, 429]
    assert (await api.call("GET", "/acknowledge", role=None)).status == 200
