"""Who does something, and in which role."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.errors import Forbidden
from gateway.domain.packs import RequestId
from gateway.domain.register import AgencyId, RepresentativeId


class Role(StrEnum):
    """What a person may do; there is no role that may do everything."""

    COORDINATOR = "coordinator"
    RESPONDER = "responder"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy officer"
    ADMINISTRATOR = "administrator"


class ActorKind(StrEnum):
    """What sort of actor an entry names."""

    PERSON = "person"
    OPERATOR = "operator"
    RECIPIENT = "recipient"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, or the gateway itself, acting for an agency.

    Attributes:
        agency: the agency acted for; every query is limited to it. None for the service itself.
        representative: the named person; None for an administrator's token or the service.
        source: where the action came from: an IP address, `command line` or `worker`.
        request: the one request for information that whoever came by a one-time link may answer;
            None for everyone else.
        token: identifier of the bearer token or session that is used; `user`: who signed in to it.
    """

    kind: ActorKind
    role: Role | None
    agency: AgencyId | None
    representative: RepresentativeId | None
    source: str
    token: str | None = None
    request: RequestId | None = None
    user: str | None = None

    def of_agency(self) -> AgencyId:
        """The agency acted for.

        Raises:
            Forbidden: the actor acts for none.
        """
        if self.agency is None:
            raise Forbidden("This needs an agency to act for.", "Sign in for your agency.")
        return self.agency


WORKER = Actor(ActorKind.SERVICE, None, None, None, "worker")
