"""Reading the form of a page, bounded in size and time."""

from urllib.parse import parse_qsl

from aiohttp import web

from gateway.web import bodies
from gateway.web.form import Form
from gateway.web.problems import malformed
from gateway.web.settings import WebSettings

_LIMIT_BYTES = 512 * 1024
_MOST_FIELDS = 20_000  # the labels of a large pack are many
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"


async def read_form(request: web.Request, settings: WebSettings) -> Form:
    """The fields of a page's form.

    Raises:
        UnsupportedMediaType: the body is not a form. LimitExceeded: it is too large.
        HttpFault: it cannot be read, or came too slowly.
    """
    bodies.require_type(request, bodies.FORM_TYPE)
    body = await bodies.read_bytes(request, _LIMIT_BYTES, settings.body_idle_seconds)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise malformed("The form cannot be read.", "Use the form on the page.") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return Form(fields)
