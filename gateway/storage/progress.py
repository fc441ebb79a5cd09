"""How a state machine's progress is stored: what its state knows, tagged with the state's name."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

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

S = TypeVar("S", bound=StrEnum)
P = TypeVar("P")


class UnionCodec(Generic[S, P]):
    """Codec of the union of all states of a machine; exact in both directions."""

    def __init__(self, states: type[S], kinds: Mapping[S, type]) -> None:
        self._states = states
        self._codecs: dict[S, TypeCodec[Any]] = {s: TypeCodec(k) for s, k in kinds.items()}
        self._tags = {kind: state for state, kind in kinds.items()}

    def dump(self, value: P) -> Any:
        """`value` as what JSON can hold."""
        state = self._tags[type(value)]
        return {TAG: state.value, **self._codecs[state].dump(value)}

    def load(self, stored: Any) -> P:
        """The progress that `dump` wrote so.

        Raises:
            Tampered: `dump` would not write it so.
        """
        if not isinstance(stored, dict) or stored.get(TAG) not in list(self._states):
            raise unreadable()
        members = {key: value for key, value in stored.items() if key != TAG}
        progress: P = self._codecs[self._states(stored[TAG])].load(members)
        return progress


TRANSFER_PROGRESS: UnionCodec[State, Progress] = UnionCodec(
    State,
    {
        State.QUEUED: Queued,
        State.SEALED: Sealed,
        State.MAILED: Mailed,
        State.PASSWORD_SENT: PasswordSent,
        State.ACKNOWLEDGED: Acknowledged,
        State.REFUSED: Refused,
        State.RECALLED: Recalled,
        State.FAILED: Failed,
        State.EXPIRED: Expired,
    },
)
