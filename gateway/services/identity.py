"""What signing in needs of an agency's identity provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.domain.actors import Role
from gateway.domain.register import AgencyId
from gateway.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider vouches for.

    Attributes:
        subject: the provider's own identifier of the person, which never changes.
        groups: names or identifiers of the groups the provider says they are in.
    """

    subject: str
    email: str
    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a provider is asked with and must answer to; made fresh for each sign-in."""

    state: str
    nonce: str
    verifier: Secret
    back: str


class IdentityProvider(Protocol):
    """An agency's identity provider.

    Attributes:
        key: its name in addresses; `name`: its name on the sign-in page; `issuer`: its own.
        agency: whom it speaks for; `roles`: what each of its groups may act as.
    """

    key: str
    name: str
    issuer: str
    agency: AgencyId
    roles: Mapping[str, Sequence[Role]]

    async def address(self, attempt: Attempt) -> str:
        """Where the browser is sent to sign in.

        Raises:
            Unavailable: the provider cannot be reached.
        """
        ...

    async def identity(self, attempt: Attempt, code: str) -> Identity:
        """Whom the provider vouches for, in exchange for the code it sent the browser back with.

        Raises:
            NotSignedIn: its answer does not hold. Unavailable: it cannot be reached.
        """
        ...
