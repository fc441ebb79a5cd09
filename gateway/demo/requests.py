"""The demonstration's second act: after the meeting, two requests and their answers.

One agency has accounts and answers with a document; the other has none, and declines by the
one-time link it found in the pack, with the code that came by text.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, FormData

from gateway.demo import opening
from gateway.demo.recipients import open_packs, texted_passwords

_LINK = re.compile(r"https?://[^\s\"<]+/answer/([A-Za-z0-9_-]+)")
_CODE = re.compile(r"code for (R-[0-9A-Z-]+): (\S+)", re.IGNORECASE)
_PATIENCE_SECONDS = 90
_DUE_ON = re.compile(r"^due_on = \S+", re.MULTILINE)
_DUE_IN = timedelta(days=21)
_SET = {".docx", ".pdf"}

Run = Callable[..., Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the second act is played with.

    Attributes:
        run: runs `gateway ARGUMENTS` and gives what it printed.
        say: tells the person watching.
        base: address of the service; `out`, `sample`: folders; `spoken`: passwords read out.
    """

    run: Run
    say: Callable[[str], None]
    base: str
    out: Path
    sample: Path
    contact: str
    spoken: dict[str, str]

    def passwords(self) -> dict[str, str]:
        """Every password that has come so far, by transfer reference."""
        return texted_passwords(self.out) | self.spoken


async def play(scene: Scene) -> list[dict[str, Any]]:
    """Make both requests and have them answered; gives the report's part about them."""
    token = await _responder(scene, "te-rohe-health", "iris-example")
    health = await _ask(scene, "request-health.toml")
    police = await _ask(scene, "request-police.toml")
    arrived = await _arrived(scene, 2)
    _keep_documents(scene, arrived)
    scene.say("Both holders opened their packs: each holds the request as DOCX and PDF.")
    await _disclose(scene, token, health)
    await _decline(scene, police, arrived)
    await _arrived(scene, 1)
    scene.say("The requester opened the pack with what was disclosed.")
    return [await _outcome(scene, request) for request in (health, police)]


async def _responder(scene: Scene, agency: str, person: str) -> str:
    made = await scene.run(
        "token", "create", "--role", "responder", "--agency", agency, "--representative", person,
        quiet=True,
    )  # fmt: skip
    return made.strip()


async def _ask(scene: Scene, file: str) -> str:
    """Draft a request and send it; gives its identifier."""
    written = scene.out / "requests" / file
    written.parent.mkdir(exist_ok=True)
    due = (datetime.now(UTC) + _DUE_IN).date()  # noqa: TID251 - as a person would choose it
    text = (scene.sample / file).read_text("utf-8")
    written.write_text(_DUE_ON.sub(f"due_on = {due}", text), "utf-8")
    drafted = json.loads(await scene.run("request", "draft", "--json", str(written), quiet=True))
    request: str = drafted["request"]
    await scene.run("request", "send", request, "--as", scene.contact, "--yes")
    return request


async def _arrived(scene: Scene, count: int) -> dict[str, Path]:
    """Wait for this many more packs that can be opened; gives their archives by reference."""
    before = set((scene.out / "saved").glob("*.zip"))
    for _ in range(_PATIENCE_SECONDS * 2):
        try:
            opened = open_packs(scene.out / "mail", scene.passwords(), scene.out / "saved")
        except KeyError:
            opened = {}
        new = {name: pack.archive for name, pack in opened.items() if pack.archive not in before}
        if len(new) >= count:
            return new
        for saved in set((scene.out / "saved").glob("*.zip")) - before:
            saved.unlink()  # its password has not come yet
        await asyncio.sleep(0.5)
    raise TimeoutError(f"{count} packs did not arrive in {_PATIENCE_SECONDS} seconds")


def _keep_documents(scene: Scene, archives: dict[str, Path]) -> None:
    """Keep each request's DOCX and PDF as its holder finds them."""
    folder = scene.out / "requests"
    folder.mkdir(exist_ok=True)
    for reference, path in archives.items():
        files = opening.opened(path.read_bytes(), scene.passwords()[reference])
        for name, content in files.items():
            if Path(name).suffix in _SET and name != opening.PDF:
                (folder / f"{reference}{Path(name).suffix}").write_bytes(content)


async def _disclose(scene: Scene, token: str, request: str) -> None:
    """Answer with a document, as an agency that has an account does."""
    address = f"{scene.base}/api/v1/received-requests/{request}"
    async with ClientSession(
        headers={"Authorization": f"Bearer {token}"}, raise_for_status=True
    ) as session:
        await session.post(f"{address}/acknowledgement")
        terms = {
            "belief": "The dates show which appointments need help with transport.",
            "consultation": {
                "consulted": True,
                "whom": "His grandmother",
                "account": "She agrees that the dates are passed on.",
            },
            "limitations": "Appointments with private practices are not in our records.",
        }
        async with session.post(f"{address}/disclosure", json=terms) as answer:
            pack = (await answer.json())["id"]
        label = {
            "classification": "IN-CONFIDENCE",
            "category": "Health appointments",
            "source_agency": "te-rohe-health",
            "children": ["child-7f3a"],
        }
        file = scene.sample / "documents" / "health-appointments.pdf"
        form = FormData()
        form.add_field("label", json.dumps(label), content_type="application/json")
        form.add_field("file", file.read_bytes(), filename=file.name)
        await session.post(f"{scene.base}/api/v1/packs/{pack}/documents", data=form)
        await session.post(f"{address}/answer", json={"kind": "disclosed", "pack": pack})
    scene.say("Te Rohe Health answered with a document.")


async def _decline(scene: Scene, request: str, archives: dict[str, Path]) -> None:
    """Decline by the one-time link, as an agency without accounts does."""
    link = _link_in(scene, archives)
    address = f"{scene.base}/api/v1/answer-links/{link}"
    async with ClientSession(raise_for_status=True) as session:
        await session.post(f"{address}/code")
        code = await _texted_code(scene)
        async with session.post(f"{address}/session", json={"code": code}) as answer:
            token = (await answer.json())["token"]
        answered = {
            "kind": "declined",
            "ground": "investigation",
            "reasons": "An inquiry is under way that the dates could disclose.",
            "onward": "Ask again once the inquiry is closed.",
        }
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{scene.base}/api/v1/received-requests/{request}/answer"
        await session.post(address, json=answered, headers=headers)
    scene.say("Regional Police, by its one-time link, declined and said why.")


def _link_in(scene: Scene, archives: dict[str, Path]) -> str:
    for reference, path in archives.items():
        files = opening.opened(path.read_bytes(), scene.passwords()[reference])
        found = _LINK.search(opening.contents(files))
        if found:
            return found[1]
    raise LookupError("no pack holds a one-time link to its request")


async def _texted_code(scene: Scene) -> str:
    for _ in range(_PATIENCE_SECONDS * 2):
        lines = (scene.out / "sms.jsonl").read_text("utf-8").splitlines()
        for line in reversed(lines):
            if found := _CODE.search(json.loads(line)["text"]):
                return found[2]
        await asyncio.sleep(0.5)
    raise TimeoutError("the code did not arrive")


async def _outcome(scene: Scene, request: str) -> dict[str, Any]:
    """What became of a request, for the report."""
    shown = await scene.run("request", "show", request, "--as", scene.contact, "--json", quiet=True)
    found: dict[str, Any] = json.loads(shown)
    return found
