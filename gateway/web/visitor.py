"""Whom a page is made for."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gateway.domain.actors import Actor, Role
from gateway.domain.errors import Forbidden
from gateway.services.sessions import SignedIn


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom a page is made for.

    Attributes:
        csrf: what every form of theirs carries, so that no other site can send it.
        signed_in: None for whoever came by a one-time link.
    """

    actor: Actor
    name: str
    agency: str
    csrf: str
    zone: ZoneInfo
    signed_in: SignedIn | None = None

    @property
    def roles(self) -> tuple[Role, ...]:
        """What they may act as."""
        return self.signed_in.user.roles if self.signed_in else (Role.RESPONDER,)

    def session(self) -> SignedIn:
        """The session.

        Raises:
            Forbidden: they came by a one-time link.
        """
        if self.signed_in is None:
            raise Forbidden("A one-time link does not open this page.", "Sign in.")
        return self.signed_in
