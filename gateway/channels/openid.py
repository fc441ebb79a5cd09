"""An identity provider reached by OpenID Connect: authorisation code with PKCE.

Source: OpenID Connect Core 1.0 and Discovery 1.0; RFC 7636 (PKCE, S256); RFC 9207.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from gateway.channels.tls import client_context
from gateway.domain.actors import Role
from gateway.domain.errors import InvalidInput, NotSignedIn, Unavailable
from gateway.domain.register import AgencyId
from gateway.domain.secret import Secret
from gateway.services.identity import Attempt, Identity
from gateway.services.ports import Clock

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # signatures only, by keys the provider publishes
_LEEWAY_SECONDS = 60
_LARGEST_ANSWER = 512 * 1024  # bytes; Entra's key sets are the largest, some tens of kilobytes
_KEEP = timedelta(hours=1)  # how long what a provider publishes is believed
_AGAIN = timedelta(minutes=1)  # how soon its keys are fetched again for one that is not known
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """How to reach a provider, and what it may vouch for.

    Attributes:
        key: its name in addresses; `name`: on the sign-in page.
        issuer: exactly as the provider writes it; https, or http on this machine.
        client_secret: None for a public client, which PKCE alone protects.
        groups_claim: the claim of the identity token that lists the person's groups.
        roles: from group to what it may act as.

    Raises:
        InvalidInput: the issuer is no address, or not a safe one.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    agency: AgencyId
    roles: Mapping[str, Sequence[Role]]
    client_secret: Secret | None = None
    groups_claim: str = "groups"
    ca_file: Path | None = None
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        require_safe(self.issuer)


def require_safe(url: str) -> None:
    """Refuse an address that is neither https nor on this machine.

    Raises:
        InvalidInput: it is neither.
    """
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
        usable = safe and bool(parts.hostname) and not parts.username and url.isascii()
    except ValueError:
        usable = False
    if not usable:
        raise InvalidInput(
            "The address of an identity provider is not usable.",
            "Give an https address; http only on this machine.",
            field="issuer",
        )


@dataclass(frozen=True, slots=True)
class _Published:
    """What a provider publishes, and when it was read."""

    authorise: str
    token: str
    keys_at: str
    keys: KeySet
    read_at: datetime


class OpenIdProvider:
    """An identity provider."""

    def __init__(self, settings: OpenIdSettings, clock: Clock) -> None:
        self.key, self.name = settings.key, settings.name
        self.issuer, self.agency = settings.issuer, settings.agency
        self.roles = settings.roles
        self._settings = settings
        self._clock = clock
        self._tls = client_context(settings.ca_file)
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_seconds)
        self._published: _Published | None = None
        self._reading = asyncio.Lock()

    async def address(self, attempt: Attempt) -> str:
        """Where the browser is sent to sign in.

        Raises:
            Unavailable: the provider cannot be reached, or publishes something else.
        """
        published = await self._known(_KEEP)
        challenge = hashlib.sha256(attempt.verifier.reveal().encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": attempt.back,
            "scope": "openid profile email",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joined = "&" if urlsplit(published.authorise).query else "?"
        return f"{published.authorise}{joined}{urlencode(asked)}"

    async def identity(self, attempt: Attempt, code: str) -> Identity:
        """Whom the provider vouches for, in exchange for its code.

        Raises:
            NotSignedIn: it does not take the code, or its token does not hold.
            Unavailable: it cannot be reached.
        """
        published = await self._known(_KEEP)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.back,
            "code_verifier": attempt.verifier.reveal(),
            "client_id": self._settings.client_id,
        }
        auth = None
        if self._settings.client_secret is not None:
            pair = (self._settings.client_id, self._settings.client_secret.reveal())
            auth = aiohttp.encode_basic_auth(*map(quote_plus, pair))  # RFC 6749 section 2.3.1
        status, answer = await self._fetch("POST", published.token, form, auth)
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise _refused()
        return self._identity(await self._claims(token), attempt.nonce)

    async def _claims(self, token: str) -> Mapping[str, Any]:
        """The token's claims, once its signature holds; new keys are fetched for an unknown one."""
        for newest in (_KEEP, _AGAIN):
            published = await self._known(newest)
            try:
                return jwt.decode(token, published.keys, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError):
                continue
        raise _refused()

    def _identity(self, claims: Mapping[str, Any], nonce: str) -> Identity:
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(dict(claims))
        except JoseError:
            raise _refused() from None
        audience, party = claims["aud"], claims.get("azp")
        several = isinstance(audience, list) and len(audience) > 1
        if (several or party is not None) and party != self._settings.client_id:
            raise _refused()
        groups = claims.get(self._settings.groups_claim, ())
        if isinstance(groups, str):
            groups = (groups,)
        subject = claims["sub"]
        if not isinstance(subject, str) or not isinstance(groups, list | tuple):
            raise _refused()
        email = claims.get("email") or claims.get("preferred_username") or ""
        if claims.get("email_verified") is False:
            raise _refused()
        return Identity(
            subject=subject[:255],
            email=str(email),
            name=str(claims.get("name") or ""),
            groups=tuple(str(group) for group in groups),
        )

    async def _known(self, newest: timedelta) -> _Published:
        """What the provider publishes, not older than `newest`."""
        async with self._reading:
            held, now = self._published, self._clock.now()
            if held is None or now - held.read_at >= newest:
                held = self._published = await self._read(now)
            return held

    async def _read(self, now: datetime) -> _Published:
        place = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        status, found = await self._fetch("GET", place)
        places = [found.get(n) for n in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if status != 200 or found.get("issuer") != self.issuer:
            raise _away("publishes another issuer than the one that is set")
        authorise, token, keys_at = (p if isinstance(p, str) else "" for p in places)
        try:
            for each in (authorise, token, keys_at):
                require_safe(each)
            _, keys = await self._fetch("GET", keys_at)
            return _Published(
                authorise, token, keys_at, KeySet.import_key_set(_of_signatures(keys)), now
            )
        except (InvalidInput, JoseError, ValueError, KeyError, TypeError):
            raise _away("publishes addresses or keys that are not usable") from None

    async def _fetch(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        authorization: str | None = None,
    ) -> tuple[int, Mapping[str, Any]]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if authorization is not None:
            headers["Authorization"] = authorization
        try:
            async with (
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.request(
                    method,
                    url,
                    data=form,
                    headers=headers,
                    ssl=self._tls,
                    timeout=self._timeout,
                    allow_redirects=False,
                ) as response,
            ):
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > _LARGEST_ANSWER:
                        raise _away("answers with too much")
                found = json.loads(body)
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError too
            raise _away(f"could not be reached ({type(error).__name__})") from None
        except ValueError:
            raise _away("answers with something else than JSON") from None
        if not isinstance(found, dict):
            raise _away("answers with something else than an object")
        return response.status, found


def _of_signatures(keys: Mapping[str, Any]) -> KeySetSerialization:
    """The keys a token may be signed with; of other kinds and uses a provider may have more."""
    kinds = {"RSA", "EC", "OKP"}
    wanted = [k for k in keys["keys"] if k.get("kty") in kinds and k.get("use", "sig") == "sig"]
    return {"keys": wanted}


def _refused() -> NotSignedIn:
    return NotSignedIn(
        "The identity provider does not vouch for this sign-in.", "Start again at the sign-in page."
    )


def _away(why: str) -> Unavailable:
    return Unavailable(
        f"The identity provider {why}.", "Try again in a moment, or sign in another way."
    )
