"""What a PDF hides is found; what can be taken out goes, and its pages look as they did."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import pdf_of, saved
from support.hiding import EVERY, cleaned, kinds, of, refusal, shown, unsafe

from gateway.domain.inspection import FileType, Kind
from gateway.inspection.hidden import hidden
from gateway.inspection.removal import removed

_PDF = FileType.PDF
_LINE = "BT /F1 12 Tf 72 720 Td (Shown: Aroha Sample lives at 1 Ill St) Tj ET "


def drawn(content: str, change: Callable[[pikepdf.Pdf], None] = lambda _: None) -> bytes:
    """A PDF of one page that draws this."""
    with pikepdf.open(io.BytesIO(pdf_of("x"))) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(content.encode())
        change(pdf)
        return saved(pdf)


def noted(subtype: str, **more: Any) -> Callable[[pikepdf.Pdf], None]:
    """Puts an annotation onto the first page."""

    def change(pdf: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name(f"/{subtype}"),
            Rect=[110, 716, 190, 730],
            **more,
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])

    return change


def look(data: bytes) -> bytes:
    """How the first page looks."""
    document = pypdfium2.PdfDocument(data)
    try:
        return bytes(document[0].render(scale=1, grayscale=True).to_numpy().tobytes())
    finally:
        document.close()


@pytest.mark.parametrize("colour", ["0 g", "1 g", "0.2 0.2 0.5 rg"])
@pytest.mark.parametrize("turned", [0, 90])
def test_words_under_a_box_are_found(colour: str, turned: int) -> None:
    """Black or white: they can be copied out of it, also where the page is turned."""
    data = drawn(
        f"{_LINE}{colour} 108 716 82 14 re f",
        lambda pdf: pdf.pages[0].rotate(turned, relative=False),
    )
    found = of(Kind.COVERED_TEXT, _PDF, data)
    assert [(one.where, one.removable) for one in found] == [("page 1", False)]
    assert "Aroha Sampl" in found[0].context


def test_words_under_a_box_in_a_form_are_found() -> None:
    """Programs put the pieces of a page into forms of their own, moved and turned."""

    def change(pdf: pikepdf.Pdf) -> None:
        form = pdf.make_stream(b"0 g 0 0 82 14 re f")
        form.stream_dict.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 90, 20]
            )
        )
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(X=form)

    data = drawn(f"{_LINE} q 1 0 0 1 108 716 cm /X Do Q", change)
    assert "Aroha Sampl" in of(Kind.COVERED_TEXT, _PDF, data)[0].context


def test_words_under_a_drawn_note_are_found() -> None:
    """A black square that a viewer draws is as easily taken away."""

    def change(pdf: pikepdf.Pdf) -> None:
        noted("Square", IC=[0, 0, 0], C=[0, 0, 0])(pdf)
        box = pdf.make_stream(b"0 g 0 0 80 14 re f")
        box.stream_dict.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 80, 14]
            )
        )
        pdf.pages[0].obj.Annots[0].AP = pikepdf.Dictionary(N=box)

    assert of(Kind.COVERED_TEXT, _PDF, drawn(_LINE, change))


def test_a_mark_that_was_never_carried_out_is_found() -> None:
    """Programs mark words to be blacked out first."""
    data = drawn(_LINE, noted("Redact"))
    assert [one.where for one in of(Kind.COVERED_TEXT, _PDF, data)] == ["page 1"]


@pytest.mark.parametrize(
    "content",
    [
        _LINE,
        f"0.8 g 60 700 400 40 re f 0 g {_LINE}",
        f"0 g 60 700 400 40 re f 1 g {_LINE}",
        f"{_LINE} 72 717 300 1 re f",
        f"{_LINE} 0 g 300 600 100 100 re f",
        f"{_LINE} 0 g 60 700 400 40 re f 1 g {_LINE.replace('Shown: ', '')}",
    ],
)
def test_words_that_show_are_not_said_to_be_covered(content: str) -> None:
    """On a colour, underlined, beside a box, or written on it again."""
    said = [one for one in hidden(_PDF, drawn(content)) if "Aroha" in one.context]
    assert said == []


@pytest.mark.parametrize("content", [f"3 Tr {_LINE}", f"1 g {_LINE}"])
def test_words_that_are_drawn_so_as_not_to_be_seen_are_found(content: str) -> None:
    """In no colour, or in the page's."""
    found = of(Kind.HIDDEN_TEXT, _PDF, drawn(content))
    assert [one.context.partition(" (")[0] for one in found] == [
        "Shown: Aroha Sample lives at 1 Ill St"
    ]


