"""The headers every answer carries."""

from aiohttp import web

from gateway.web.keys import CORRELATION, HTTPS, ROUTE

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_POLICY_WITH_SCRIPTS = f"{_POLICY}; script-src 'self'; connect-src 'self'"  # our own files only
_COMMON = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "gateway",
}
_ONE_YEAR_HTTPS = "max-age=31536000"


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the security headers just before an answer leaves, whoever made it."""
    response.headers.update(_COMMON)
    route = request.get(ROUTE)
    scripted = route is not None and route.page
    response.headers["Content-Security-Policy"] = _POLICY_WITH_SCRIPTS if scripted else _POLICY
    response.headers.setdefault("Cache-Control", "no-store")
    if correlation := request.get(CORRELATION):
        response.headers["X-Request-Id"] = correlation
    if request.get(HTTPS):
        response.headers["Strict-Transport-Security"] = _ONE_YEAR_HTTPS
