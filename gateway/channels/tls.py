"""The one way in which the channels secure a connection."""

import ssl
from pathlib import Path

from gateway.domain.errors import InvalidInput


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """A client's TLS: version 1.2 or later, certificate and name checked.

    `ca_file` names certificate authorities to trust instead of the system's.

    Raises:
        InvalidInput: the file cannot be read or holds no certificate.
    Source: NZISM 16.1 and 15.2.47 (encryption in transit).
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one too
        raise InvalidInput(
            "The file of certificate authorities cannot be read.",
            "Name a readable file in PEM form.",
            field="ca_file",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
