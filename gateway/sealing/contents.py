"""The contents page: the one place in an archive that says what the documents are."""

from urllib.parse import urlsplit

import jinja2

from gateway.domain.errors import InvalidInput
from gateway.services.ports import ContentsPage


class ContentsRenderer:
    """Renders contents pages as self-contained HTML: no script, and nothing is fetched."""

    def __init__(self) -> None:
        environment = jinja2.Environment(
            loader=jinja2.PackageLoader("gateway.sealing"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("contents.html")

    def render(self, page: ContentsPage) -> bytes:
        """`page` as HTML in UTF-8; it holds the acknowledgement code and belongs in the archive.

        Raises:
            InvalidInput: the address for the code is not one of the web.
        """
        for field in ("acknowledge_at", "answer_at"):
            address = getattr(page, field)
            if address is not None and urlsplit(address).scheme not in {"https", "http"}:
                raise InvalidInput(
                    "The address for acknowledgements or answers is not a web address.",
                    "Set the gateway's public address to one that begins with https://.",
                    field=field,
                )
        code = page.acknowledgement_code.reveal()
        return self._template.render(page=page, code=code).encode()
