"""Checking templates: those that come with the gateway pass, and each kind of fault is named."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from documents.reading import TEMPLATES, request_with
from docx.document import Document
from docx.enum.section import WD_SECTION

from gateway.documents import Typesetter, check_templates
from gateway.documents.placeholders import LISTS, TEXTS
from gateway.domain.errors import InvalidInput

_FILE = "section-66c.docx"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good template and the shared one for the PDF."""
    for name in (_FILE, "request.typ"):
        (tmp_path / name).write_bytes((TEMPLATES / name).read_bytes())
    return tmp_path


def _doctor(folder: Path, change: Callable[[Document], object]) -> list[str]:
    """What the check says after `change`: messages and remedies, all of them of that file."""
    opened = docx.Document(str(folder / _FILE))
    change(opened)
    opened.save(str(folder / _FILE))
    problems = check_templates(folder)
    assert {problem.field for problem in problems} <= {_FILE}
    return [f"{problem.message} {problem.remedy}" for problem in problems]


def _rewrite(opened: Document, old: str, new: str) -> None:
    """Change words in the body, whatever they stand in."""
    found = 0
    for node in opened.element.body.iter(f"{_WORD}t"):
        if node.text and old in node.text:
            node.text = node.text.replace(old, new)
            found += 1
    assert found


def test_the_templates_that_come_with_the_gateway_are_good() -> None:
    """Nothing to complain about."""
    assert check_templates(TEMPLATES) == []


def test_the_readme_lists_every_placeholder() -> None:
    """A person who restyles a template finds them all there."""
    readme = (TEMPLATES / "README.md").read_text("utf-8")
    for name in TEXTS:
        assert f"`{{{{ {name} }}}}`" in readme
    for listed in LISTS.values():
        for name in listed.texts:
            assert f"`{{{{ {listed.entry}.{name} }}}}`" in readme


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{{ purpose }}", "{{ purpos }}", "no placeholder 'purpos' (the text). Did you mean 'purp"),
        ("{{ purpose }}", "{{ purpos }}", "The placeholder 'purpose' is missing."),
        ("{{ purpose }}", "{ purpose }", "The placeholder 'purpose' is missing."),
        ("item.period", "item.perid", "no placeholder 'item.perid' (the text). Did you mean 'item"),
        ("item.period", "items.period", "There is no placeholder 'items.period'"),
        ("statements %}", "statement %}", "over 'statement', which is not a list. Did you mean"),
        ("{{ statement.text }}", "{{ statement }}", "a list or an entry of one, not a text"),
        ("{{ policy_digest }}", "", "The placeholder 'policy_digest' is missing."),
        ("{{ consultation_account }}", "", "The placeholder 'consultation_account' is missing."),
        ("{{ item.description }}", "", "The placeholder 'item.description' is missing."),
        ("{%p if safety %}", "{%p fi safety %}", "unknown tag 'fi'"),
        ("{{ purpose }}", "{{ purpose", "The placeholder 'purpose' is missing."),
        ("{{ purpose }}", "{{ purpose + }}", "A tag in the text cannot be read"),
        ("{{ purpose }}", "{{ purpose|upper }}", "may not use (filter)"),
        ("{{ purpose }}", "{{ purpose }}{{ purpose.upper() }}", "may not use (call)"),
        ("{{ purpose }}", "{{ purpose }}{{ purpose.__class__ }}", "'purpose.__class__'"),
        ("{{ purpose }}", "{{ purpose }}{% set x = 1 %}", "may not use (assign)"),
        ("{{ purpose }}", "{{ purpose }}{{ range }}", "There is no placeholder 'range'"),
        ("{{ purpose }}", "{{ purpose }}{% include 'x' %}", "may not use (include)"),
        (
            "{{ purpose }}",
            "{% if urgent %}{% if safety %}{{ purpose }}{% endif %}{% endif %}",
            "'pu",
        ),
    ],
)
def test_a_fault_in_a_placeholder_is_named(folder: Path, old: str, new: str, said: str) -> None:
    """In words that say which, and where one is near, which was meant."""
    found = _doctor(folder, lambda opened: _rewrite(opened, old, new))
    assert any(said in line for line in found), found


def test_a_marking_missing_in_a_header_or_footer_is_named(folder: Path) -> None:
    """Each by the section it is in."""

    def change(opened: Document) -> None:
        opened.sections[0].footer.paragraphs[0].text = "Our agency"
        section = opened.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = True
        section.first_page_footer.paragraphs[0].text = "{{ marking }}"

    found = "\n".join(_doctor(folder, change))
    assert "missing in the footer of section 1." in found
    assert "missing in the footer of section 2." in found
    assert "missing in the first page's header of section 2." in found
    assert "the header of section 1" not in found
    assert "first page's footer" not in found


