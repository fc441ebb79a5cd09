"""What a document does beyond being read is found, in every format."""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from support import documents
from support.documents import W, docx_of, eml_of, odt_of, pdf_of, relationships, xlsx_of

from gateway.domain.inspection import Concern, Discovery, Kind
from gateway.inspection.engine import look_into
from gateway.inspection.gathering import Budget, Gathering

_ENTITIES = '<!DOCTYPE w [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_OUTSIDE = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_BASIC = "<script:module SPACES>Sub A</script:module>"
_ACTIVE_X = "application/vnd.ms-office.activeX+xml"
_MACRO_SHEET = "application/vnd.ms-excel.macrosheet+xml"


def found(name: str, data: bytes, budget: Budget | None = None) -> list[Discovery]:
    """Everything found in a document."""
    into = Gathering(look_into, budget or Budget())
    look_into(name, data, into)
    return into.discoveries


def unsafe(name: str, data: bytes) -> set[Kind]:
    """The kinds of unsafe things found in a document."""
    return {one.kind for one in found(name, data) if one.kind.concern is Concern.UNSAFE}


def changed(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """A PDF of two pages, changed."""
    with pikepdf.open(io.BytesIO(pdf_of("Kia ora", "Page two"))) as pdf:
        change(pdf)
        return documents.saved(pdf)


def _script(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))


def _open_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = _script(pdf)


def _named_script(pdf: pikepdf.Pdf) -> None:
    names = pikepdf.Dictionary(Names=pikepdf.Array(["a", _script(pdf)]))
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=names)


def _page_action(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1].obj.AA = pikepdf.Dictionary(O=_script(pdf))


def _note(**action: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 10, 10],
            A=pikepdf.Dictionary(**action),
        )
        pdf.pages[1].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])

    return change


def _form_scripts(pdf: pikepdf.Pdf) -> None:
    xfa = pdf.make_stream(b"<xdp><template><event><script>1</script></event></template></xdp>")
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=xfa)


def _unreachable(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pieces = pikepdf.Array([pikepdf.Dictionary(Inner=_script(pdf))])


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_open_action, Kind.SCRIPT),
        (_named_script, Kind.SCRIPT),
        (_page_action, Kind.SCRIPT),
        (_form_scripts, Kind.SCRIPT),
        (_unreachable, Kind.SCRIPT),
        (_note(S=pikepdf.Name.JavaScript, JS="1"), Kind.SCRIPT),
        (_note(S=pikepdf.Name.Launch, F="cmd.exe"), Kind.LAUNCH),
        (_note(S=pikepdf.Name.ImportData, F="a.fdf"), Kind.LAUNCH),
        (_note(S=pikepdf.Name.URI, URI="javascript:1"), Kind.LAUNCH),
        (_note(S=pikepdf.Name.SubmitForm, F="https://x.example"), Kind.EXTERNAL),
        (_note(S=pikepdf.Name.GoToR, F="https://x.example/a.pdf"), Kind.EXTERNAL),
    ],
)
def test_what_a_pdf_does_is_found_wherever_it_stands(
    change: Callable[[pikepdf.Pdf], None], kind: Kind
) -> None:
    """In the catalogue, in names, on pages, in notes, in forms, or where no page leads."""
    assert unsafe("plan.pdf", changed(change)) == {kind}


def test_an_action_says_its_page() -> None:
    """A person must be able to find it."""
    data = changed(_note(S=pikepdf.Name.Launch, F="cmd.exe"))
    assert [one.where for one in found("plan.pdf", data)] == ["page 2"]