def _scanned(shade: int) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        scan = pdf.make_stream(bytes([shade]) * 100)
        scan.stream_dict.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=10,
                Height=10,
                ColorSpace=pikepdf.Name.DeviceGray,
                BitsPerComponent=8,
            )
        )
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(X=scan)

    return drawn(f"q 595 0 0 842 0 0 cm /X Do Q 3 Tr {_LINE}", change)


def test_the_words_behind_a_scan_are_ordinary_and_under_its_black_they_are_not() -> None:
    """Recognised words lie behind the picture of a page; where that is black, they leak."""
    assert hidden(_PDF, _scanned(250)) == []
    assert kinds(_PDF, _scanned(0)) == {Kind.COVERED_TEXT}


def test_comments_go_and_marks_stay_without_their_words() -> None:
    """The page looks as it did."""
    for subtype in ("Text", "Highlight", "Square"):
        data = drawn(_LINE, noted(subtype, Contents="he must not know", T="Alex Sample"))
        found = of(Kind.COMMENT, _PDF, data)
        assert [one.context for one in found] == ["Alex Sample: he must not know"]
        clean = cleaned(_PDF, data, Kind.COMMENT)
        with pikepdf.open(io.BytesIO(clean)) as pdf:
            everything = b"".join(one.unparse() for one in pdf.objects)
        assert b"must not" not in everything
        assert b"Alex" not in everything


