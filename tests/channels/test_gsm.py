"""The words of the text message with a password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.gsm import SINGLE_TEXT, password_text, septets
from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret

REFERENCE = "T-7KQ2-M9XD"
SIX_WORDS = "violin-harbour-mustard-canopy-otter-ladder"
LONGEST = "-".join(["abcdefghij"] * 5 + ["abcdefghi"])


def test_the_text_names_sender_reference_and_password() -> None:
    """Enough to know what it is for, and nothing about a person, a file or a meeting."""
    text = password_text(REFERENCE, "Lead Agency Example", Secret(SIX_WORDS))
    assert text == f"Lead Agency Example: password for {REFERENCE}: {SIX_WORDS}"


@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=200))
def test_with_any_agency_the_text_is_one_message(agency: str) -> None:
    """The longest password of six words still leaves in one part, in the alphabet of phones."""
    assert len(LONGEST) == 64
    if "=?" not in agency:
        size = septets(password_text(REFERENCE, agency, Secret(LONGEST)))
        assert size is not None
        assert size <= SINGLE_TEXT


def test_macrons_are_left_out_rather_than_the_agency() -> None:
    """A macron would make the text two messages of 70 characters."""
    text = password_text(REFERENCE, "Te Rōpū Tauira", Secret(SIX_WORDS))
    assert text.startswith("Te Ropu Tauira: ")


@pytest.mark.parametrize("agency", ["機関", "A" * 120, "€" * 60])
def test_an_agency_that_does_not_fit_is_left_out(agency: str) -> None:
    """The password must arrive whole; the reference says which it is."""
    text = password_text(REFERENCE, agency, Secret(SIX_WORDS))
    assert text == f"Password for {REFERENCE}: {SIX_WORDS}"


@pytest.mark.parametrize("hostile", ["a\nb", "a\0b", "a\u2028b", "pāssword", "`", ""], ids=ascii)
def test_a_password_that_phones_cannot_show_is_refused(hostile: str) -> None:
    """What cannot be read cannot be typed."""
    with pytest.raises(InvalidInput):
        password_text(REFERENCE, "Lead", Secret(hostile))


@pytest.mark.parametrize("field", ["reference", "agency"])
@pytest.mark.parametrize("hostile", ["a\r\nb", "=?utf-8?q?x?=", "a\u202eb", ""], ids=ascii)
def test_a_reference_or_agency_with_tricks_is_refused(field: str, hostile: str) -> None:
    """They come from people and go into messages."""
    values = {"reference": REFERENCE, "agency": "Lead", field: hostile}
    with pytest.raises(InvalidInput):
        password_text(values["reference"], values["agency"], Secret(SIX_WORDS))


@pytest.mark.parametrize(
    ("text", "size"), [("", 0), ("abc@£", 5), ("[x]", 5), ("€", 2), ("ā", None), ("\t", None)]
)
def test_septets_are_counted_as_the_standard_counts_them(text: str, size: int | None) -> None:
    """Signs of the extension table take two (3GPP TS 23.038)."""
    assert septets(text) == size
