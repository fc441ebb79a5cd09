"""The marking on each page of a PDF file: where a reader sees it, and when it is left off."""

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.inspection.stamping import stamped

MARKING = "IN-CONFIDENCE \N{EN DASH} external"
SAMPLE = Path(__file__).parents[2] / "gateway/demo/sample/documents/care-summary.pdf"


def document(
    *turns: int, content: bytes = b"q 1 0 0 1 50 50 cm", box: tuple[float, ...] = (0, 0, 595, 842)
) -> bytes:
    """A PDF file with a page for each turn; its content leaves a state open."""
    pdf = pikepdf.new()
    for turn in turns:
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[-1]
        page.Rotate = turn
        page.MediaBox = pikepdf.Array(list(box))
        page.Contents = pdf.make_stream(content)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def placed(data: bytes) -> list[tuple[float, float, float, float]]:
    """For each stamp: its place, as shares of the page's box, and the direction it is read in."""
    found = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            x0, y0, x1, y1 = (float(side) for side in page.mediabox)
            matrices = [pikepdf.Matrix()]
            text = pikepdf.Matrix()
            for one in pikepdf.parse_content_stream(page):
                operands: Any = one.operands
                match str(one.operator):
                    case "q":
                        matrices.append(matrices[-1])
                    case "Q":
                        matrices.pop()
                    case "cm":
                        numbers = [float(each) for each in operands]
                        matrices[-1] = pikepdf.Matrix(*numbers) @ matrices[-1]
                    case "Tm":
                        numbers = [float(each) for each in operands]
                        text = pikepdf.Matrix(*numbers) @ matrices[-1]
                    case "Tj":
                        where = ((text.e - x0) / (x1 - x0), (text.f - y0) / (y1 - y0))
                        found.append((*where, text.a, text.b))
                    case _:
                        pass
            assert len(matrices) == 1
    return found


@pytest.mark.parametrize(
    ("turn", "cosine", "sine"), [(0, 1, 0), (90, 0, 1), (180, -1, 0), (270, 0, -1), (450, 0, 1)]
)
def test_it_is_upright_however_the_page_is_turned(turn: int, cosine: int, sine: int) -> None:
    """At the top and at the bottom, whatever state the page's own content leaves open."""
    data = stamped(document(turn), MARKING)
    assert data is not None
    stamps = placed(data)
    assert [(round(a), round(b)) for _, _, a, b in stamps] == [(cosine, sine)] * 2
    for across, up, _, _ in stamps:
        assert 0 < across < 1
        assert 0 < up < 1
        assert min(across, up, 1 - across, 1 - up) < 0.05


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([b"q", b"Q", b"1 0 0 1 5 5 cm", b"BT ET", b"0 g"]), max_size=12),
    st.tuples(st.integers(-500, 500), st.integers(-500, 500)),
    st.sampled_from([0, 90, 180, 270]),
)
def test_unbalanced_content_does_not_move_it(
    content: list[bytes], corner: tuple[int, int], turn: int
) -> None:
    """Nor does a page whose box begins elsewhere."""
    x, y = corner
    data = document(turn, content=b"\n".join(content), box=(x, y, x + 595, y + 842))
    result = stamped(data, MARKING)
    assert result is not None
    straight = stamped(document(turn, content=b"", box=(x, y, x + 595, y + 842)), MARKING)
    assert straight is not None
    assert [tuple(map(round, p)) for p in placed(result)[-2:]] == [
        tuple(map(round, p)) for p in placed(straight)
    ]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_other_programs_read_it_on_each_page(tmp_path: Path) -> None:
    """Twice on a page, and the document's own words are still there."""
    data = stamped(SAMPLE.read_bytes(), MARKING)
    assert data is not None
    (tmp_path / "stamped.pdf").write_bytes(data)
    command = ["pdftotext", "-layout", str(tmp_path / "stamped.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert text.count(MARKING) == 2
    assert "key worker" in text


def test_it_is_an_artifact() -> None:
    """A screen reader does not read it out on every page."""
    data = stamped(document(0), MARKING)
    assert data is not None
    with pikepdf.open(io.BytesIO(data)) as pdf:
        marked = [
            str(next(iter(one.operands)))
            for one in pikepdf.parse_content_stream(pdf.pages[0])
            if str(one.operator) == "BDC"
        ]
    assert marked == ["/Artifact", "/Artifact"]


def encrypted() -> bytes:
    """A file that opens without a password, but is restricted."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document(0))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    return out.getvalue()


def signed() -> bytes:
    """A file that says that there is a signature in it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document(0))) as pdf:
        pdf.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=pikepdf.Array())
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"words", b"%PDF-1.7\n", document(0)[:400], encrypted(), signed(), document()],
    ids=["empty", "text", "head", "cut off", "restricted", "signed", "no page"],
)
def test_what_would_be_harmed_is_left_as_it_is(data: bytes) -> None:
    """Restricted, signed, damaged, or no PDF at all."""
    assert stamped(data, MARKING) is None
