"""What is attached to a mail, saved to files as its recipient would."""

import email
import email.policy
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Attached:
    """The files of one mail; None where there is none."""

    archive: Path | None
    receipt: Path | None


def attached(mail: bytes, folder: Path) -> Attached:
    """Save what is attached to a mail in a folder."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    found: dict[str, Path] = {}
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        saved = folder / Path(part.get_filename() or "unnamed").name
        saved.write_bytes(content)
        found[part.get_content_type()] = saved
    return Attached(found.get("application/zip"), found.get("text/plain"))
