"""Checks of the values that only the register holds; each gives the value in its canonical form.

What requests hold too is checked in `gateway.forms.values`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from gateway.domain.addresses import canonical_address, domain_of, e164_number
from gateway.domain.errors import InvalidInput
from gateway.domain.lookalikes import checked_domain
from gateway.domain.workdays import REGIONS
from gateway.forms.values import DAY, Fault, parsed, plausible

ADDRESS_LIMIT = 254  # octets in a mail path less its brackets, RFC 5321 section 4.5.3.1.3

_MOMENT = re.compile(
    DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


def _in_domain_words(check: Callable[[str], str], limit: int) -> Callable[[str], str]:
    def checked(text: str) -> str:
        if len(text) > limit:
            raise Fault("The text is too long.", f"Use at most {limit} characters.")
        try:
            return check(text)
        except InvalidInput as error:
            raise Fault(error.message, error.remedy) from error

    return checked


def _address(text: str) -> str:
    address = canonical_address(text)
    checked_domain(domain_of(address))
    return address


mail_domain = _in_domain_words(checked_domain, ADDRESS_LIMIT)
mail_address = _in_domain_words(_address, ADDRESS_LIMIT)
telephone_number = _in_domain_words(e164_number, ADDRESS_LIMIT)


def region(text: str) -> str:
    """`text` if it is the code of a region of New Zealand that keeps an anniversary day."""
    if text not in REGIONS:
        known = ", ".join(f"{code} ({name})" for code, name in sorted(REGIONS.items()))
        raise Fault("This is not the code of a region.", f"Use one of: {known}.")
    return text


def moment(value: object) -> datetime:
    """`value` in UTC if it is a time with its offset, or the RFC 3339 text of one."""
    remedy = (
        "Write date, time and offset from UTC, for example 2026-12-08T10:00:00+13:00 "
        "(+13:00 in New Zealand's summer, +12:00 in its winter)."
    )
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        value = parsed(datetime.fromisoformat, value, "There is no such moment.", remedy)
    if not isinstance(value, datetime):
        raise Fault("This is not a date with a time.", remedy)
    if value.tzinfo is None:
        raise Fault("The time does not say its offset from UTC.", remedy)
    plausible(value)
    return value.astimezone(UTC)
