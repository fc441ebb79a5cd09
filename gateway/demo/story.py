"""The demonstration's plot: every step is a command of this program, run as a person would run it.

Nothing here reaches into the gateway. It starts a mail server and an SMS gateway, calls the
commands, and then plays the recipients: opens what arrived with the password that arrived.
"""

import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from gateway.demo.recipients import acknowledge, open_packs, texted_passwords
from gateway.demo.requests import Scene, play
from gateway.demo.servers import mail_server, sms_gateway
from gateway.demo.stage import Stage, StepFailed, environment, free_port, serve

_SAMPLE = Path(__file__).parent / "sample"
_CONTACT = "pat-tauira"
_CHILD = "child-7f3a"
_FOLDERS = ("mail", "saved", "audit", "requests")
_LEAVES = (*_FOLDERS, "sms.jsonl", "report.json")
_MARKER = ".made-by-gateway-demo"
_FOLLOW_SECONDS = "90"
_console = Console(highlight=False, soft_wrap=True)


def tell(out: Path) -> int:
    """Run the demonstration into `out`; gives the exit code."""
    out = out.absolute()
    if (out.exists() and not out.is_dir()) or (
        any((out / name).exists() for name in _LEAVES) and not (out / _MARKER).exists()
    ):
        _console.print(
            f"{out} holds things this demonstration did not make. Name another folder with --out.",
            markup=False,
        )
        return 2
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARKER).touch()
    for left in _FOLDERS:
        shutil.rmtree(out / left, ignore_errors=True)
    for left in ("sms.jsonl", "report.json"):
        (out / left).unlink(missing_ok=True)
    for folder in ("mail", "saved"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    # the database's socket lies in this folder, and such paths must be short
    with tempfile.TemporaryDirectory(prefix="gw-demo-") as folder:
        try:
            asyncio.run(_play(out, Path(folder) / "data"))
        except StepFailed as failed:
            _console.print(f"\nThe demonstration stopped at: {failed}", style="bold red")
            return 1
    return 0


async def _play(out: Path, data: Path) -> None:
    async with (
        sms_gateway(out / "sms.jsonl") as sms_url,
        mail_server(out / "mail") as mail_port,
    ):
        stage = Stage(environment(data, mail_port, sms_url, free_port()), out)
        await stage.run("init")
        await stage.run("policy", "check")
        await stage.run("register", "import", str(_SAMPLE / "register.toml"))
        matrix = json.loads(
            await stage.run("pack", "check", "--json", str(_SAMPLE / "pack.toml"), quiet=True)
        )
        service, base = await serve(stage)
        try:
            await _send_and_follow(stage, matrix, base)
        finally:
            service.terminate()
            await service.wait()


async def _send_and_follow(stage: Stage, matrix: dict[str, Any], base: str) -> None:
    file = str(_SAMPLE / "pack.toml")
    follow = ("--yes", "--wait", _FOLLOW_SECONDS)
    await stage.run("pack", "send", *follow, file)
    spoken = await _read_out(stage)
    passwords = texted_passwords(stage.out) | spoken
    packs = open_packs(stage.out / "mail", passwords, stage.out / "saved")
    _console.print(
        f"\nThe recipients opened {len(packs)} packs with the passwords they were given."
    )
    first = min(packs)
    await acknowledge(base, first, packs[first].code)
    _console.print(f"The recipient of {first} typed the code from inside: acknowledged.")
    transfers = await _transfers(stage)
    report = _report(matrix, transfers)
    _console.print("\nAfter the meeting", style="bold")
    scene = Scene(stage.run, _console.print, base, stage.out, _SAMPLE, _CONTACT, spoken)
    report["requests"] = await play(scene)
    (stage.out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    exported = stage.out / "audit"
    await _practise(stage, *sorted(packs)[:2])
    await stage.run("audit", "child", _CHILD)
    await stage.run("audit", "export", "--out", str(exported))
    await stage.run("audit", "verify", str(exported))
    key, pack = str(exported / "key.pub"), packs[first]
    held = ("--key", key, "--archive", str(pack.archive), str(pack.receipt))
    await stage.run("audit", "verify-receipt", *held)
    _sum_up(stage.out, report)


async def _practise(stage: Stage, *references: str) -> None:
    """Practise a breach on transfers that were sent: nothing is stopped, and the log says so."""
    _console.print("\nAn exercise: suppose two of these packs had gone astray", style="bold")
    await stage.run(
        "breach", "report", *references, "--as", _CONTACT, "--exercise", "--stop",
        "--what", "Exercise: packs went to the wrong mailbox.",
        "--affected", "Nobody: this is practised.",
    )  # fmt: skip


async def _transfers(stage: Stage) -> list[dict[str, Any]]:
    listed = await stage.run("transfer", "list", "--as", _CONTACT, "--json", quiet=True)
    found: list[dict[str, Any]] = json.loads(listed)
    return found


async def _read_out(stage: Stage) -> dict[str, str]:
    """Read the passwords by telephone out, as the coordinator would; by transfer reference."""
    spoken = {}
    for transfer in await _transfers(stage):
        if (transfer["password_channel"], transfer["state"]) == ("telephone", "mailed"):
            printed = await stage.run(
                "transfer", "read-password", transfer["transfer"], "--as", _CONTACT, quiet=True
            )
            spoken[transfer["reference"]] = printed.strip()
            _console.print(f"The coordinator read the password of {transfer['reference']} out.")
    return spoken


def _report(matrix: dict[str, Any], transfers: list[dict[str, Any]]) -> dict[str, Any]:
    """What became of each recipient: state, documents sent, documents withheld and why."""
    ended = {transfer["recipient"]: transfer for transfer in transfers}
    recipients = []
    for row in matrix["recipients"]:
        transfer = ended[row["recipient"]]
        recipients.append(
            {
                "recipient": row["recipient"],
                "agency": row["agency"],
                "reference": transfer["reference"],
                "state": transfer["state"],
                "password_channel": transfer["password_channel"],
                "form": transfer["form"],
                "documents_sent": [d["title"] for d in transfer["documents"]],
                "documents_withheld": [
                    {"title": d["title"], "rules": d["rules"]} for d in transfer["withheld"]
                ],
            }
        )
    return {"policy": matrix["policy"], "recipients": recipients}


def _sum_up(out: Path, report: dict[str, Any]) -> None:
    _console.print("\nIn short", style="bold")
    for row in report["recipients"]:
        sent, withheld = len(row["documents_sent"]), row["documents_withheld"]
        rules = sorted({rule for document in withheld for rule in document["rules"]})
        why = f", withheld {len(withheld)} ({', '.join(rules)})" if withheld else ""
        _console.print(f"  {row['recipient']}: {row['state']}, {sent} sent{why}", markup=False)
    for request in report["requests"]:
        answer = request["answer"] or {}
        said = answer.get("kind", "not answered")
        line = f"  {request['reference']} to {request['holding_agency']}: {said}"
        _console.print(line, markup=False)
    _console.print(f"\nLeft in {out}:", markup=False)
    _console.print("  mail/*.eml    the mails as the mail server received them")
    _console.print("  saved/        the encrypted packs, each with its receipt of the audit log")
    _console.print("  requests/     the requests as their holders received them, DOCX and PDF")
    _console.print("  sms.jsonl     the text messages as the SMS gateway received them")
    _console.print(
        "  audit/        the audit log, one canonical JSON entry a line, and its checkpoint"
    )
    _console.print("  report.json   what became of each recipient, and of each request")
