"""Documents are looked into in processes of their own, and what becomes of those."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pikepdf
import pillow_heif
import pytest
from PIL import Image
from support import documents
from support.compound import compound, message

from gateway.domain.errors import Unavailable
from gateway.domain.inspection import FileType, Inspection, Kind
from gateway.inspection.process import InspectionLimits, ProcessInspector

pytestmark = pytest.mark.server

_BEGIN = "import sys, os, time\nsys.stdin.buffer.readline()\nos.write(1, b'ready\\n')\n"


async def pieces(data: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    """A document in pieces."""
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def noticed(asked: asyncio.Event) -> AsyncIterator[bytes]:
    """A document, and a sign that a child is ready for it."""
    asked.set()
    yield b"x"


def pretending(code: str, **limits: float) -> ProcessInspector:
    """An inspector whose child gets ready and then does something else."""
    command = (sys.executable, "-I", "-c", _BEGIN + code)
    some = {"wall_seconds": 10.0, **limits}
    return ProcessInspector(InspectionLimits(**some), command=command)  # type: ignore[arg-type]


def children() -> set[int]:
    """The processes that this one started and has not reaped."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(one) for task in tasks for one in task.read_text().split()}


async def test_a_document_is_looked_into() -> None:
    """From its bytes in pieces to its type, pages and discoveries."""
    data = documents.pdf_of("Kia ora", "")
    looked = await ProcessInspector().look("plan.pdf", pieces(data))
    assert looked.inspection.file_type is FileType.PDF
    assert looked.inspection.pages == 2
    assert looked.inspection.is_safe
    assert looked.cleaned is None


async def test_every_type_can_be_read_behind_the_walls() -> None:
    """No library needs a file, a thread or a call that is not there."""
    heic = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), "white")).save(heic)
    encrypted = io.BytesIO()
    with pikepdf.open(io.BytesIO(documents.pdf_of("a"))) as pdf:
        pdf.save(encrypted, encryption=pikepdf.Encryption(owner="Fictional-4", user="", R=6))
    some = {
        "a.pdf": encrypted.getvalue(),
        "a.docx": documents.words_docx("a"),
        "a.xlsx": documents.xlsx_of(""),
        "a.pptx": documents.pptx_of("a"),
        "a.odt": documents.odt_of(""),
        "a.rtf": rb"{\rtf1 a}",
        "a.csv": "a,ā".encode(),
        "a.png": documents.picture_of(),
        "a.jpg": documents.picture_of("JPEG"),
        "a.heic": heic.getvalue(),
        "a.eml": documents.eml_of("a", ("b.docx", documents.words_docx("a"))),
        "b.eml": b"From: a\nContent-Type: text/plain; charset=shift_jis\n\n\x83e",
        "a.msg": compound(message({"1000": "a"})),
    }
    inspector = ProcessInspector()
    looked = await asyncio.gather(*(inspector.look(name, pieces(some[name])) for name in some))
    for name, one in zip(some, looked, strict=True):
        assert one.inspection.is_safe, (name, one.inspection)


async def test_a_hostile_document_is_refused_with_its_kind() -> None:
    """As what was found."""
    data = documents.docx_of(before='<!DOCTYPE a [<!ENTITY b "c">]>')
    looked = await ProcessInspector().look("plan.docx", pieces(data))
    assert looked.inspection.counts == ((Kind.ENTITY, 1),)
    assert not looked.inspection.is_safe


def refused(inspection: Inspection, kind: Kind) -> bool:
    """Whether it was refused as a whole, with this kind."""
    kinds = [one.kind for one in inspection.discoveries]
    return inspection.file_type is None and kinds == [kind] and not inspection.is_safe


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("sys.stdin.buffer.read(); os.abort()", Kind.MALFORMED),
        ("sys.stdin.buffer.read(); os._exit(0)", Kind.MALFORMED),
        ("os._exit(3)", Kind.MALFORMED),
        ("sys.stdin.buffer.read(); os.kill(os.getpid(), 9)", Kind.TOO_MUCH),
        ("sys.stdin.buffer.read(); os.write(1, b'{}\\n')", Kind.MALFORMED),
        ("sys.stdin.buffer.read()\nwhile True: os.write(1, b'x' * 65536)", Kind.MALFORMED),
        ("sys.stdin.buffer.read(); os.write(1, b'half of an answer')", Kind.MALFORMED),
    ],
)
async def test_a_child_that_dies_or_answers_nonsense_refuses_the_document(
    code: str, kind: Kind
) -> None:
    """It is never clean, and the service goes on."""
    looked = await pretending(code).look("plan.pdf", pieces(documents.pdf_of("a")))
    assert refused(looked.inspection, kind)
    assert not children()


@pytest.mark.parametrize(
    "code", ["sys.stdin.buffer.read(); time.sleep(600)", "time.sleep(600)"], ids=["read", "unread"]
)
async def test_a_child_that_stalls_is_killed(code: str) -> None:
    """Whether it has taken the document or not."""
    inspector = pretending(code, wall_seconds=0.5)
    looked = await inspector.look("plan.pdf", pieces(bytes(3_000_000)))
    assert refused(looked.inspection, Kind.TOO_MUCH)
    assert not children()


