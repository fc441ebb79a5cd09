"""Fictional requests to try templates on: with everything, with less, with next to nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from gateway.domain.information_requests.content import (
    ConsultationRecord,
    Party,
    RequestContent,
    RequestDocument,
    RequestedItem,
    Subject,
)
from gateway.domain.register import ChildReference

_REQUESTER: Final = Party(
    agency="Example Asking Agency",
    person="Aroha Tauira",
    role="Example coordinator",
    standing="Example standing of the asking agency",
    email="aroha.tauira@asking.example",
    phone="+64 4 555 0101",
)
_HOLDER: Final = Party(
    agency="Example Holding Agency",
    person="Hēmi Whakaahua",
    role="Example records officer",
    standing="Example standing of the holding agency",
    email="hemi.whakaahua@holding.example",
    phone="+64 4 555 0102",
)


def full_sample() -> RequestDocument:
    """A request with something in every field, each different from all others."""
    content = RequestContent(
        subject=_subject(),
        ground="66C(a)(ii)",
        purpose="Example words on how it serves the purpose",
        instrument="Example support plan",
        items=_items(),
        held_because="Example reason to believe that it is held",
        needed_because="Example reason to believe that it will assist",
        consultation=ConsultationRecord(
            consulted=True,
            whom="Example grandmother, who cares for them",
            account="Example views of the person asked",
        ),
        due_because="Example reason for that day",
        urgent=True,
        reply_by="Example way to reply, through the gateway",
        relationship="Example relationship to the family",
        action="Example action number eleven",
        safety="Example risk if others learn of the request",
        further={"example_field": "Example words in a field of the agency"},
    )
    further = (("Example label of the agency", "Example words in a field of the agency"),)
    return _document(content, further)


def lean_sample() -> RequestDocument:
    """The full request without what a template may leave out."""
    full = full_sample()
    content = replace(full.content, action="", instrument="", safety="", further={})
    return replace(full, content=content, further=())


def sparse_sample() -> RequestDocument:
    """A request in which everything that can be blank is."""
    item = RequestedItem("Example category", "Example description of the only item")
    return _document(RequestContent(Subject(ChildReference("C-EXAMPLE-2")), items=(item,)), ())


def _subject() -> Subject:
    return Subject(
        reference=ChildReference("C-EXAMPLE-1"),
        name="Example Child Pōtiki",
        other_names=("Example Other Name", "Second Example Name"),
        born_on=date(2014, 2, 28),
        gender="Example gender",
        address="1 Example Street\nExampleville",
        identifiers={"NHI": "ZZZ0016"},
        family="Example mother, example caregiver",
    )


def _items() -> tuple[RequestedItem, ...]:
    return (
        RequestedItem(
            "Example attendance", "Example half-days away", date(2025, 3, 4), date(2025, 9, 30)
        ),
        RequestedItem("Example referrals", "Example referral and its outcome", date(2024, 6, 1)),
    )


def _document(content: RequestContent, further: tuple[tuple[str, str], ...]) -> RequestDocument:
    return RequestDocument(
        title="Request for information under an example section, Example Act",
        template="example",
        reference="R-EXAM-PLE1",
        marking="EXAMPLE MARKING",
        authority="Example authority, Example Act",
        ground="Example ground: making an example assessment",
        meeting="Example Meeting of the North",
        requester=_REQUESTER,
        holder=_HOLDER,
        due_on=date(2026, 11, 19),
        content=content,
        statements=("Example first statement of the Act.", "Example second statement."),
        privacy_statement="Example privacy statement of the protocol.",
        further=further,
        policy_digest="0123456789abcdef" * 4,
        made_at=datetime(2026, 11, 5, 9, 30, tzinfo=UTC),
    )
