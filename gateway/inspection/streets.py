"""Street and postal addresses as New Zealanders write them.

The list of types of street is our own, of those in common use and their short forms.
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.inspection.folding import Folded

_TYPES: Final = (
    *("alley", "ally", "arcade", "arc", "avenue", "ave", "av", "bay", "beach", "belt", "boulevard"),
    *("blvd", "bvd", "bypass", "centre", "ctr", "circle", "cir", "circuit", "cct", "close", "cl"),
    *("common", "corner", "court", "crt", "ct", "courtyard", "cove", "creek", "crescent", "cres"),
    *("cr", "crst", "crossing", "dale", "drive", "dr", "driveway", "drv", "end", "esplanade"),
    *("esp", "estate", "expressway", "fairway", "field", "flat", "gardens", "gate", "gateway"),
    *("glade", "glen", "green", "grove", "gr", "gve", "haven", "heights", "hts", "highway", "hwy"),
    *("hill", "island", "key", "landing", "lane", "ln", "lea", "line", "link", "lookout", "loop"),
    *("mall", "mead", "mews", "motorway", "mount", "oaks", "paddock", "parade", "pde", "park"),
    *("pass", "passage", "path", "pathway", "place", "pl", "plaza", "point", "pt", "promenade"),
    *("quadrant", "quay", "qy", "reserve", "rest", "retreat", "ridge", "rise", "road", "rd"),
    *("roadway", "row", "slope", "spur", "square", "sq", "steps", "strand", "street", "str", "st"),
    *("terrace", "tce", "ter", "terr", "track", "trail", "trk", "vale", "valley", "view", "views"),
    *("village", "villas", "vista", "vue", "walk", "walkway", "way", "wharf", "woods", "yard"),
    *("ara", "huarahi", "tiriti"),
)
_PLAIN_TYPES: Final = {
    *("avenue", "ave", "crescent", "cres", "drive", "grove", "lane", "road", "rd", "street"),
    *("st", "terrace", "tce"),
}
_NO_NAMES: Final = {
    *("a", "an", "and", "any", "at", "by", "down", "each", "every", "for", "from", "her", "his"),
    *("in", "its", "long", "my", "next", "of", "off", "on", "one", "other", "our", "out", "over"),
    *("same", "some", "that", "the", "their", "this", "to", "under", "up", "what", "your", "km"),
    *("m", "metre", "minute", "hour", "day", "week", "month", "year", "people", "children"),
    *("days", "minutes", "hours", "weeks", "months", "years", "metres", "kilometres", "per"),
}
_LITTLE: Final = {"o", "of", "the", "te", "a", "nga", "de", "du", "la", "le", "and", "ki", "i"}
_UNIT: Final = (
    r"(?:(?:unit|flat|apartment|apt|level|lvl|shop|suite|villa|room|no\.?)\s?\d{1,4}[a-z]?"
    r"\s?[,/-]?\s?)?"
)
_NUMBER: Final = r"\d{1,5}[a-z]?(?:\s?[/-]\s?\d{1,5}[a-z]?)?"
_STREET: Final = re.compile(
    rf"(?<![\w.$/-])(?P<unit>{_UNIT})(?P<number>{_NUMBER}),?[ \t\n]{{1,2}}(?:"
    rf"(?P<name>[^\W\d_][\w'.-]{{0,24}}(?:[ ][^\W\d_][\w'.-]{{0,24}}){{0,3}}?)[ \n]{{1,2}}"
    rf"(?P<type>{'|'.join(sorted(_TYPES, key=len, reverse=True))})"
    r"|(?P<whole>(?:te (?:ara|huarahi|tiriti)|ara|rue|the) [^\W\d_][\w'-]{1,24})"
    r"|(?P<alone>broadway))(?![\w'])"
)
_POSTAL: Final = re.compile(
    r"(?<![\w])(?:(?:p\.?\s?o\.?|post office|post)\s{0,2}box\s{0,2}\d{1,6}"
    r"|private bag\s{0,2}(?:[a-z]{2,12}\s)?\d{1,6}|(?P<rural>r\.?\s?d\.?\s{0,2}\d{1,2}))(?![\w])"
)


def addresses(text: Folded) -> Iterator[tuple[int, int]]:
    """Where addresses stand: a number, a name and a type of street; a box, bag or rural delivery.

    The name of a street begins with a capital; in small letters one word with a usual type counts.
    """
    for match in _STREET.finditer(text.plain):
        if _is_street(match, text):
            yield match.start(), match.end()
    for match in _POSTAL.finditer(text.plain):
        rural = text.raw[match.start() : match.end()]
        if not match["rural"] or rural[:1] == "R":
            yield match.start(), match.end()


def _is_street(match: re.Match[str], text: Folded) -> bool:
    group = next(one for one in ("name", "whole", "alone") if match[one])
    start, end = match.span(group)
    written = text.raw[start:end].split()
    if group != "name":
        return all(word[:1].isupper() for word in (written[0], written[-1]))
    named = match["name"].split()
    if named[0] in _NO_NAMES - _LITTLE and not written[0][:1].isupper():
        return False
    capitals = [
        word[:1].isupper() or (n > 0 and plain in _LITTLE)
        for n, (word, plain) in enumerate(zip(written, named, strict=True))
    ]
    if all(capitals):
        kind = text.raw[match.start("type") : match.end("type")]
        return kind[:1].isupper() or match["type"] in _PLAIN_TYPES
    lower = len(named) == 1 and named[0] not in _NO_NAMES | _LITTLE and len(named[0]) > 2
    return lower and match["type"] in _PLAIN_TYPES
