"""Classifications, addresses, secrets and decisions."""

import pickle  # noqa: TID251 - to see it refused
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.addresses import (
    canonical_address,
    canonical_domain,
    e164_number,
    masked,
    same_mailbox,
)
from gateway.domain.classification import Classification, external_marking, highest
from gateway.domain.decisions import (
    ChannelChoice,
    Decision,
    Finding,
    Severity,
    choose_password_channel,
)
from gateway.domain.errors import InvalidInput
from gateway.domain.packs import DocumentId
from gateway.domain.register import (
    AgencyId,
    PasswordChannel,
    Representative,
    RepresentativeId,
)
from gateway.domain.secret import Secret


@pytest.mark.parametrize(
    "text",
    ["IN-CONFIDENCE", "in confidence", "In\u2011Confidence", "IN – CONFIDENCE", "nz in_confidence"],
)
def test_a_marking_is_read_in_any_spelling(text: str) -> None:
    """Case, dashes, spaces and a leading 'NZ' do not matter."""
    assert Classification.parse(text) is Classification.IN_CONFIDENCE


@pytest.mark.parametrize(
    "text", ["", "CONFIDENCE", "OFFICIAL", "IN-CONFIDENCE external", "SECRETS"]
)
def test_an_unknown_marking_is_refused(text: str) -> None:
    """What is not a level is never guessed at."""
    with pytest.raises(InvalidInput):
        Classification.parse(text)


@given(st.lists(st.sampled_from(Classification)))
def test_the_highest_level_is_at_least_each(levels: list[Classification]) -> None:
    """The highest of some levels is one of them, and none is above it."""
    top = highest(levels)
    assert all(level.rank <= top.rank for level in levels)
    assert top in levels or not levels


def test_restricted_stands_above_sensitive_in_a_pack() -> None:
    """Of two level markings the national-security one stands."""
    both = [Classification.RESTRICTED, Classification.SENSITIVE]
    assert highest(both) is highest(both[::-1]) is Classification.RESTRICTED


def test_the_external_marking_has_an_en_dash() -> None:
    """The marking is written as the guidance writes it."""
    assert external_marking(Classification.IN_CONFIDENCE) == "IN-CONFIDENCE \u2013 external"


@pytest.mark.parametrize(
    "text",
    [
        "alice@ok.example)bob@evil.example",
        "<alice@ok.example>mallory@evil.example",
        "alice@ok.example, mallory@evil.example",
        '"a@ok.example"@evil.example',
        "=?utf-8?q?a?=@ok.example\r\nBcc: v@evil.example",
        "alice@ok.example\n",
        "alice@ok",
        "@ok.example",
        "alice@",
        "alice",
        "a..b@ok.example",
        ".a@ok.example",
        "alice@ok.example.",
        "alice@good\u3002example",
        "alice@\u24d6ood.example",
        "alice@fa\u00dfe.example\u200b",
        "x" * 65 + "@ok.example",
        "alice@[127.0.0.1]",
        "alice@192.0.2.7",
        "=?utf-8?q?alice?=@ok.example",
    ],
)
def test_only_a_plain_address_is_taken(text: str) -> None:
    """Comments, lists, quotes, look-alike dots and the like are refused."""
    with pytest.raises(InvalidInput):
        canonical_address(text)


def test_domains_are_compared_in_one_form() -> None:
    """Case folds; a look-alike letter makes another domain."""
    assert canonical_address("Pat@Agency.EXAMPLE") == "Pat@agency.example"
    assert canonical_domain("g\u043e\u043ed.example") != "good.example"


@given(st.text(max_size=80))
def test_an_accepted_address_is_printable_ascii(text: str) -> None:
    """Whatever comes in, what comes out is safe in a header and in an SMTP command."""
    try:
        address = canonical_address(text)
    except InvalidInput:
        return
    assert address.isascii()
    assert address.isprintable()
    assert address.count("@") == 1
    assert canonical_address(address) == address


@pytest.mark.parametrize("text", ["021 123 4567", "+64 21 123", "0064211234567", "+0211234567", ""])
def test_only_e164_numbers_are_taken(text: str) -> None:
    """National forms and spaces are refused."""
    with pytest.raises(InvalidInput):
        e164_number(text)


def test_one_person_s_variants_are_one_mailbox() -> None:
    """Case and plus-suffixes do not make another mailbox."""
    assert same_mailbox("Pat+pw@agency.example", "pat@agency.example")
    assert not same_mailbox("pat@agency.example", "pat@home.example")


def test_a_masked_address_shows_its_end_only() -> None:
    """Three characters stay."""
    assert masked("+64211234567") == "\u2026567"


def test_a_secret_does_not_show() -> None:
    """Not by printing, formatting or pickling; and it compares by value."""
    secret = Secret("open sesame")
    shown = f"{secret} {secret!r} {secret:>20} {[secret]} {secret!s}"
    assert "sesame" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret == Secret("open sesame")
    assert secret != Secret("other")


def person(other_email: str | None = None, telephone: str | None = None) -> Representative:
    return Representative(
        id=RepresentativeId("r"),
        agency=AgencyId("a"),
        name="Pat Example",
        role="social worker",
        email="pat@agency.example",
        active_from=date(2026, 1, 1),
        other_email=other_email,
        telephone=telephone,
    )


def test_the_first_possible_channel_is_chosen() -> None:
    """The protocol's order decides, and what does not reach the person is passed over."""
    order = (PasswordChannel.TEXT, PasswordChannel.OTHER_MAILBOX, PasswordChannel.TELEPHONE)
    somebody = person(other_email="pat@home.example", telephone="+6440000000")
    assert choose_password_channel(order, somebody) == ChannelChoice(
        PasswordChannel.OTHER_MAILBOX, "pat@home.example"
    )


def test_the_pack_s_own_mailbox_is_no_other_mailbox() -> None:
    """Another spelling of the same mailbox does not count as another channel."""
    order = (PasswordChannel.OTHER_MAILBOX,)
    assert choose_password_channel(order, person(other_email="Pat+x@agency.example")) is None


def test_the_same_mailbox_needs_the_protocol_s_word() -> None:
    """Only a protocol that lists it permits it."""
    assert choose_password_channel((PasswordChannel.TEXT,), person()) is None
    choice = choose_password_channel((PasswordChannel.SAME_MAILBOX,), person())
    assert choice is not None


def test_a_denial_withholds_whatever_is_claimed() -> None:
    """A decision that claims to allow in spite of a denial withholds."""
    denial = Finding("rule", Severity.DENY, "message", "remedy", "source")
    decision = Decision(RepresentativeId("r"), DocumentId("d"), allowed=True, findings=(denial,))
    assert not decision.allowed
    assert decision.denials == (denial,)
