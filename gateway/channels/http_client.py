"""One HTTP request to a service that takes messages, with exactly one of three outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from gateway.channels.tls import client_context
from gateway.services.ports import Accepted, Deferred, Outcome, Rejected

_UNKNOWN_BEYOND = frozenset({502, 504})  # a proxy's: what lies behind it may have taken the message


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `later` are refusing statuses that are worth another try all the same."""

    method: str
    url: str
    later: frozenset[int]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


class _AnswerLostError(aiohttp.ClientError):
    """The connection broke when the request may have been received."""


class Door:
    """The way to an HTTP service, with the three outcomes of a delivery.

    What the service answers beside its status is not read: it might repeat the password.
    """

    def __init__(
        self, ca_file: Path | None, timeout_seconds: float, session: aiohttp.ClientSession | None
    ) -> None:
        self._tls = client_context(ca_file)
        self._timeout = aiohttp.ClientTimeout(
            total=2 * timeout_seconds,
            connect=timeout_seconds,
            sock_connect=timeout_seconds,
            sock_read=timeout_seconds,
        )
        self._session = session
        self._owned = session is None

    async def ask(self, request: Request) -> Outcome:
        """Make the request once, without following redirects."""
        try:
            async with self._open().request(
                request.method,
                request.url,
                headers=request.headers,
                params=request.query,
                data=request.body,
                ssl=self._tls,
                timeout=self._timeout,
                allow_redirects=False,  # the password goes to the address that was set, or nowhere
                middlewares=(_only_once,),
            ) as response:
                return _outcome(response.status, request.later)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Deferred(f"The SMS gateway could not be reached ({type(error).__name__}).")
        except (aiohttp.ClientError, OSError) as error:
            kind = type(error.__cause__ or error).__name__
            return Deferred(f"The SMS gateway's answer was lost ({kind}).", uncertain=True)

    async def close(self) -> None:
        """Close the session if it is ours."""
        if self._owned and self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        """The session; a new connection for every message, as an old one may be dead already."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _only_once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep the library from repeating a GET whose answer was lost: it would send a second text."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _AnswerLostError from error


def _outcome(status: int, later: frozenset[int]) -> Outcome:
    """What an HTTP status says about the message."""
    if 200 <= status < 300:
        return Accepted(f"HTTP {status}")
    if 400 <= status < 500 and status not in later:
        return Rejected(f"The SMS gateway refused the message (HTTP {status}).")
    return Deferred(
        f"The SMS gateway did not take the message (HTTP {status}).",
        uncertain=status in _UNKNOWN_BEYOND,
    )
