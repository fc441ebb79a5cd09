"""What stands in the navigation, by role."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.domain.actors import Actor, Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation."""

    words: str
    place: str


_BY_ROLE: Final[Mapping[Role, tuple[Entry, ...]]] = MappingProxyType(
    {
        Role.COORDINATOR: (
            Entry("Home", "/coordinator"),
            Entry("Meetings", "/meetings"),
            Entry("Packs", "/packs"),
            Entry("Transfers", "/transfers"),
            Entry("Requests", "/requests"),
            Entry("Approvals", "/approvals"),
            Entry("Protocols", "/catalogue"),
            Entry("Breaches", "/breaches"),
        ),
        Role.RESPONDER: (
            Entry("Requests to us", "/received"),
            Entry("Meetings", "/meetings"),
            Entry("Protocols", "/catalogue"),
            Entry("Breaches", "/breaches"),
        ),
        Role.AUDITOR: (
            Entry("Search the log", "/audit"),
            Entry("Refusals", "/audit/refusals"),
            Entry("Response times", "/audit/response-times"),
            Entry("Verify", "/audit/verify"),
            Entry("Protocols", "/catalogue"),
            Entry("Breaches", "/breaches"),
        ),
        Role.PRIVACY_OFFICER: (
            Entry("Approvals", "/approvals"),
            Entry("Transfers", "/transfers"),
            Entry("Meetings", "/meetings"),
            Entry("Register", "/register"),
            Entry("Protocols", "/catalogue"),
            Entry("Response times", "/audit/response-times"),
            Entry("Breaches", "/breaches"),
        ),
        Role.ADMINISTRATOR: (
            Entry("Register", "/register"),
            Entry("Protocols", "/catalogue"),
            Entry("Breaches", "/breaches"),
            Entry("Users", "/users"),
            Entry("Tokens", "/tokens"),
            Entry("Search the log", "/audit"),
        ),
    }
)

HOMES: Final[Mapping[Role, str]] = MappingProxyType(
    {role: entries[0].place for role, entries in _BY_ROLE.items()}
)


def entries_for(actor: Actor) -> tuple[Entry, ...]:
    """The navigation of whoever acts; none for whoever came by a one-time link."""
    if actor.role is None or actor.request is not None:
        return ()
    return _BY_ROLE[actor.role]
