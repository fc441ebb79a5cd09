"""What the web part is told by the operator's settings."""

from dataclasses import dataclass, field
from importlib import metadata

_MEGABYTE = 1024 * 1024


def _version() -> str:
    return metadata.version("gateway")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Limits and names of the HTTP interface.

    Attributes:
        requests_per_minute: for one token, and for one address a request comes from.
        public_posts_per_minute: acknowledgements from one address, which need no token.
        page_posts_per_minute: forms of pages that need no session, from one address, which a whole
            office may share; signing in and one-time links count their failures themselves.
        failed_sign_ins_per_minute: from one address; what goes beyond is answered with 429 and is
            not written to the audit log, so that guessing cannot flood it.
        buckets_limit: how many tokens and addresses are counted at a time.
        json_limit_bytes, label_limit_bytes, document_limit_bytes: of a JSON body, of the label in
            an upload, and of the document in it.
        body_idle_seconds: how long a body may pause before the request is given up.
        trust_proxy: whether a reverse proxy stands in front, so that the last X-Forwarded-For
            entry and X-Forwarded-Proto are its words. Without one they are anybody's.
        log_origin: name of the audit log, as its checkpoints give it.
    """

    title: str = "Information sharing gateway"
    version: str = field(default_factory=_version)
    requests_per_minute: int = 300
    public_posts_per_minute: int = 30
    page_posts_per_minute: int = 240
    failed_sign_ins_per_minute: int = 10
    buckets_limit: int = 10_000
    json_limit_bytes: int = _MEGABYTE
    label_limit_bytes: int = 64 * 1024
    document_limit_bytes: int = 250 * _MEGABYTE
    body_idle_seconds: float = 30.0
    trust_proxy: bool = False
    log_origin: str = "gateway.invalid/transfer-log"
