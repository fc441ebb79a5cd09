"""Which of many discoveries are listed: never a kind left out, what is unsafe first of all."""

from collections.abc import Sequence

from gateway.domain.inspection import Concern, Discovery, Kind

LISTED = 300
_ORDER = tuple(Concern)  # as declared: unsafe, hidden, personal, marking, unread


def selected(found: Sequence[Discovery], limit: int = LISTED) -> tuple[Discovery, ...]:
    """At most `limit` discoveries, in the order found.

    The first of each kind is among them, then the first about each known person (rules judge by
    these), then what is unsafe, then the rest: that a document has too many telephone numbers must
    not hide that it has a macro.
    """
    if len(found) <= limit:
        return tuple(found)
    firsts: dict[Kind, int] = {}
    people: dict[str, int] = {}
    for number, one in enumerate(found):
        firsts.setdefault(one.kind, number)
        if one.about:
            people.setdefault(one.about, number)
    chosen = set(firsts.values())
    rest = sorted(range(len(found)), key=lambda n: (_ORDER.index(found[n].kind.concern), n))
    ranked = [*people.values(), *rest]
    for number in ranked:
        if len(chosen) >= limit:
            break
        chosen.add(number)
    return tuple(found[number] for number in sorted(chosen))