def test_a_plain_link_in_a_pdf_is_no_discovery() -> None:
    """Nearly every document has one."""
    data = changed(_note(S=pikepdf.Name.URI, URI="https://www.govt.nz/"))
    assert found("plan.pdf", data) == []


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("notes.txt", b"words", Kind.ATTACHED_FILE),
        ("setup.exe", b"MZ\x90\x00", Kind.EXECUTABLE),
        ("run.js", b"words", Kind.EXECUTABLE),
        ("a.zip", documents.zipped({"a": "b"}), Kind.EMBEDDED_FILE),
        ("a.pdf", changed(_open_action), Kind.EMBEDDED_FILE),
        ("a.pdf", b"words", Kind.EMBEDDED_FILE),
    ],
)
def test_files_attached_to_a_pdf_are_looked_into(name: str, data: bytes, kind: Kind) -> None:
    """A safe one is shown to the coordinator; what is unsafe is refused with it."""

    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments[name] = data

    kinds = [one for one in found("plan.pdf", changed(attach)) if one.kind is kind]
    assert kinds
    assert kinds[0].removable
    assert name in kinds[0].context


def test_a_pdf_that_unpacks_to_too_much_is_refused() -> None:
    """A small file must not become a large one on the recipient's machine."""

    def bomb(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Contents = pdf.make_stream(b" " * 70_000_000)

    with pikepdf.open(io.BytesIO(pdf_of("a"))) as pdf:
        bomb(pdf)
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
    assert len(out.getvalue()) < 1_000_000
    assert unsafe("plan.pdf", out.getvalue()) == {Kind.TOO_MUCH}


def test_a_pdf_that_opens_without_its_password_is_only_noted() -> None:
    """Its maker limited printing; its words can be read."""
    with pikepdf.open(io.BytesIO(pdf_of("a"))) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="Fictional-4", user="", R=6))
    assert [one.kind for one in found("plan.pdf", out.getvalue())] == [Kind.RESTRICTED]


def _related(kind: str, target: str) -> bytes:
    return docx_of(
        parts={"word/_rels/document.xml.rels": relationships(("r1", kind, target, True))}
    )


def _field(instruction: str) -> bytes:
    runs = "".join(f"<w:r><w:instrText>{c}</w:instrText></w:r>" for c in instruction)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return docx_of(f"<w:p>{begin}{runs}{end}</w:p>")


def _with_part(name: str, content: bytes, kind: str = "") -> bytes:
    more = f'<Override PartName="/{name}" ContentType="{kind}"/>' if kind else ""
    return docx_of(parts={name: content}, more_types=more)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (docx_of(before=_ENTITIES), Kind.ENTITY),
        (docx_of(before=_OUTSIDE), Kind.ENTITY),
        (docx_of(parts={"word/extra.xml": f"{_ENTITIES}<a>&b;</a>"}), Kind.ENTITY),
        (docx_of(parts={"customXml/item1.xml": _OUTSIDE.encode("utf-16")}), Kind.ENTITY),
        (_related("attachedTemplate", "https://x.example/a.dotm"), Kind.REMOTE_TEMPLATE),
        (_related("attachedTemplate", r"\\x.example\a.dotm"), Kind.REMOTE_TEMPLATE),
        (_related("image", "https://x.example/a.png"), Kind.EXTERNAL),
        (_related("oleObject", "https://x.example/a.html!"), Kind.EXTERNAL),
        (_related("frame", "file://x.example/a"), Kind.EXTERNAL),
        (_related("hyperlink", "ms-msdt:/id"), Kind.LAUNCH),
        (_related("hyperlink", "javascript:1"), Kind.LAUNCH),
        (_field(" DDEAUTO c:\\\\windows\\\\cmd.exe"), Kind.LAUNCH),
        (_field(' INCLUDEPICTURE "https://x.example/a.png"'), Kind.EXTERNAL),
        (_with_part("word/vbaProject.bin", b"\xd0\xcf"), Kind.MACRO),
        (_with_part("word/other.bin", b"x", "application/vnd.ms-office.vbaProject"), Kind.MACRO),
        (_with_part("word/activeX/activeX1.xml", b"<ax/>", _ACTIVE_X), Kind.EXECUTABLE),
        (_with_part("word/embeddings/a.bin", b"MZ\x90\x00"), Kind.EXECUTABLE),
        (_with_part("word/media/image1.png", b"MZ\x90\x00"), Kind.EXECUTABLE),
        (_with_part("word/embeddings/run.vbs", b"words"), Kind.EXECUTABLE),
        (_with_part("word/a.zip", documents.zipped({"a": "b"})), Kind.EMBEDDED_FILE),
        (_with_part("xl/macrosheets/sheet1.xml", b"<m/>", _MACRO_SHEET), Kind.MACRO),
        (_with_part("word/bomb.xml", b"<a>" + b" " * 30_000_000 + b"</a>"), Kind.TOO_MUCH),
    ],
)
def test_what_an_office_file_does_is_found(data: bytes, kind: Kind) -> None:
    """Entities, templates, links to elsewhere, fields, macros, controls, programs and bombs."""
    assert kind in unsafe("plan.docx", data)


