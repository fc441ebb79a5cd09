"""A relay's answer is kept as its codes and words of our own, never as what it said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.replies import in_own_words


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        (250, "2.0.0 queued as 4X", "250 2.0.0 The relay took it."),
        (250, "ok", "250 The relay took it."),
        (
            550,
            "5.1.1 <a@b.example>: unknown",
            "550 5.1.1 The relay refused it: there is no such mailbox.",
        ),
        (
            452,
            "4.2.2\nfull",
            "452 4.2.2 The relay did not take it now: the mailbox is full.",
        ),
        (
            554,
            "5.7.1 no",
            "554 5.7.1 The relay refused it for reasons of security or policy.",
        ),
        (
            550,
            "5.7.508 no",
            "550 5.7.508 The relay refused it for reasons of security or policy.",
        ),
        (554, "5.0.0 no", "554 5.0.0 The relay refused it."),
        (421, "busy", "421 The relay did not take it now: the relay is closing the connection."),
        (354, "more", "354 The relay waits for something else."),
        (-1, "Malformed SMTP response line: x", "The relay's answer was not understood."),
        (600, "x", "The relay's answer was not understood."),
    ],
)
def test_an_answer_is_told_by_its_codes(code: int, text: str, shown: str) -> None:
    """By the enhanced one as far as it is known, by the other where there is none."""
    assert in_own_words(code, text) == shown


@pytest.mark.parametrize(
    "text",
    ["4.7.1 x", "5.7.1x", "5.7.1.2 x", "5.7.1234 x", "5.9.1 x", "5.07.1 x", " 5.7.1", "x 5.7.1"],
)
def test_what_only_resembles_an_enhanced_code_is_dropped(text: str) -> None:
    """Of another class than the reply (RFC 2034), or with more in it than a code has."""
    assert in_own_words(554, text) == "554 The relay refused it."


@given(st.integers(-1, 700), st.text(), st.sampled_from(["", "2.0.0 ", "4.4.1 ", "5.7.1 "]))
def test_nothing_of_the_text_is_kept(code: int, text: str, enhanced: str) -> None:
    """Whatever it is, what is shown hangs on the codes alone."""
    kept = enhanced.strip() if code // 100 == int(enhanced[:1] or 0) else ""
    if not enhanced:
        text = f"<{text}"
    assert in_own_words(code, enhanced + text) == in_own_words(code, kept)
