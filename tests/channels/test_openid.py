"""Identity providers: a certified one, and one that lies in every way it can."""

import base64
import hmac
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from support.openid import BACK, GROUPS, provider, settings_of, sign_in_there

from gateway.channels import OpenIdProvider
from gateway.domain.actors import Role
from gateway.domain.errors import InvalidInput, NotSignedIn, Unavailable
from gateway.domain.secret import Secret
from gateway.services.identity import Attempt, Identity
from gateway.system import SystemClock

ATTEMPT = Attempt("state-1", "nonce-1", Secret("v" * 43), BACK)
ACCOUNT = {
    "email": "pat@tamariki-care.example",
    "email_verified": True,
    "name": "Pat Tauira",
    "groups": ["group-17", "group-other"],
}


@pytest.mark.server
async def test_a_certified_provider_signs_someone_in() -> None:
    """Discovery, PKCE, the code's exchange and the token's signature, against the real thing."""
    async with provider({"pat": ACCOUNT}) as issuer:
        ours = OpenIdProvider(settings_of(issuer), SystemClock())
        came = await sign_in_there(await ours.address(ATTEMPT), "pat")
        assert (came["state"], came["iss"]) == ("state-1", issuer)
        found = await ours.identity(ATTEMPT, came["code"])
        assert found == Identity(
            "pat", "pat@tamariki-care.example", "Pat Tauira", ("group-17", "group-other")
        )
        with pytest.raises(NotSignedIn):  # a code counts once
            await ours.identity(ATTEMPT, came["code"])


@pytest.mark.server
@pytest.mark.parametrize(
    "changed",
    [
        Attempt("state-1", "nonce-1", Secret("w" * 43), BACK),
        Attempt("state-1", "nonce-2", Secret("v" * 43), BACK),
        Attempt("state-1", "nonce-1", Secret("v" * 43), f"{BACK}/other"),
    ],
    ids=["verifier", "nonce", "place"],
)
async def test_another_browser_s_attempt_gets_nobody(changed: Attempt) -> None:
    """Verifier, nonce and address of return must be those the sign-in began with."""
    async with provider({"pat": ACCOUNT}) as issuer:
        ours = OpenIdProvider(settings_of(issuer), SystemClock())
        came = await sign_in_there(await ours.address(ATTEMPT), "pat")
        with pytest.raises(NotSignedIn):
            await ours.identity(changed, came["code"])