@pytest.mark.parametrize(
    "target", ["https://www.govt.nz", "mailto:a@b.example", "S:/plans/a.docx", "#start", "a.docx"]
)
def test_a_plain_link_in_an_office_file_is_no_discovery(target: str) -> None:
    """It is followed by a person, or not at all."""
    assert unsafe("plan.docx", _related("hyperlink", target)) == set()


def test_a_formula_that_fetches_or_starts_something_is_found() -> None:
    """A workbook computes them when it is opened."""
    fetches = '<row r="1"><c r="A1"><f>_xlfn.WEBSERVICE("http://x.example")</f></c></row>'
    assert unsafe("plan.xlsx", xlsx_of(fetches)) == {Kind.EXTERNAL}
    starts = "<row r='1'><c r='A1'><f>cmd|'/c calc'!A0</f></c></row>"
    assert unsafe("plan.xlsx", xlsx_of(starts)) == {Kind.LAUNCH}


def test_a_document_inside_an_office_file_is_looked_into() -> None:
    """Its macros are as bad as the outer one's; its words are read."""
    inner = docx_of("<w:p><w:r><w:t>Inner words</w:t></w:r></w:p>")
    outer = _with_part("word/embeddings/Plan.docx", inner)
    into = Gathering(look_into)
    look_into("plan.docx", outer, into)
    assert [one.kind for one in into.discoveries] == [Kind.ATTACHED_FILE]
    assert any("Inner words" in one.text for one in into.passages)
    bad = _with_part("word/embeddings/Plan.docx", _with_part("word/vbaProject.bin", b"x"))
    assert unsafe("plan.docx", bad) == {Kind.EMBEDDED_FILE}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (
            odt_of(
                "", {"Basic/Standard/Module1.xml": "<script:module SPACES>Sub A</script:module>"}
            ),
            Kind.MACRO,
        ),
        (odt_of("", {"Scripts/python/a.py": "print()"}), Kind.MACRO),
        (odt_of('<script:event-listener xlink:href="vnd.sun.star.script:a"/>'), Kind.MACRO),
        (odt_of('<draw:object xlink:href="https://x.example/a.ods"/>'), Kind.EXTERNAL),
        (odt_of('<draw:image xlink:href="https://x.example/a.png"/>'), Kind.EXTERNAL),
        (odt_of("<text:dde-connection-decl/>"), Kind.LAUNCH),
        (odt_of('<text:a xlink:href="vnd.sun.star.script:a">x</text:a>'), Kind.LAUNCH),
        (odt_of("", {"a.exe": b"MZ\x90\x00"}), Kind.EXECUTABLE),
        (odt_of("", {"styles.xml": f"{_ENTITIES}<a/>"}), Kind.ENTITY),
    ],
)
def test_what_an_opendocument_file_does_is_found(data: bytes, kind: Kind) -> None:
    """Macros, listeners, links to elsewhere, programs and entities."""
    assert unsafe("plan.odt", data) == {kind}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (rb"{\object\objemb{\*\objdata 4d5a9000}}", Kind.EXECUTABLE),
        (rb"{\object\objemb{\*\objdata 0105}}", Kind.EMBEDDED_FILE),
        (rb"{\object\objautlink\objupdate{\*\objdata 0105}}", Kind.EXTERNAL),
        (rb"{\*\template https://x.example/a.dotm}", Kind.REMOTE_TEMPLATE),
        (rb"{\field{\*\fldinst {DDEAUTO cmd x}}}", Kind.LAUNCH),
        (rb'{\field{\*\fldinst INCLUDEPICTURE "https://x.example/a"}}', Kind.EXTERNAL),
    ],
)
def test_what_rich_text_does_is_found(text: bytes, kind: Kind) -> None:
    """Objects, templates and fields."""
    assert kind in unsafe("plan.rtf", rb"{\rtf1 Kia ora " + text + b"}")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("setup.exe", b"MZ\x90\x00", Kind.EXECUTABLE),
        ("a.zip", documents.zipped({"a": "b"}), Kind.EMBEDDED_FILE),
        ("a.docx", docx_of(before=_OUTSIDE), Kind.ENTITY),
        ("a.eml", eml_of("x", ("b.eml", eml_of("y", ("c.scr", b"z")))), Kind.EXECUTABLE),
    ],
)
def test_what_is_attached_to_a_mail_is_looked_into(name: str, data: bytes, kind: Kind) -> None:
    """Also where it hangs on a mail that is attached to a mail."""
    assert kind in unsafe("mail.eml", eml_of("Kia ora", (name, data)))


