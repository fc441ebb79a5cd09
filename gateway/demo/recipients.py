"""The recipients' side: open what arrived, with what arrived on the other channel."""

import email
import email.policy
import json
import re
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession

from gateway.demo import opening

_REFERENCE = re.compile(r"\bT-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_PASSWORD = re.compile(r"\b[a-z]+(?:-[a-z]+){5}\b")
_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@dataclass(frozen=True, slots=True)
class OpenedPack:
    """A pack as its recipient finds it: the names inside, and the code on the contents page.

    `archive` and `receipt` are the files that the recipient saved from the mail.
    """

    names: tuple[str, ...]
    code: str
    archive: Path
    receipt: Path


def texted_passwords(out: Path) -> dict[str, str]:
    """Passwords by transfer reference, from text messages and from mails to other mailboxes."""
    file = out / "sms.jsonl"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    messages = [json.loads(line)["text"] for line in lines]
    messages += [_text(mail) for mail in sorted((out / "mail").glob("*.eml"))]
    found = {}
    for message in messages:
        reference, password = _REFERENCE.search(message), _PASSWORD.search(message)
        if reference and password:
            found[reference[0]] = password[0]
    return found


def open_packs(folder: Path, passwords: dict[str, str], kept: Path) -> dict[str, OpenedPack]:
    """Every pack among the mails in `folder`, opened with its password; by transfer reference.

    What is attached is saved in the folder `kept`.

    Raises:
        KeyError: a pack arrived whose password did not.
        RuntimeError: a password does not open its pack.
    """
    opened = {}
    for path in sorted(folder.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for part in message.iter_attachments():
            saved = kept / Path(part.get_filename() or "unnamed").name
            content = part.get_payload(decode=True)
            saved.write_bytes(content if isinstance(content, bytes) else b"")
    for saved in sorted(kept.glob("*.zip")):
        files = opening.opened(saved.read_bytes(), passwords[saved.stem])
        code = _CODE.search(opening.contents(files))
        receipt = kept / f"{saved.stem}.tlog-proof.txt"
        opened[saved.stem] = OpenedPack(tuple(files), code[0] if code else "", saved, receipt)
    return opened


async def acknowledge(base: str, reference: str, code: str) -> None:
    """Type the code from the contents page, as the recipient does.

    Raises:
        ClientResponseError: the gateway did not take it.
    """
    async with (
        ClientSession() as session,
        session.post(
            f"{base}/api/v1/acknowledgements", json={"reference": reference, "code": code}
        ) as answer,
    ):
        answer.raise_for_status()


def _text(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""
