"""How a transfer's progress is stored: what its state knows, tagged with the state's name."""

from typing import Any

from gateway.domain.transfers import (
    Acknowledged,
    Expired,
    Failed,
    Mailed,
    PasswordSent,
    Progress,
    Queued,
    Recalled,
    Refused,
    Sealed,
    State,
)
from gateway.storage.columns import TypeCodec, unreadable

TAG = "state"

_CODECS: dict[State, tuple[type, TypeCodec[Any]]] = {
    state: (kind, TypeCodec(kind))
    for state, kind in {
        State.QUEUED: Queued,
        State.SEALED: Sealed,
        State.MAILED: Mailed,
        State.PASSWORD_SENT: PasswordSent,
        State.ACKNOWLEDGED: Acknowledged,
        State.REFUSED: Refused,
        State.RECALLED: Recalled,
        State.FAILED: Failed,
        State.EXPIRED: Expired,
    }.items()
}
_STATES = {kind: state for state, (kind, _) in _CODECS.items()}


class ProgressCodec:
    """Codec of the union of all states; exact in both directions."""

    def dump(self, value: Progress) -> Any:
        """`value` as what JSON can hold."""
        state = _STATES[type(value)]
        return {TAG: state.value, **_CODECS[state][1].dump(value)}

    def load(self, stored: Any) -> Progress:
        """The progress that `dump` wrote so.

        Raises:
            Tampered: `dump` would not write it so.
        """
        if not isinstance(stored, dict) or stored.get(TAG) not in list(State):
            raise unreadable()
        members = {key: value for key, value in stored.items() if key != TAG}
        progress: Progress = _CODECS[State(stored[TAG])][1].load(members)
        return progress
