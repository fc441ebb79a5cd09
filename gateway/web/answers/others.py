"""What the API answers about meetings and the service itself."""

from typing import Self

from gateway.domain.register import AgeGroup, Agency, Meeting, Representative
from gateway.web.answers.base import ListShown, Moment, Shown, person_fields


class ChildShown(Shown):
    """A child or young person a meeting is about, by an opaque reference."""

    reference: str
    age_group: AgeGroup


class AttendeeShown(Shown):
    """A representative who attends a meeting."""

    recipient: str
    name: str
    role: str
    agency: str
    agency_name: str
    address: str


class MeetingSummary(Shown):
    """A meeting your agency leads."""

    id: str
    protocol: str
    title: str
    held_at: Moment
    children: tuple[ChildShown, ...]


class MeetingShown(MeetingSummary):
    """A meeting with its attendees."""

    attendees: tuple[AttendeeShown, ...]

    @classmethod
    def of(cls, meeting: Meeting, people: list[tuple[Representative, Agency]]) -> Self:
        """A meeting with its attendees and their agencies."""
        return cls(
            **dict(MeetingSummary.model_validate(meeting)),
            attendees=tuple(AttendeeShown(**person_fields(*each)) for each in people),
        )


class MeetingPage(ListShown):
    """A page of meetings."""

    items: tuple[MeetingSummary, ...]


class Health(Shown):
    """That the process is up, or the service ready."""

    status: str
