"""Recording refused requests in the audit log."""

from aiohttp import web

from gateway.domain.errors import GatewayError, TooManyRequests, Unavailable
from gateway.services import auditing
from gateway.web.keys import ACTOR, PARTS, ROUTE


async def record(request: web.Request, error: GatewayError) -> None:
    """Record that a request was refused, if it is one of those that are recorded.

    What is refused for coming too often is not, or the log could be flooded; nor is what failed
    because the gateway itself could not.
    """
    route = request.get(ROUTE)
    if route is None or not route.is_recorded or isinstance(error, TooManyRequests | Unavailable):
        return
    await auditing.record_refusal(request.app[PARTS], request[ACTOR], route.operation, error)
