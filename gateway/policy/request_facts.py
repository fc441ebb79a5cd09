"""What Cedar is told of the request for information that a pack carries or answers."""

from datetime import date
from typing import Any, Final

from gateway.domain.information_requests.facts import RequestFacts

_UNKNOWN_AGE: Final = -1
_NEVER: Final = date.max.isoformat()


def request_attributes(request: RequestFacts) -> dict[str, Any]:
    """The request as the schema's record has it; identifiers it names end in `_named`."""
    return {
        "id": request.id,
        "agency_named": request.agency,
        "requester_named": request.requester,
        "holding_agency_named": request.holding_agency,
        "holder_named": request.holder,
        "authority_named": request.authority,
        "meeting_named": request.meeting,
        "child": request.child,
        "age_known": request.age_years is not None,
        "age_years": _UNKNOWN_AGE if request.age_years is None else request.age_years,
        "due_stated": request.due_on is not None,
        "due_on": request.due_on.isoformat() if request.due_on else _NEVER,
        "missing": list(request.missing),
        "categories": list(request.categories),
        "too_broad": list(request.too_broad),
        "attends": request.attends,
        "needs_approval": request.needs_approval,
        "approved": request.approved,
        "open": request.open,
        "faulty": list(request.faulty),
        "demanding": list(request.demanding),
        "meeting_held": request.meeting_held,
        "due_short": request.due_short,
        "due_on_working_day": request.due_on_working_day,
        "holder_can_answer": request.holder_can_answer,
    }
