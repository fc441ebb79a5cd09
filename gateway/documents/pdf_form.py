"""A Typst template, and setting it as a tagged PDF.

Values reach the template as JSON in `sys.inputs`, so they are data and never markup.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import typst

from gateway.documents.docx_form import Unusable
from gateway.documents.placeholders import LISTS, OPTIONAL, TEXTS
from gateway.documents.texts import spelt_out
from gateway.documents.values import Values
from gateway.domain.errors import Problem

FONTS: Final = Path(__file__).parent / "fonts"
_STANDARD: Final = "ua-1"  # PDF/UA-1, ISO 14289-1
_LAST_LATIN: Final = "\u024f"  # end of Latin Extended-B, macrons included; Typst's own font has it
_PACKAGE: Final = re.compile(r"""["']@[a-z0-9-]+/""")
_UNSHOWN: Final = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
# Every character in a paragraph of its own, so that each is looked for in every font.
_PROBE: Final = (
    b'#set document(title: "-")\n#for c in json(bytes(sys.inputs.characters)) [#c #parbreak()]'
)


class Press:
    """Sets Typst templates as PDF files with a fixed choice of fonts.

    Args:
        fonts: folders with fonts beside those that come with the gateway.
        system_fonts: whether the fonts of the machine may be used for what the others lack.
    """

    def __init__(self, fonts: Sequence[Path] = (), *, system_fonts: bool = True) -> None:
        self._fonts = typst.Fonts(
            include_system_fonts=system_fonts,
            font_paths=[str(folder) for folder in (FONTS, *fonts)],
        )

    def pdf(self, template: Path, values: Values, made_at: datetime) -> bytes:
        """`values` set by the template, as PDF/UA-1; the same for the same arguments and fonts.

        Characters that no font has are named in square brackets; the template is told.

        Raises:
            Unusable: the template does not compile.
        """
        unshown = self._unshown(_characters(values))
        try:
            return self._compiled(template, _spelt(values, unshown.__contains__), made_at, unshown)
        except typst.TypstError as error:
            if not _UNSHOWN.search(error.diagnostic):
                raise Unusable(error.message) from error
        try:  # a sequence whose characters each have a font, but which none can show
            return self._compiled(
                template, _spelt(values, lambda character: character > _LAST_LATIN), made_at, "all"
            )
        except typst.TypstError as error:
            raise Unusable(error.message) from error

    def _compiled(
        self, template: Path, values: Values, made_at: datetime, unshown: Iterable[str]
    ) -> bytes:
        inputs = {"data": json.dumps(values), "named": "yes" if any(unshown) else "no"}
        return typst.compile(
            str(template),
            root=str(template.parent),
            font_paths=self._fonts,
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=_STANDARD,
            timestamp=int(made_at.timestamp()),
        )

    def _unshown(self, characters: Iterable[str]) -> frozenset[str]:
        """Those of `characters` that no font has."""
        asked = sorted(character for character in characters if character > _LAST_LATIN)
        if not asked:
            return frozenset()
        try:
            typst.compile(
                _PROBE,
                font_paths=self._fonts,
                format="pdf",
                sys_inputs={"characters": json.dumps(asked)},
                pdf_standards=_STANDARD,
                timestamp=0,
            )
        except typst.TypstError as error:
            named = "".join(_unescaped(text) for text in _UNSHOWN.findall(error.diagnostic))
            return frozenset(named) & frozenset(asked)
        return frozenset()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _characters(values: Values) -> set[str]:
    return set(json.dumps(values, ensure_ascii=False))


def _spelt(values: Values, wanted: Callable[[str], bool]) -> Values:
    """`values` with the characters that are `wanted` spelt out."""

    def text(value: str) -> str:
        composed = unicodedata.normalize("NFC", value)
        return "".join(spelt_out(each) if wanted(each) else each for each in composed)

    return {
        name: text(value)
        if isinstance(value, str)
        else [{key: text(part) for key, part in entry.items()} for entry in value]
        for name, value in values.items()
    }


def source_problems(file: str, source: str) -> list[Problem]:
    """What a Typst template lacks or must not hold; empty if nothing."""
    found = []
    if _PACKAGE.search(source):
        found.append(
            Problem(file, "It imports a package from the internet.", "Copy what it needs into it.")
        )
    words = frozenset(re.findall(r"[a-z_]+", source))
    found += [
        Problem(file, f"The placeholder '{name}' is missing.", f"Show d.{name} where it belongs.")
        for name in (*TEXTS, *LISTS)
        if name not in words and name not in OPTIONAL
    ]
    return found
