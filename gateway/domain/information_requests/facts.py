"""What the rules may know of a request for information: nothing of it is personal."""

from dataclasses import dataclass
from datetime import date

from gateway.domain.packs import RequestId
from gateway.domain.register import (
    AgencyId,
    AuthorityCode,
    ChildReference,
    MeetingId,
    RepresentativeId,
)


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request as it is judged.

    Attributes:
        agency, requester: who asks; `holding_agency`, `holder`: who is asked.
        authority: code of the legal authority it is made under.
        reference: short, for mails; the rules are not told.
        child: the child or young person it is about; `age_years` on the day, None if unknown.
        due_on: by when an answer is asked for; None while nothing is stated.
        missing: names of the form's required fields that are blank.
        categories: categories of the items asked for.
        too_broad: numbers (from 1) of the items that are not specific.
        attends: whether the asking agency leads the meeting or someone of it attends.
        needs_approval, approved: whether a second person must approve it, and has.
        open: whether it can still be answered; for a request that is about to go out, True.
        faulty: names of fields that cannot be right.
        demanding: names of fields that read as a duty, where the authority lays none on the holder.
        meeting_held: whether the meeting it follows has begun.
        due_short: whether the day leaves fewer working days than the form suggests.
        due_on_working_day: whether the day is one in the holder's region; True while none is named.
        holder_can_answer: whether the holder, or a responder of their agency, can answer here.
    """

    id: RequestId
    agency: AgencyId
    requester: RepresentativeId
    holding_agency: AgencyId
    holder: RepresentativeId
    authority: AuthorityCode
    meeting: MeetingId
    child: ChildReference
    missing: tuple[str, ...]
    categories: tuple[str, ...]
    too_broad: tuple[int, ...]
    attends: bool
    needs_approval: bool
    approved: bool
    open: bool
    faulty: tuple[str, ...] = ()
    demanding: tuple[str, ...] = ()
    meeting_held: bool = True
    due_short: bool = False
    due_on_working_day: bool = True
    holder_can_answer: bool = True
    reference: str = ""
    age_years: int | None = None
    due_on: date | None = None
