"""Every error a person can meet, in one hierarchy.

    GatewayError
    ├── InvalidInput        the caller can mend it by changing what was sent
    │   └── UnsupportedMediaType
    ├── NotSignedIn         no credentials, or credentials that are wrong, expired or revoked
    ├── Forbidden           signed in, but the role does not allow it
    ├── Refused             the protocol or the law does not allow it
    ├── NotFound            no such thing, or it belongs to another agency
    ├── Conflict            the thing is in a state that does not allow it
    ├── LimitExceeded       larger or more often than allowed
    │   └── TooManyRequests
    ├── Unavailable         something the gateway needs is away; trying again later may help
    └── Tampered            a proof, digest or seal does not hold

A refusal inside the domain is a value (`gateway.domain.decisions.Decision`); it becomes `Refused`
only where a use case ends. Outcomes of a delivery attempt are values too.
"""

from gateway.audit.errors import InvalidInput, LimitExceeded, PlainError, Problem, Tampered

__all__ = [
    "Conflict",
    "Forbidden",
    "GatewayError",
    "InvalidInput",
    "LimitExceeded",
    "NotFound",
    "NotSignedIn",
    "Problem",
    "Refused",
    "Tampered",
    "TooManyRequests",
    "Unavailable",
    "UnsupportedMediaType",
]

GatewayError = PlainError
"""The root of them all; it, and what the audit log's formats raise, stand in `gateway.audit`."""


class UnsupportedMediaType(InvalidInput):
    """The body is of a type this address does not take (RFC 9110 section 15.5.16)."""


class NotSignedIn(GatewayError):
    """No valid credentials came with the request."""


class Forbidden(GatewayError):
    """The person is known, but the role does not allow this."""


class Refused(GatewayError):
    """The protocol, the law or the gateway's accreditation does not allow it."""


class NotFound(GatewayError):
    """There is no such thing, or it belongs to another agency; the two read the same."""


class Conflict(GatewayError):
    """The thing exists, but its present state does not allow what was asked."""


class TooManyRequests(LimitExceeded):
    """More often than the gateway takes; `retry_after_seconds` says when to come back."""

    def __init__(self, message: str, remedy: str, *, retry_after_seconds: int) -> None:
        super().__init__(message, remedy)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(GatewayError):
    """A part the gateway depends on does not answer."""