def test_text_that_is_hidden_counts_as_not_shown(folder: Path) -> None:
    """A value nobody sees is a value lost."""

    def change(opened: Document) -> None:
        for paragraph in opened.paragraphs:
            if "{{ purpose }}" in paragraph.text:
                for run in paragraph.runs:
                    run.font.hidden = True

    assert any("A trial does not show 'purpose'" in line for line in _doctor(folder, change))


def test_a_placeholder_that_word_cut_into_pieces_is_understood(folder: Path) -> None:
    """Word splits runs when it checks spelling or a letter is made bold."""

    def change(opened: Document) -> None:
        for paragraph in opened.paragraphs:
            if "{{ purpose }}" in paragraph.text:
                paragraph.text = ""
                for piece in ("{", "{ pur", "pose }", "}"):
                    paragraph.add_run(piece).bold = piece == "{ pur"

    assert _doctor(folder, change) == []


def test_a_template_may_not_fetch_run_or_embed_anything(folder: Path) -> None:
    """A linked picture, and a field that takes in a file."""

    def change(opened: Document) -> None:
        image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
        opened.part.relate_to("https://pictures.example/x.png", image, is_external=True)
        _rewrite(opened, "How to reply", "Reply")
        paragraph = opened.add_paragraph()
        field = paragraph._p.makeelement(
            f"{_WORD}fldSimple", {f"{_WORD}instr": 'INCLUDETEXT "/etc/hostname"'}
        )
        paragraph._p.append(field)

    found = "\n".join(_doctor(folder, change))
    assert "It would fetch something from elsewhere." in found
    assert "INCLUDETEXT" in found


def test_a_file_that_is_no_docx_is_named(folder: Path) -> None:
    """Text, an archive of something else, and half a file."""
    half = (TEMPLATES / _FILE).read_bytes()[:9000]
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "not a document")
    for content in (b"Example words", other.getvalue(), half, b""):
        (folder / _FILE).write_bytes(content)
        (problem,) = check_templates(folder)
        assert problem.field == _FILE
        assert "not a DOCX file" in problem.message


def test_an_archive_that_unpacks_to_too_much_is_refused(folder: Path) -> None:
    """Before any of it is unpacked."""
    with zipfile.ZipFile(folder / _FILE, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image9.bin", bytes(65 * 1024 * 1024))
    (problem,) = check_templates(folder)
    assert "more than 64 MiB" in problem.message


def test_a_missing_pdf_template_is_named(folder: Path) -> None:
    """No DOCX template without its twin."""
    (folder / "request.typ").unlink()
    (problem,) = check_templates(folder)
    assert problem.field == "request.typ"
    assert "missing" in problem.message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("d.safety", "d.purpose", "The placeholder 'safety' is missing"),
        ("d.purpose", "d.purpose + d.purpos", 'does not contain key "purpos"'),
        ("#title(breakable(24, d.title))", "#title(", "unclosed delimiter"),
        ("#title(", '#import "@preview/x:1.0.0"\n#title(', "a package from the internet"),
        ("#title(", '#read("/../../secret.txt")\n#title(', "cannot be set"),
        ("#set document(title: d.title", "#set document(title: none", "cannot be set"),
    ],
)
def test_a_fault_in_the_pdf_template_is_named(folder: Path, old: str, new: str, said: str) -> None:
    """Missing and unknown names, broken syntax, and reaching out of the folder."""
    path = folder / "request.typ"
    source = path.read_text("utf-8")
    assert old in source
    path.write_text(source.replace(old, new), "utf-8")
    (folder.parent / "secret.txt").write_text("example", "utf-8")
    problems = check_templates(folder)
    assert {problem.field for problem in problems} == {"request.typ"}
    assert any(said in problem.message for problem in problems), problems


def test_a_folder_without_templates_is_a_fault(tmp_path: Path) -> None:
    """Nothing to check is nothing to send."""
    (problem,) = check_templates(tmp_path)
    assert "no DOCX template" in problem.message


def test_a_template_that_fails_the_check_is_not_used(folder: Path) -> None:
    """The typesetter refuses it and names the fault."""
    _doctor(folder, lambda opened: _rewrite(opened, "{{ purpose }}", "{{ 7*7 }}"))
    with pytest.raises(InvalidInput, match=r"section-66c\.docx") as caught:
        Typesetter(folder).docx(request_with())
    assert any("'purpose' is missing" in problem.message for problem in caught.value.problems)
