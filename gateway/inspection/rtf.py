"""Rich Text Format (Microsoft's specification 1.9.1)."""

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering, short
from gateway.inspection.passages import Place

_BRACE = re.compile(r"\\[\\{}]|[{}]")
_WORD = re.compile(r"\\([a-zA-Z]+)(-?\d+)? ?")
_HEX = re.compile(r"[^0-9a-fA-F]")
_FIELD_RUNS = re.compile(r"\bDDE(?:AUTO)?\b|^\s*QUOTE(?:\s+\d{2,3}){3,}", re.IGNORECASE)
_FIELD_FETCHES = re.compile(
    r'\b(?:INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|RD|DATABASE)\b.*(?:https?:|\\\\|"//)',
    re.IGNORECASE | re.DOTALL,
)
_SIDES = (
    (r"header[lrf]?", "header", Place.HEADER),
    (r"footer[lrf]?", "footer", Place.FOOTER),
    (r"\*\\annotation|annotation", "comments", Place.HIDDEN),
    (r"footnote", "footnotes", Place.BODY),
)
_PROPERTIES = (
    *("title", "subject", "author", "manager", "company", "operator", "category", "keywords"),
    *("comment", "doccomm"),
)
_ABUSED = (b"Equation.", b"Package", b"Shell.Explorer", b"htmlfile", b"OLE2Link", b"script")
_DEEPEST = 500
_GROUPS = 10_000
_JUNK = 16


def read(_: FileType, data: bytes, into: Gathering) -> None:
    """Look for objects, templates and fields in Rich Text, and read its words.

    Raises:
        NotReadable: it is nested too deeply, or something stands after it.
    """
    text = data.decode("cp1252", "replace")
    _require_sound(text)
    words = {match[1] for match in _WORD.finditer(text)}
    _active(text, words, into)
    into.page()
    for pattern, where, place in _SIDES:
        for group in _groups(text, pattern):
            into.words(_plain(group), where, place)
    for name in _PROPERTIES:
        for group in _groups(text, name):
            into.words(_plain(group), "properties", Place.PROPERTY, name=name)
    for group in _groups(text, r"\*\\userprops"):
        for pair in re.finditer(
            r"\{\\propname ([^}]*)\}.*?\{\\staticval ([^}]*)\}", group, re.DOTALL
        ):
            into.words(pair[2], "properties", Place.PROPERTY, name=pair[1])
    into.words(_plain(text))
    if "pict" in words:
        into.found(Kind.PICTURE, "", "pictures")


def _require_sound(text: str) -> None:
    depth = deepest = 0
    for match in _BRACE.finditer(text):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        deepest = max(deepest, depth)
        if depth == 0 and match[0] == "}":
            if len(text[match.end() :].strip("\0\r\n\t \x1a")) > _JUNK:
                raise NotReadable(Kind.POLYGLOT, "something stands after the end of the text")
            break
    if deepest > _DEEPEST:
        raise NotReadable(Kind.TOO_MUCH, "it is nested too deeply")


def _active(text: str, words: set[str], into: Gathering) -> None:
    for group in _groups(text, r"(?:\*\\)?objdata"):
        held = bytes.fromhex(_even(_HEX.sub("", _WORD.sub("", group))))
        kind = Kind.EMBEDDED_FILE
        if b"MZ" in held[:4096] or any(one in held[:4096] for one in _ABUSED):
            kind = Kind.EXECUTABLE
        into.found(kind, "", "an object of another program")
    if "objdata" not in words and words & {"object", "objocx", "objemb"}:
        into.found(Kind.EMBEDDED_FILE, "", "an object of another program")
    if words & {"objupdate", "objautlink", "objlink", "mmdatasource", "mmconnectstr"}:
        into.found(Kind.EXTERNAL, "", "an object or data fetched from elsewhere")
    for group in _groups(text, r"(?:\*\\)?template"):
        into.found(Kind.REMOTE_TEMPLATE, "properties", short(_plain(group)))
    for group in _groups(text, r"(?:\*\\)?fldinst"):
        instruction = _WORD.sub(" ", group.replace("{", " ").replace("}", " "))
        if _FIELD_RUNS.search(instruction):
            into.found(Kind.LAUNCH, "", "a field (DDE) that starts a program")
        elif _FIELD_FETCHES.search(instruction):
            into.found(Kind.EXTERNAL, "", "a field that fetches something from elsewhere")


def _even(digits: str) -> str:
    return digits[: len(digits) // 2 * 2]


def _groups(text: str, control: str) -> Iterator[str]:
    """What stands in each group that begins with a control word, without the word."""
    starts = re.finditer(r"\{\s*\\" + control + r"(?![a-zA-Z])-?\d* ?", text)
    for number, match in enumerate(starts):
        if number >= _GROUPS:
            raise NotReadable(Kind.TOO_MUCH, "more parts than can be looked through")
        yield text[match.end() : _end(text, match.end())]


def _end(text: str, at: int) -> int:
    depth = 1
    for match in _BRACE.finditer(text, at):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    return len(text)


def _plain(group: str) -> str:
    whole = group if group.startswith("{\\rtf") else "{\\rtf1\\ansi\\ansicpg1252 " + group + "}"
    return str(rtf_to_text(whole, errors="replace"))  # type: ignore[no-untyped-call]
