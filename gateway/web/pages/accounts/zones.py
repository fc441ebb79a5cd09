"""The time zones people choose from: where New Zealand's agencies and their people are."""

from typing import Final

_ZONES: Final = (
    ("Pacific/Auckland", "New Zealand"),
    ("Pacific/Chatham", "Chatham Islands (Rēkohu, Wharekauri)"),
    ("Pacific/Rarotonga", "Cook Islands"),
    ("Pacific/Niue", "Niue"),
    ("Pacific/Fakaofo", "Tokelau"),
    ("Pacific/Apia", "Samoa"),
    ("Pacific/Tongatapu", "Tonga"),
    ("Pacific/Fiji", "Fiji"),
    ("Australia/Sydney", "Australia: Sydney, Melbourne, Canberra"),
    ("Australia/Brisbane", "Australia: Brisbane"),
    ("Australia/Adelaide", "Australia: Adelaide"),
    ("Australia/Perth", "Australia: Perth"),
    ("UTC", "Coordinated Universal Time (UTC)"),
)


def zones_with(present: str | None) -> list[tuple[str, str]]:
    """The zones by name and in words, with the present one, whichever that is."""
    known = list(_ZONES)
    if present is not None and present not in {name for name, _ in known}:
        known.append((present, present))
    return known
