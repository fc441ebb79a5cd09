"""How the parts of an inspection come together, and what becomes of one that stumbles."""

import pytest
from support import documents

from gateway.domain.inspection import Discovery, FileType, Kind
from gateway.inspection import engine
from gateway.inspection.errors import NotReadable
from gateway.inspection.gathering import Gathering

_MACRO = documents.docx_of(parts={"word/vbaProject.bin": b"x"})
_PLAIN = documents.docx_of()


def removing(
    monkeypatch: pytest.MonkeyPatch, outcome: tuple[bytes, tuple[Kind, ...]] | None
) -> None:
    """Let removal come to this."""
    monkeypatch.setattr(engine, "removed", lambda *_: outcome)


def test_what_is_told_is_of_the_document_that_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cleaned document is looked into again, under the name that fits it."""
    removing(monkeypatch, (_PLAIN, (Kind.MACRO,)))
    result = engine.inspect("plan.docm", _MACRO, remove=frozenset({Kind.MACRO}))
    assert result.cleaned == _PLAIN
    assert result.inspection.removed == (Kind.MACRO,)
    assert result.inspection.is_safe


def test_a_removal_that_left_something_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its word is not taken for it."""
    removing(monkeypatch, (_MACRO, (Kind.MACRO,)))
    result = engine.inspect("plan.docx", _MACRO, remove=frozenset({Kind.MACRO}))
    assert Kind.MACRO in dict(result.inspection.counts)


def test_a_document_that_became_another_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever came out of it."""
    removing(monkeypatch, (documents.pdf_of("a"), (Kind.MACRO,)))
    result = engine.inspect("plan.docx", _MACRO, remove=frozenset({Kind.MACRO}))
    assert result.cleaned is None
    assert not result.inspection.is_safe


def test_nothing_to_remove_leaves_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says that nothing was removed."""
    removing(monkeypatch, None)
    result = engine.inspect("plan.docx", _PLAIN, remove=frozenset({Kind.MACRO}))
    assert result.cleaned is None
    assert result.inspection.removed == ()


def test_a_document_that_cannot_be_cleaned_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what stood in the way."""

    def fails(*_: object) -> None:
        raise NotReadable(Kind.TOO_MUCH, "a part unpacks to too much")

    monkeypatch.setattr(engine, "removed", fails)
    result = engine.inspect("plan.docx", _PLAIN, remove=frozenset({Kind.MACRO}))
    assert dict(result.inspection.counts)[Kind.TOO_MUCH] == 1
    assert not result.inspection.is_safe


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ValueError, Kind.MALFORMED),
        (KeyError, Kind.MALFORMED),
        (RecursionError, Kind.TOO_MUCH),
    ],
)
def test_a_reader_that_stumbles_refuses_the_document(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], kind: Kind
) -> None:
    """What was not read is not safe."""

    def stumbles(*_: object) -> None:
        raise error

    monkeypatch.setitem(engine._READERS, FileType.TXT, stumbles)
    into = Gathering(engine.look_into)
    assert engine.look_into("a.txt", b"words", into) is FileType.TXT
    assert [one.kind for one in into.discoveries] == [kind]


def test_hidden_content_is_part_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of documents inside documents, with where they stand; those stay as they are."""
    comment = Discovery(Kind.COMMENT, "page 1", "a remark", removable=True)
    monkeypatch.setattr(engine, "hidden", lambda *_: [comment])
    into = Gathering(engine.look_into)
    engine.look_into("a.eml", documents.eml_of("x", ("b.docx", _PLAIN)), into)
    found = [(one.where, one.removable) for one in into.discoveries if one.kind is Kind.COMMENT]
    assert found == [("attached file 'b.docx', page 1", False), ("page 1", True)]
