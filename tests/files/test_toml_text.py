"""Bytes that are no TOML, or not in UTF-8: a place, a reason and no traceback."""

import pytest

from gateway.domain.errors import InvalidInput, Problem
from gateway.files.toml_text import LIMIT_BYTES, read_table


def problem_of(data: bytes) -> Problem:
    """The one problem that `data` has."""
    with pytest.raises(InvalidInput) as caught:
        read_table(data, "register file")
    (problem,) = caught.value.problems
    assert problem.remedy
    assert "register file" in caught.value.message
    return problem


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        (b"a = 1\nb = \nc = 3\n", "line 2", "not valid TOML, column 5"),
        (b"a = 1\nb = 2", "", ""),
        (b"a = 1\n[b", "line 2", "not valid TOML"),
        (b"a = 1\na = 2\nb = 3\n", "line 2", "not valid TOML"),
        (b"a = 1\nb = 2\na = 3", "line 3", "not valid TOML"),
        (b"[a]\n[b]\n[a]\n", "line 3", "not valid TOML"),
        (b"a = '''\nnever closed\n", "line 3", "not valid TOML"),
        (b"a = 2026-02-30\n", "line 1", "not valid TOML"),
        (b'a = "\\uD800"\n', "line 1", "not valid TOML"),
        (b"a = 1\x00\n", "line 1", "not valid TOML"),
        (b"ok = 1\na = 'M\xe4ori'\n", "line 2", "not in UTF-8"),
        (b"a = '\xed\xa0\x80'\n", "line 1", "not in UTF-8"),
        (b"\xef\xbb\xbfa = 1\n", "file", "byte order mark"),
        ("a = 1\n".encode("utf-16"), "file", "not in UTF-8"),
        ("a = 1\n".encode("utf-32-be"), "file", "not in UTF-8"),
        (b"PK\x03\x04\x14\x00", "line 1", "not valid TOML"),
        (b"a = " + b"9" * 5000, "file", "too many digits"),
        (b"a = " + b"[" * 10_000, "file", "nested too deep"),
        (b"a = " + b"[" * 10_000 + b"]" * 10_000, "file", "nested too deep"),
        (b"a = " + b"{b=" * 10_000 + b"1" + b"}" * 10_000, "file", "nested too deep"),
        (b"\na" + b".a" * 50_000 + b" = 1", "line 2", "too many parts"),
        (b'"a"' + b' . "\\"a"' * 50_000 + b" = 1", "line 1", "too many parts"),
        (b"[a" + b".'='" * 50_000 + b"]", "line 1", "too many parts"),
    ],
)
def test_unreadable_bytes_are_refused_with_their_place(data: bytes, field: str, words: str) -> None:
    """The problem says where and what; nothing but InvalidInput comes out."""
    if not field:
        assert read_table(data, "register file") == {"a": 1, "b": 2}
        return
    problem = problem_of(data)
    assert problem.field == field
    assert words in problem.message
    assert problem.message.isprintable()


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    """The size alone decides; a byte less is read."""
    comment = b"#" * LIMIT_BYTES
    assert read_table(comment, "register file") == {}
    assert problem_of(comment + b"#").message == "The file is too large."
