"""The composition root: the one part that names concrete adapters and joins them to use cases.

`serving` stands apart: only who serves, or prints the API's description, need import the web.
"""

from gateway.app.opening import Gateway, initialise, opened
from gateway.app.outside import outside
from gateway.app.policies import check_policies
from gateway.app.rotating import rotate_log_key
from gateway.app.upkeep import cosign_now
from gateway.files.pack import PackFile, PackFileDocument, parse_pack
from gateway.files.register import parse_register
from gateway.files.request import parse_request
from gateway.files.schemas import pack_schema, register_schema, request_schema
from gateway.policy import PolicyReport

__all__ = [
    "Gateway",
    "PackFile",
    "PackFileDocument",
    "PolicyReport",
    "check_policies",
    "cosign_now",
    "initialise",
    "opened",
    "outside",
    "pack_schema",
    "parse_pack",
    "parse_register",
    "parse_request",
    "register_schema",
    "request_schema",
    "rotate_log_key",
]
