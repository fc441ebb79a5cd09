"""Turning errors into answers: problem details for programs, pages for people."""

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.domain.errors import GatewayError
from gateway.web.keys import CORRELATION, ROUTE
from gateway.web.observing import log_unexpected
from gateway.web.pages.shell import error_page
from gateway.web.problems import (
    INTERNAL,
    HttpFault,
    ProblemDetails,
    details,
    from_http,
    headers_of,
    kind_of,
    problem_response,
)
from gateway.web.refusal_log import record


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error in one shape: problem details for programs, a page for people."""
    try:
        return await handler(request)
    except GatewayError as error:
        fault = HttpFault(kind_of(error), error, headers_of(error))
    except HttpFault as error:
        fault = error
    except web.HTTPException as error:
        fault = from_http(error)
    except Exception as error:  # noqa: BLE001 - the last resort: nothing may leave unanswered
        return _unexpected(request, error)
    try:
        await record(request, fault.error)
    except GatewayError as error:  # what cannot be recorded is not answered as if it were
        fault = HttpFault(kind_of(error), error, headers_of(error))
    except Exception as error:  # noqa: BLE001 - as above
        return _unexpected(request, error)
    return _answer(request, details(fault.error, fault.kind), fault.headers)


def _unexpected(request: web.Request, error: Exception) -> web.Response:
    correlation = request[CORRELATION]
    log_unexpected(error, correlation)
    own = GatewayError(
        "The gateway met an error of its own.",
        f"Tell the operator this reference: {correlation}.",
    )
    return _answer(request, details(own, INTERNAL, correlation), {})


def _answer(request: web.Request, problem: ProblemDetails, headers: dict[str, str]) -> web.Response:
    route = request.get(ROUTE)
    if route.is_page if route else not request.path.startswith(("/api/", "/log/")):
        return error_page(request, problem, headers)
    return problem_response(problem, headers)
