"""Titles from uploaded names, extensions, and neutral names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import InvalidInput
from gateway.domain.filenames import extension_of, is_neutral_name, neutral_name, safe_title

UNSEEN = [
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x206A),
    0x00AD,
    0x034F,
    0x061C,
    0x3164,
    0xFEFF,
    0xD800,
    0xE000,
    0xE0041,
    0xFFFE,
]


@pytest.mark.parametrize(
    "name",
    [
        "Plan.pdf",
        "Whānau hui – 12 Nov (final), v2.1.docx",
        "Screenshot 3.04.05\u202fPM.png",
        "O'Hara & co.txt",
        "...and more",
        "家庭.pdf",
        "a" * 255,
        "ā" * 127,
    ],
)
def test_ordinary_names_become_titles_as_they_are(name: str) -> None:
    """Letters of any script, punctuation and spaces within are kept."""
    assert safe_title(name) == name


def test_titles_are_in_composed_form() -> None:
    """A name from a system that decomposes letters reads the same as from one that does not."""
    assert safe_title("Wha\u0304nau.pdf") == "Whānau.pdf"


@pytest.mark.parametrize(
    "name",
    ["", " ", " a", "a ", ".", "..", "/", "a/b", "../a", "a\\b", "C:\\a", "a" * 256, "ā" * 128],
)
def test_empty_names_paths_and_long_names_are_refused(name: str) -> None:
    """Nothing that could lead elsewhere or not be shown becomes a title."""
    with pytest.raises(InvalidInput) as caught:
        safe_title(name)
    assert caught.value.field == "file name"


@pytest.mark.parametrize("code", UNSEEN)
def test_characters_that_cannot_be_seen_are_refused(code: int) -> None:
    """A right-to-left override makes `.exe` read as `.pdf`; none of its kind is taken."""
    with pytest.raises(InvalidInput):
        safe_title(f"a{chr(code)}b.pdf")


def test_a_refusal_does_not_repeat_the_name() -> None:
    """The name may be a child's, and messages end up in logs."""
    with pytest.raises(InvalidInput) as caught:
        safe_title("Mickey/Mock.pdf")
    assert "M" not in caught.value.message
    assert "Mickey" not in str(caught.value) + caught.value.remedy


@given(name=st.text())
def test_a_title_is_safe_or_refused_and_stays_as_it_is(name: str) -> None:
    """Every title is composed, visible, no path, short enough, and its own title."""
    try:
        title = safe_title(name)
    except InvalidInput:
        return
    assert title
    assert title == unicodedata.normalize("NFC", title) == safe_title(title)
    assert not any(unicodedata.category(c)[0] == "C" for c in title)
    assert not {"/", "\\", "\u2028", "\u2029"} & set(title)
    assert len(title.encode()) <= 255


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.pdf", ".pdf"),
        ("A.PDF", ".pdf"),
        ("a.tar.gz", ".gz"),
        ("a.7z", ".7z"),
        ("a", ""),
        ("a.", ""),
        (".pdf", ""),
        ("a.p df", ""),
        ("a.pdf ", ""),
        ("a.pdf\n", ""),
        ("a.pđf", ""),
        ("a.١", ""),
        ("a.abcdefghij", ".abcdefghij"),
        ("a.abcdefghijk", ""),
    ],
)
def test_the_extension_is_plain_or_none(name: str, extension: str) -> None:
    """Only 1 to 10 ASCII letters and digits after the last dot count."""
    assert extension_of(name) == extension


@pytest.mark.parametrize(
    ("position", "extension", "name"),
    [
        (1, ".pdf", "01.pdf"),
        (10, "", "10"),
        (99, ".docx", "99.docx"),
        (100, ".pdf", "100.pdf"),
        (999, ".7z", "999.7z"),
    ],
)
def test_neutral_names_are_position_and_extension(position: int, extension: str, name: str) -> None:
    """Two digits, three above 99, then the extension."""
    assert neutral_name(position, extension) == name


@pytest.mark.parametrize(
    ("position", "extension"),
    [
        (0, ".pdf"),
        (-1, ".pdf"),
        (1, "pdf"),
        (1, ".PDF"),
        (1, "."),
        (1, "/x"),
        (1, ".pdf\n"),
        (1, "1"),
    ],
)
def test_no_neutral_name_comes_from_a_bad_position_or_extension(
    position: int, extension: str
) -> None:
    """What `extension_of` would not give is not written into an archive."""
    with pytest.raises(InvalidInput):
        neutral_name(position, extension)


@given(position=st.integers(1, 99_999), name=st.text())
def test_any_upload_gets_a_neutral_name(position: int, name: str) -> None:
    """Whatever the name, its extension fits, and the result is recognised as neutral."""
    given_name = neutral_name(position, extension_of(name))
    assert is_neutral_name(given_name)
    assert int(given_name.partition(".")[0]) == position


@pytest.mark.parametrize(
    "name", ["00.pdf", "1.pdf", "01.PDF", "01.pdf\n", "01.a.b", "Mickey.pdf", "", "../01.pdf", "٠١"]
)
def test_other_names_are_not_neutral(name: str) -> None:
    """A name with anything but position and extension is told apart."""
    assert not is_neutral_name(name)