async def test_an_answer_with_more_after_it_is_nonsense() -> None:
    """And so is a cleaned document that nobody asked for."""
    answer = (
        '{"type": "PDF", "discoveries": [], "counts": [], "marking": null, "endorsements": [], '
        '"pages": 1, "removed": [], "cleaned_bytes": %s}\\n'
    )
    code = "sys.stdin.buffer.read(); os.write(1, b'{}')"
    good = await pretending(code.format(answer % "null")).look("a.pdf", pieces(b"x"))
    assert good.inspection.is_safe
    for tail in ("null", "3"):
        told = pretending(code.format((answer % tail) + "abc"))
        looked = await told.look("a.pdf", pieces(b"x"))
        assert refused(looked.inspection, Kind.MALFORMED)


async def test_a_child_that_ends_with_an_error_after_its_answer_is_not_believed() -> None:
    """Something happened that it does not tell."""
    answer = (
        '{"type": "PDF", "discoveries": [], "counts": [], "marking": null, "endorsements": [], '
        '"pages": 1, "removed": [], "cleaned_bytes": null}\\n'
    )
    code = f"sys.stdin.buffer.read(); os.write(1, b'{answer}'); os._exit(1)"
    looked = await pretending(code).look("a.pdf", pieces(b"x"))
    assert refused(looked.inspection, Kind.MALFORMED)


async def test_a_document_that_is_too_large_is_refused() -> None:
    """Before the rest of it is read."""
    inspector = ProcessInspector(InspectionLimits(document_bytes=1_000))
    looked = await inspector.look("plan.txt", pieces(b"a" * 5_000, 500))
    assert refused(looked.inspection, Kind.TOO_MUCH)


async def test_a_document_that_takes_too_much_memory_is_refused() -> None:
    """The limit is the child's own; the service has its memory."""
    inspector = ProcessInspector(InspectionLimits(address_bytes=700 * 1024**2))
    data = b"Kia ora\n" * 15_000_000
    looked = await inspector.look("plan.txt", pieces(data, 1_000_000))
    assert not looked.inspection.is_safe


async def test_without_a_child_nothing_is_called_clean() -> None:
    """A broken installation is not the document's fault: try again later."""
    for command in (["/nowhere/python"], [sys.executable, "-c", "pass"]):
        inspector = ProcessInspector(command=command)
        with pytest.raises(Unavailable):
            await inspector.look("plan.pdf", pieces(documents.pdf_of("a")))
    assert not children()


async def test_a_child_killed_from_outside_refuses_its_document() -> None:
    """As when the machine runs out of memory."""
    inspector = pretending("sys.stdin.buffer.read(); time.sleep(600)")
    asked = asyncio.Event()
    task = asyncio.create_task(inspector.look("plan.pdf", noticed(asked)))
    await asked.wait()
    os.kill(children().pop(), signal.SIGKILL)
    assert refused((await task).inspection, Kind.TOO_MUCH)


async def test_giving_up_kills_the_child() -> None:
    """A closed browser leaves nothing running."""
    inspector = pretending("sys.stdin.buffer.read(); time.sleep(600)")
    asked = asyncio.Event()
    task = asyncio.create_task(inspector.look("plan.pdf", noticed(asked)))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not children()


async def test_a_source_that_breaks_off_kills_the_child() -> None:
    """What broke is told as it is."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"%PDF-"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await ProcessInspector().look("plan.pdf", broken())
    assert not children()


async def test_only_a_few_children_run_at_once() -> None:
    """However many documents wait."""
    inspector = ProcessInspector(at_once=2)
    data = documents.pdf_of("a")
    most = 0

    async def watched() -> AsyncIterator[bytes]:
        nonlocal most
        most = max(most, len(children()))
        yield data

    looked = await asyncio.gather(*(inspector.look("a.pdf", watched()) for _ in range(6)))
    assert all(one.inspection.is_safe for one in looked)
    assert 1 <= most <= 2


async def test_what_a_child_prints_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    """Words of a document must not get into a log by way of a library."""
    code = "os.write(2, b'Mere Example'); os._exit(1)"
    await pretending(code).look("plan.pdf", pieces(b"x"))
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err == ""


async def test_a_cleaned_document_comes_back() -> None:
    """Where it was asked for, and to its last byte."""
    answer = (
        '{"type": "PDF", "discoveries": [], "counts": [], "marking": null, "endorsements": [], '
        '"pages": 1, "removed": ["SCRIPT"], "cleaned_bytes": 3}\\n'
    )
    inspector = pretending(f"sys.stdin.buffer.read(); os.write(1, b'{answer}abc')")
    looked = await inspector.look("a.pdf", pieces(b"x"), remove=frozenset({Kind.SCRIPT}))
    assert looked.cleaned == b"abc"
    assert looked.inspection.removed == (Kind.SCRIPT,)
    cut = pretending(f"sys.stdin.buffer.read(); os.write(1, b'{answer}ab')")
    looked = await cut.look("a.pdf", pieces(b"x"), remove=frozenset({Kind.SCRIPT}))
    assert refused(looked.inspection, Kind.MALFORMED)
    assert looked.cleaned is None
