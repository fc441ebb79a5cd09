"""Outlook messages, and objects in office files."""

import pytest
from support import documents
from support.compound import compound, message, packed

from gateway.domain.inspection import Concern, FileType, Kind
from gateway.inspection import types
from gateway.inspection.engine import look_into
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering
from gateway.inspection.passages import Place


def read(name: str, data: bytes) -> Gathering:
    """A document, read."""
    into = Gathering(look_into)
    look_into(name, data, into)
    return into


def unsafe(into: Gathering) -> set[Kind]:
    """The unsafe kinds that were found."""
    return {one.kind for one in into.discoveries if one.kind.concern is Concern.UNSAFE}


@pytest.mark.parametrize(
    ("stream", "kind", "what"),
    [
        ("WordDocument", Kind.NOT_ALLOWED, ".docx"),
        ("Workbook", Kind.NOT_ALLOWED, ".xlsx"),
        ("PowerPoint Document", Kind.NOT_ALLOWED, ".pptx"),
        ("EncryptedPackage", Kind.ENCRYPTED, "password"),
        ("Anything", Kind.NOT_ALLOWED, "another kind"),
    ],
)
def test_old_office_files_are_named_with_what_to_do(stream: str, kind: Kind, what: str) -> None:
    """By what they hold, whatever they are called."""
    with pytest.raises(NotReadable) as caught:
        types.true_type(compound({stream: b"x" * 600}), "plan.docx")
    assert caught.value.discovery.kind is kind
    assert what in caught.value.discovery.context


def test_an_outlook_message_is_read() -> None:
    """Its subject, its words, who wrote it, and what is attached."""
    texts = {"0037": "Hui on Thursday", "1000": "Body words", "0C1A": "Alex Sample"}
    data = compound(message(texts, {"a.docx": documents.words_docx("Attached words")}))
    assert types.true_type(data, "a.msg") is FileType.MSG
    into = read("a.msg", data)
    said = {one.text.strip(): one for one in into.passages}
    assert said["Hui on Thursday"].place is Place.HEADER
    assert said["Alex Sample"].name == "From"
    assert any("Attached words" in text for text in said)
    assert [one.kind for one in into.discoveries] == [Kind.AUTHOR, Kind.ATTACHED_FILE]


def test_a_message_with_a_zip_behind_it_is_refused() -> None:
    """It would open as either."""
    data = compound(message({"1000": "x"})) + documents.zipped({"a": "b"})
    assert unsafe(read("a.msg", data)) == {Kind.POLYGLOT}


def test_what_is_attached_to_an_outlook_message_is_looked_into() -> None:
    """Also in a message that is attached to it."""
    inner = message({"1000": "Inner words"}, {"run.exe": b"MZ\x90\x00"})
    into = read("a.msg", compound(message({"1000": "Outer"}, inside=inner)))
    assert unsafe(into) == {Kind.EXECUTABLE}
    assert any(one.where == "attached message" for one in into.passages)


def test_an_encrypted_outlook_message_is_named_so() -> None:
    """Its words cannot be read."""
    data = compound(message({"001A": "IPM.Note.SMIME", "0037": "x"}))
    assert unsafe(read("a.msg", data)) == {Kind.ENCRYPTED}


def test_words_in_packed_rich_text_alone_are_said_to_be_unread() -> None:
    """Never silently left out."""
    node = {**message({"0037": "x"}), "__substg1.0_10090102": b"packed"}
    assert [one.kind for one in read("a.msg", compound(node)).discoveries] == [Kind.PART_UNREAD]


@pytest.mark.parametrize(
    ("held", "kind"),
    [
        (packed("run.exe", b"MZ\x90\x00"), Kind.EXECUTABLE),
        (packed("run.txt.js", b"words"), Kind.EXECUTABLE),
        (packed("a.zip", documents.zipped({"a": "b"})), Kind.EMBEDDED_FILE),
        (compound({"Package": documents.docx_of(before="<!DOCTYPE a>")}), Kind.EMBEDDED_FILE),
        (compound({"Equation Native": b"x" * 30}), Kind.EXECUTABLE),
        (compound({"WordDocument": b"x" * 30}), Kind.EMBEDDED_FILE),
        (compound({"\x01Ole10Native": b"x"}), Kind.EMBEDDED_FILE),
        (compound({})[:600], Kind.EMBEDDED_FILE),
    ],
)
def test_objects_in_office_files_are_looked_into(held: bytes, kind: Kind) -> None:
    """Whatever is packed in them."""
    data = documents.docx_of(parts={"word/embeddings/oleObject1.bin": held})
    assert unsafe(read("plan.docx", data)) == {kind}


def test_a_harmless_packed_file_is_an_attached_file() -> None:
    """It is shown to the coordinator with its name."""
    data = documents.docx_of(parts={"word/embeddings/oleObject1.bin": packed("a.txt", b"words")})
    found = read("plan.docx", data).discoveries
    assert [(one.kind, one.context) for one in found] == [(Kind.ATTACHED_FILE, "a.txt")]