def test_mails_inside_mails_inside_mails_end_somewhere() -> None:
    """What is too deep is refused, not skipped."""
    data = eml_of("deepest")
    for _ in range(6):
        data = eml_of("outer", ("inner.eml", data))
    assert Kind.TOO_MUCH in unsafe("mail.eml", data)


def test_more_attachments_than_can_be_looked_through_are_refused() -> None:
    """Counting is bounded over the whole document."""
    data = eml_of("x", *((f"{n}.txt", b"words") for n in range(101)))
    assert Kind.TOO_MUCH in unsafe("mail.eml", data)


def test_a_mail_that_would_fetch_pictures_or_run_scripts_is_found() -> None:
    """Opening it tells somebody that it was opened."""
    tracked = eml_of("x", html='<p>Kia ora<img src="https://x.example/a.gif"></p>')
    assert unsafe("mail.eml", tracked) == {Kind.EXTERNAL}
    styled = eml_of("x", html="<style>@import 'https://x.example/a.css';</style>")
    assert unsafe("mail.eml", styled) == {Kind.EXTERNAL}
    scripted = eml_of("x", html="<p onload='x()'>Kia ora</p>")
    assert unsafe("mail.eml", scripted) == {Kind.SCRIPT}
    plain = eml_of("x", html='<p>Kia ora<img src="cid:1"><a href="https://a.example">x</a></p>')
    assert unsafe("mail.eml", plain) == set()


def test_an_encrypted_mail_is_named_so() -> None:
    """Its words cannot be read."""
    data = b"From: a@b.example\r\nContent-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nxx"
    assert unsafe("mail.eml", data) == {Kind.ENCRYPTED}


def test_a_name_that_does_not_fit_is_unsafe() -> None:
    """The document may be what it is; its name promises another program."""
    assert unsafe("plan.docx", pdf_of("a")) == {Kind.NAME_MISMATCH}


def test_macros_can_be_removed_and_programs_cannot() -> None:
    """The coordinator is offered what can be done."""
    macro = found("plan.docm", _with_part("word/vbaProject.bin", b"x"))
    assert [(one.kind, one.removable) for one in macro] == [(Kind.MACRO, True)]


def test_hundreds_of_things_found_are_too_much() -> None:
    """A document made to flood its report is refused."""
    links = "".join(f'<w:ddeLink xmlns:w="{W}"/>' for _ in range(200))
    budget = Budget(discoveries=100)
    assert Kind.TOO_MUCH in {one.kind for one in found("a.docx", docx_of(links), budget)}
