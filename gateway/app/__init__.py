"""The composition root: the one part that names concrete adapters and joins them to use cases.

What it offers is imported when it is first asked for: a command pays only for what it uses.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.app.opening import Gateway, initialise, opened
    from gateway.app.outsiders import outside
    from gateway.app.policies import check_policies
    from gateway.app.rotating import rotate_log_key
    from gateway.app.serving import serve
    from gateway.app.upkeep import cosign_now
    from gateway.files.pack import PackFile, PackFileDocument, parse_pack
    from gateway.files.register import parse_register
    from gateway.files.request import parse_request
    from gateway.files.schemas import pack_schema, register_schema, request_schema
    from gateway.policy import PolicyReport
    from gateway.web import openapi_document

_HOMES = {
    "gateway.app.opening": ("Gateway", "initialise", "opened"),
    "gateway.app.outsiders": ("outside",),
    "gateway.app.policies": ("check_policies",),
    "gateway.app.rotating": ("rotate_log_key",),
    "gateway.app.serving": ("serve",),
    "gateway.app.upkeep": ("cosign_now",),
    "gateway.files.pack": ("PackFile", "PackFileDocument", "parse_pack"),
    "gateway.files.register": ("parse_register",),
    "gateway.files.request": ("parse_request",),
    "gateway.files.schemas": ("pack_schema", "register_schema", "request_schema"),
    "gateway.policy": ("PolicyReport",),
    "gateway.web": ("openapi_document",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Gateway",
    "PackFile",
    "PackFileDocument",
    "PolicyReport",
    "check_policies",
    "cosign_now",
    "initialise",
    "openapi_document",
    "opened",
    "outside",
    "pack_schema",
    "parse_pack",
    "parse_register",
    "parse_request",
    "register_schema",
    "request_schema",
    "rotate_log_key",
    "serve",
]


def __getattr__(name: str) -> object:
    """What `gateway.app` offers under `name` (PEP 562).

    Raises:
        AttributeError: it offers nothing of that name.
    """
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
