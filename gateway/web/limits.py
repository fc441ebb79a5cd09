"""How often one caller may ask: token buckets, kept in this process and bounded in number.

Each replica counts for itself: with n of them a caller gets at most n times the limit.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

_SECONDS_PER_MINUTE = 60.0
_HOST_BITS = 64  # of an IPv6 address: one subscriber usually has a whole /64 (RFC 6177)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class TokenBuckets:
    """One bucket per caller, which holds a minute's worth and refills evenly.

    Args:
        per_minute: how many are allowed in a minute; as many may come at once.
        limit: how many buckets are kept; the one not used for longest is forgotten first, which
            gives its owner a full one again.
        monotonic: seconds that never go back.
    """

    def __init__(self, per_minute: int, limit: int, monotonic: Callable[[], float]) -> None:
        self._capacity = float(per_minute)
        self._rate = per_minute / _SECONDS_PER_MINUTE
        self._limit = limit
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one from the bucket of `key`: 0 if there was one, else seconds until there is."""
        now = self._monotonic()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self._capacity, now)
            if len(self._buckets) > self._limit:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.tokens = min(self._capacity, bucket.tokens + (now - bucket.filled_at) * self._rate)
        bucket.filled_at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._rate
        bucket.tokens -= 1
        return 0

    def __len__(self) -> int:
        return len(self._buckets)


def caller_of(source: str) -> str:
    """What counts as one caller among addresses: an IPv4 address, or an IPv6 /64."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, _HOST_BITS), strict=False))
    return str(address)
