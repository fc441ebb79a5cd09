"""Requests for information that fit the storage tests' register, without what they say."""

from dataclasses import replace
from datetime import UTC, date, datetime

from gateway.domain.classification import Classification
from gateway.domain.information_requests.states import InformationRequest, Sent
from gateway.domain.packs import RequestId
from gateway.domain.register import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)
from gateway.storage.database import PostgresDatabase

A, B, C = AgencyId("agency-a"), AgencyId("agency-b"), AgencyId("agency-c")
ARO, BEN = RepresentativeId("aro"), RepresentativeId("ben")
AT = datetime(2026, 11, 5, 20, 30, 42, 123456, tzinfo=UTC)


def made(identifier: str, of: AgencyId = A, **changes: object) -> InformationRequest:
    """A draft by one of the two agencies to the other."""
    draft = InformationRequest(
        id=RequestId(identifier),
        reference=f"R-{identifier}",
        agency=of,
        requester=ARO if of == A else BEN,
        holding_agency=B if of == A else A,
        holder=BEN if of == A else ARO,
        authority=AuthorityCode("OTA-66C"),
        purpose="safety",
        meeting=MeetingId("m-a"),
        child=ChildReference("C-0001"),
        marking=Classification.IN_CONFIDENCE,
        created_at=AT,
        edited_at=AT,
        entered_at=AT,
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def sent(identifier: str, of: AgencyId = A, **changes: object) -> InformationRequest:
    """A request that was sent and is due in a while."""
    given = {"progress": Sent(), "sent_at": AT, "due_on": date(2026, 11, 20)} | changes
    return made(identifier, of, **given)


async def keep(database: PostgresDatabase, *requests: InformationRequest) -> None:
    """Store requests."""
    async with database.work() as work:
        for request in requests:
            await work.requests.add(request, b"sealed")
