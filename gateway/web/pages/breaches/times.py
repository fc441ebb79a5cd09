"""Times as forms of the browser send them, in the zone of whoever types."""

from datetime import UTC, datetime

from gateway.domain.errors import InvalidInput
from gateway.web.calls import Call
from gateway.web.keys import VISITOR

_FORMAT = "%Y-%m-%dT%H:%M"


def typed_time(call: Call, name: str, *, required: bool) -> datetime | None:
    """The time in a field, in UTC; None where it is blank.

    Raises:
        InvalidInput: it is none, or blank and required.
    """
    text = call.form.text(name)
    if not text and not required:
        return None
    try:
        there = datetime.strptime(text[:16], _FORMAT).replace(tzinfo=call.request[VISITOR].zone)
        return there.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            "This is not a time.", "Write it as in 2026-12-01T09:30.", field=name
        ) from None


def time_field(call: Call, at: datetime) -> str:
    """A time as such a field shows it."""
    return at.astimezone(call.request[VISITOR].zone).strftime(_FORMAT)
