"""What the register says now of the pseudonyms in the log.

The log itself holds no name. What is joined here disappears with the register's own record.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from gateway.services.auditing import child_pseudonym, meeting_pseudonym, pseudonym
from gateway.services.log_storage import Found
from gateway.services.parts import Parts
from gateway.services.storage import Work


async def of_everyone(parts: Parts, work: Work) -> dict[str, str]:
    """For each pseudonym the register can explain: a person's name, or a child's or a meeting's
    reference.
    """
    everyone = await work.register.everyone()
    known = {pseudonym(parts, person): name for person, name in everyone.items()}
    for meeting, children in (await work.register.children()).items():
        known[meeting_pseudonym(parts, meeting)] = str(meeting)
        known |= {child_pseudonym(parts, child): str(child) for child in children}
    return known


async def of_agencies(parts: Parts) -> dict[str, str]:
    """What each agency of the register is called, by its identifier."""
    async with parts.database.work() as work:
        return {str(key): agency.name for key, agency in (await work.register.agencies()).items()}


def among(known: Mapping[str, str], entries: Sequence[Found]) -> dict[str, str]:
    """Those of `known` that stand in the entries."""
    mentioned = {text for entry in entries for text in _texts(_read(entry.leaf))}
    return {text: known[text] for text in mentioned & known.keys()}


def _read(leaf: bytes) -> object:
    """What an entry says; nothing of one that was damaged so that it is no JSON."""
    try:
        return json.loads(leaf)
    except ValueError:
        return None


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for member in value.values():
                yield from _texts(member)
        case list():
            for item in value:
                yield from _texts(item)
        case _:
            pass
