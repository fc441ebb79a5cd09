"""A value that must never be printed, logged or compared carelessly."""

import hmac
from typing import Final


class Secret:
    """Text that shows itself only when asked to, by `reveal()`.

    Formatting, `repr` and pickling give no hint of the content, so that a secret which strays
    into a log line or an error stays a secret. Comparison takes constant time.
    """

    __slots__ = ("__value",)
    _MASK: Final = "<secret>"

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The text itself; call it at the last moment, where it leaves."""
        return self.__value

    def __repr__(self) -> str:
        return self._MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(self._MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.reveal().encode())

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not to be copied or stored by pickling")