def test_people_go_from_both_places_that_name_them() -> None:
    """The document information and the XMP metadata."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Author"] = "Alex Sample"
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:creator"] = ["Sam Example"]
            metadata["dc:title"] = "Plan"

    data = drawn(_LINE, change)
    assert [one.context for one in of(Kind.AUTHOR, _PDF, data)] == [
        "written by: Alex Sample",
        "written by: Sam Example",
    ]
    clean = cleaned(_PDF, data, Kind.AUTHOR)
    with pikepdf.open(io.BytesIO(clean)) as pdf, pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Plan"
        assert "/Author" not in pdf.docinfo


def _updated(data: bytes, times: int) -> bytes:
    """The PDF with so many incremental updates (ISO 32000-2, 7.5.6)."""
    for _ in range(times):
        with pikepdf.open(io.BytesIO(data)) as pdf:
            size, root = len(pdf.objects) + 1, pdf.Root.objgen[0]
        before = data.rpartition(b"startxref")[2].split()[0].decode()
        start = len(data) + 1
        table = "xref\n0 1\n0000000000 65535 f \ntrailer\n"
        table += f"<</Size {size}/Root {root} 0 R/Prev {before}>>"
        data += f"\n{table}\nstartxref\n{start}\n%%EOF\n".encode()
    return data


def _tabled() -> bytes:
    with pikepdf.open(io.BytesIO(pdf_of("Kia ora"))) as pdf:
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


@pytest.mark.parametrize("times", [1, 3])
def test_earlier_versions_are_counted_and_go(times: int) -> None:
    """Saving a PDF often only adds to it."""
    data = _updated(_tabled(), times)
    found = of(Kind.HISTORY, _PDF, data)
    assert len(found) == 1
    assert found[0].context.startswith(str(times))
    clean = cleaned(_PDF, data, Kind.HISTORY)
    assert shown("a.pdf", clean) == "Kia ora"
    assert clean.count(b"startxref") == 1


def test_a_pdf_prepared_for_the_web_has_no_earlier_version() -> None:
    """It has two tables from the start."""
    with pikepdf.open(io.BytesIO(pdf_of("Kia ora"))) as pdf:
        out = io.BytesIO()
        pdf.save(out, linearize=True)
    assert hidden(_PDF, out.getvalue()) == []


def test_a_layer_that_is_off_is_told() -> None:
    """Anybody can switch it on."""

    def change(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="Notes"))
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(OFF=pikepdf.Array([layer]))
        )

    found = of(Kind.HIDDEN_TEXT, _PDF, drawn(_LINE, change))
    assert [one.removable for one in found] == [False]
    assert "'Notes'" in found[0].context


def test_a_signed_pdf_stays_as_it_is() -> None:
    """Its signature holds for its bytes."""

    def change(pdf: pikepdf.Pdf) -> None:
        noted("Text", Contents="a remark")(pdf)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], SigFlags=3)

    data = drawn(_LINE, change)
    assert [one.removable for one in of(Kind.COMMENT, _PDF, data)] == [False]
    assert removed(_PDF, data, EVERY) is None


def _attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.txt"] = b"secret words"
    pdf.attachments["run.exe"] = b"MZ\x90\0"


def _act(pdf: pikepdf.Pdf) -> None:
    script = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
    pdf.Root.OpenAction = script
    pdf.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["a", script, "b", script]))
    )
    pdf.pages[0].obj.AA = pikepdf.Dictionary(
        O=pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=pikepdf.Array([script]))
    )
    noted("Link", A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))(pdf)


def test_what_a_pdf_does_goes_wherever_it_stands() -> None:
    """One kind at a time, and its page looks as it did."""
    data = drawn(_LINE, _act)
    assert unsafe("a.pdf", data) == {Kind.SCRIPT, Kind.LAUNCH}
    once = cleaned(_PDF, data, Kind.SCRIPT)
    assert unsafe("a.pdf", once) == {Kind.LAUNCH}
    clean = cleaned(_PDF, once, Kind.LAUNCH)
    assert unsafe("a.pdf", clean) == set()
    assert look(clean) == look(data)
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        assert pdf.check_pdf_syntax() == []


def test_attached_files_go_by_what_they_are() -> None:
    """A program is not taken in; a plain file may stay."""
    data = drawn(_LINE, _attach)
    once = cleaned(_PDF, data, Kind.EXECUTABLE)
    with pikepdf.open(io.BytesIO(once)) as pdf:
        assert list(pdf.attachments) == ["a.txt"]
    with pikepdf.open(io.BytesIO(cleaned(_PDF, once, Kind.ATTACHED_FILE))) as pdf:
        assert list(pdf.attachments) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("annotation-fileattachment.pdf", Kind.ATTACHED_FILE), ("evaljs.pdf", Kind.SCRIPT)],
)
def test_public_sample_files_are_cleaned(corpora: Path, name: str, kind: Kind) -> None:
    """Made by other programs."""
    data = (corpora / "pdf_pdfjs" / name).read_bytes()
    clean = cleaned(_PDF, data, kind)
    assert unsafe(name, clean) == set()
    assert shown(name, clean).split() == shown(name, data).split() or kind is Kind.ATTACHED_FILE


def test_restrictions_of_a_pdf_stay() -> None:
    """Nothing else is changed in silence."""
    with pikepdf.open(io.BytesIO(drawn(_LINE, noted("Text", Contents="a")))) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="Fictional-4", user="", R=6))
    clean = cleaned(_PDF, out.getvalue(), Kind.COMMENT)
    with pikepdf.open(io.BytesIO(clean)) as pdf:
        assert pdf.is_encrypted


@settings(max_examples=60)
@given(st.data())
def test_a_broken_pdf_is_refused_or_read_and_never_crashes(data: st.DataObject) -> None:
    """Any bytes of it changed, or its end missing."""
    whole = bytearray(_updated(_tabled(), 1))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    broken = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for work in (lambda: hidden(_PDF, broken), lambda: removed(_PDF, broken, EVERY)):
        assert refusal(work) in {None, Kind.MALFORMED, Kind.ENCRYPTED, Kind.TOO_MUCH}