@dataclass
class Lying:
    """A provider whose answers tests make up."""

    issuer: str = ""
    keys: list[Any] = field(default_factory=list)
    token: Callable[[dict[str, Any]], Any] = dict
    published: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    fetched: int = 0

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Claims that hold, but for the changes; None leaves one out."""
        now = int(time.time())  # noqa: TID251 - the library's own clock is held against it
        made = {
            "iss": self.issuer,
            "aud": "gateway",
            "sub": "pat",
            "nonce": "nonce-1",
            "iat": now,
            "exp": now + 300,
            "email": "pat@tamariki-care.example",
            "groups": ["group-17"],
        } | changes
        return {name: value for name, value in made.items() if value is not None}

    async def discovery(self, _: web.Request) -> web.Response:
        """What it publishes."""
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorise",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.published
        return web.json_response(found)

    async def key_set(self, _: web.Request) -> web.Response:
        """Its keys."""
        self.fetched += 1
        return web.json_response(KeySet(self.keys).as_dict(private=False))

    async def exchange(self, _: web.Request) -> web.Response:
        """Its token."""
        return web.json_response({"id_token": self.token(self.claims())}, status=self.status)


@pytest.fixture
async def lying() -> AsyncIterator[Lying]:
    """A provider that answers what it is told to."""
    liar = Lying(keys=[RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})])
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", liar.discovery)
    app.router.add_get("/keys", liar.key_set)
    app.router.add_post("/token", liar.exchange)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    liar.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield liar
    await runner.cleanup()


def signed(liar: Lying, **changes: Any) -> str:
    """A token with these claims, by the key it publishes."""
    header = {"alg": "RS256", "kid": "one"}
    return jwt.encode(header, liar.claims(**changes), liar.keys[0], algorithms=["RS256"])


async def test_a_token_that_holds_is_believed(lying: Lying) -> None:
    """The made-up provider is right in all that the following tests change."""
    lying.token = lambda _: signed(lying)
    found = await OpenIdProvider(settings_of(lying.issuer), SystemClock()).identity(ATTEMPT, "c")
    assert (found.subject, found.groups) == ("pat", ("group-17",))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another-client"},
        {"aud": ["gateway", "another-client"]},
        {"aud": ["gateway", "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"nonce": "nonce-2"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": 7},
        {"groups": {"group-17": True}},
        {"email_verified": False},
    ],
    ids=str,
)
async def test_a_token_that_says_something_else_is_not(
    lying: Lying, changes: dict[str, Any]
) -> None:
    """Every claim that ties the token to this provider, client, browser and moment."""
    lying.token = lambda _: signed(lying, **changes)
    with pytest.raises(NotSignedIn):
        await OpenIdProvider(settings_of(lying.issuer), SystemClock()).identity(ATTEMPT, "c")


def _with_public_key_as_secret(liar: Lying) -> str:
    secret = liar.keys[0].as_pem(private=False)
    head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
    body = head + b"." + signed(liar).split(".")[1].encode()
    mac = base64.urlsafe_b64encode(hmac.digest(secret, body, "sha256")).rstrip(b"=")
    return f"{body.decode()}.{mac.decode()}"


def _by_another_key(liar: Lying) -> str:
    other = ECKey.generate_key("P-256", {"kid": "one"})
    return jwt.encode({"alg": "ES256", "kid": "one"}, liar.claims(), other, algorithms=["ES256"])


def _unsigned(liar: Lying) -> str:
    whole = signed(liar)
    head = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    return f"{head}.{whole.split('.')[1]}."


@pytest.mark.filterwarnings("ignore")  # the library warns of the weak keys these tests are about
@pytest.mark.parametrize(
    "forged",
    [
        _with_public_key_as_secret,
        _by_another_key,
        _unsigned,
        lambda liar: signed(liar)[:-8] + "AAAAAAAA",
        lambda _: "not a token",
        lambda _: None,
        lambda _: 7,
    ],
    ids=["hmac", "other-key", "none", "damaged", "text", "missing", "number"],
)
async def test_a_forged_token_is_not_believed(lying: Lying, forged: Any) -> None:
    """Algorithms and keys are those the provider publishes, for signatures only."""
    lying.token = lambda _: forged(lying)
    with pytest.raises(NotSignedIn):
        await OpenIdProvider(settings_of(lying.issuer), SystemClock()).identity(ATTEMPT, "c")


async def test_new_keys_are_fetched_once_a_minute_at_most(lying: Lying) -> None:
    """A provider that changes its keys goes on working, and nobody has us fetch without end."""

    class Moving(SystemClock):
        ahead = 0.0

        def now(self) -> datetime:
            """The present moment, and what the test adds."""
            return datetime.fromtimestamp(super().now().timestamp() + self.ahead, UTC)

    clock = Moving()
    ours = OpenIdProvider(settings_of(lying.issuer), clock)
    lying.token = lambda _: signed(lying)
    await ours.identity(ATTEMPT, "c")
    lying.keys = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})]
    for _ in range(3):
        with pytest.raises(NotSignedIn):
            await ours.identity(ATTEMPT, "c")
    assert lying.fetched == 1
    clock.ahead = 61
    await ours.identity(ATTEMPT, "c")
    assert lying.fetched == 2


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": 7},
    ],
    ids=str,
)
async def test_a_provider_that_publishes_nonsense_is_away(
    lying: Lying, published: dict[str, Any]
) -> None:
    """Another issuer, unsafe addresses, none at all."""
    lying.published = published
    with pytest.raises(Unavailable):
        await OpenIdProvider(settings_of(lying.issuer), SystemClock()).address(ATTEMPT)


async def test_a_provider_that_is_away_is_said_to_be(lying: Lying) -> None:
    """No connection, and a refusal of the code, are told apart."""
    lying.status = 400
    ours = OpenIdProvider(settings_of(lying.issuer), SystemClock())
    with pytest.raises(NotSignedIn):
        await ours.identity(ATTEMPT, "c")
    with pytest.raises(Unavailable):
        await OpenIdProvider(settings_of("http://127.0.0.1:9"), SystemClock()).address(ATTEMPT)


@pytest.mark.parametrize(
    "issuer", ["http://login.example", "ftp://login.example", "https://", "login", "https://a:b@c"]
)
def test_an_unsafe_issuer_is_refused(issuer: str) -> None:
    """Only https, but for this machine."""
    with pytest.raises(InvalidInput):
        settings_of(issuer)


def test_the_sample_s_groups_stand_for_roles() -> None:
    """So that the tests above say something."""
    assert GROUPS["group-17"] == [Role.COORDINATOR]
