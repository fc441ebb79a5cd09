"""Values that go into messages: what is taken, and what is refused."""

import pytest

from gateway.channels import fields
from gateway.domain.errors import InvalidInput

HOSTILE = [
    "a\r\nBcc: v@evil.example",
    "a\nBcc: v@evil.example",
    "a\rBcc: v@evil.example",
    "a\0b",
    "a\u2028b",
    "a\u2029b",
    "a\x85b",
    "a\x1b[31mb",
    "abc\u202efdp.exe",
    "a\u200bb",
    "a\ud800b",
    "",
    "   ",
    " a",
    "a ",
    "x" * 601,
]


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_a_line_with_anything_but_visible_text_is_refused(value: str) -> None:
    """Controls, line separators, invisible and turning characters never get into a line."""
    with pytest.raises(InvalidInput) as caught:
        fields.line(value, "contact")
    assert caught.value.field == "contact"


@pytest.mark.parametrize(
    "value", ["=?utf-8?q?x=0d=0aBcc=3a_v=40evil.example?=", "a =? b", "x" * 255], ids=ascii
)
def test_a_header_refuses_encoded_words_and_great_length(value: str) -> None:
    """A line that is fine in a body may still not stand in a header."""
    assert fields.line(value, "subject") == value
    with pytest.raises(InvalidInput):
        fields.header_value(value, "subject")


def test_an_error_names_the_field_and_not_its_content() -> None:
    """What was typed may be private, so the error does not repeat it."""
    with pytest.raises(InvalidInput) as caught:
        fields.line("Tama Tamaiti\0", "contact")
    assert "Tama" not in f"{caught.value} {caught.value.message} {caught.value.remedy}"


def test_running_text_is_split_at_line_breaks_of_every_kind() -> None:
    """Whatever a person pasted as a line break starts a new paragraph."""
    text = "one\rtwo\r\nthree\u2028four\u2029five\x0bsix\x0cseven\x85eight\n\n\nnine\tten"
    expected = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine ten")
    assert fields.paragraphs(text, "statement") == expected


@pytest.mark.parametrize("text", ["", " \n ", "a\0b", "a\x08", "a\u202eb", "\udc80", "x" * 20_001])
def test_running_text_with_controls_is_refused(text: str) -> None:
    """Text that could hide something, or is empty or endless, is not sent."""
    with pytest.raises(InvalidInput):
        fields.paragraphs(text, "statement")


@pytest.mark.parametrize(
    "address",
    [
        "alice@ok.example)bob@evil.example",
        "<alice@ok.example>",
        "alice@ok.example, bob@evil.example",
        '"a@ok.example"@evil.example',
        "=?utf-8?q?alice?=@ok.example",
        "alice@OK.example",
        "alice@ok.example\r\nRCPT TO:<bob@evil.example>",
        "alice@ok.example.",
        "alice",
    ],
    ids=ascii,
)
def test_an_address_that_is_not_canonical_already_is_refused(address: str) -> None:
    """The edge mends nothing: the address checked is the address used."""
    with pytest.raises(InvalidInput):
        fields.mailbox(address, "to")


@pytest.mark.parametrize(
    "name",
    [
        *("../x.zip", "a..zip", "a/b.zip", "a\\b.zip", "a b.zip", '"a".zip', "ā.zip", ".zip"),
        *("a.exe", "a.zip\0.exe", "a.zip\n", "a\u202e.zip", "CON.zip", "lpt1.x.zip"),
        "x" * 200 + ".zip",
    ],
    ids=ascii,
)
def test_an_unsafe_file_name_is_refused(name: str) -> None:
    """Paths, other types, device names and invisible signs never name an attachment."""
    with pytest.raises(InvalidInput):
        fields.file_name(name)


@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.example/x",
        "javascript:alert(1)",
        "https://user:secret@gateway.example/",
        "https://gateway.example/\r\nx",
        'https://gateway.example/"onclick',
        "https://gateway.example/<script>",
        "https:///x",
        "https://gateway.example:port/",
        "https://[::1/",
        "ftp://gateway.example/",
    ],
    ids=ascii,
)
def test_a_web_address_that_is_not_plain_and_encrypted_is_refused(url: str) -> None:
    """Only https, and http to this machine, without credentials or markup."""
    with pytest.raises(InvalidInput):
        fields.web_address(url, "url")


@pytest.mark.parametrize("url", ["https://a.example/b?c=d", "http://127.0.0.1:80/x", "https://a"])
def test_a_plain_web_address_is_taken_as_it_is(url: str) -> None:
    """What is right is not changed."""
    assert fields.web_address(url, "url") == url
