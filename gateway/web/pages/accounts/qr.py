"""QR codes as pictures inside a page."""

import segno
from markupsafe import Markup

_SCALE, _QUIET = 4, 4  # pixels of a module; modules of the quiet zone, as ISO/IEC 18004 has it


def qr_code(text: str) -> Markup:
    """The QR code of a text: dark on light in every colour scheme, since cameras want that."""
    made = segno.make(text, error="m", micro=False)
    drawn = made.svg_inline(
        scale=_SCALE, border=_QUIET, dark="#000000", light="#ffffff", svgclass="qr", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - of numbers alone; the text itself is not in it
