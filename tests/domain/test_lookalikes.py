"""Domains that read alike are found, and those that only share a part are left alone."""

import pytest

from gateway.domain.addresses import canonical_domain
from gateway.domain.errors import InvalidInput
from gateway.domain.lookalikes import checked_domain, lookalikes, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("police.example", "po1ice.example"),
        ("police.example", "poiice.example"),
        ("police.example", "pólice.example"),
        ("police.example", "\u0440\u043e\u04cf\u0456\u0441\u0435.example"),  # Cyrillic throughout
        ("vovo.example", "\u03bd\u03bf\u03bd\u03bf.example"),  # Greek throughout
        ("māori.example", "maori.example"),
        ("marama.example", "rnarama.example"),
        ("whanau.example", "vvhanau.example"),
        ("tahi0.example", "tahio.example"),
        ("łocal.example", "local.example"),
    ],
)
def test_domains_that_read_alike_have_one_skeleton(one: str, other: str) -> None:
    """Each pair differs, and a reader would not see it."""
    assert canonical_domain(one) != canonical_domain(other)
    assert skeleton(canonical_domain(one)) == skeleton(canonical_domain(other))


def test_different_names_keep_different_skeletons() -> None:
    """Names that no reader confuses are not found alike."""
    names = ["police.example", "health.example", "kea.example", "tea.example", "ruru.example"]
    assert len({skeleton(name) for name in names}) == len(names)


def test_a_look_alike_of_another_owner_is_found_on_both_sides() -> None:
    """Which of the two is genuine the file cannot tell, so each is named with the other's owner."""
    owned = [("police", "police.example"), ("trust", "po1ice.example"), ("kea", "kea.example")]
    assert list(lookalikes(owned)) == [(0, "trust"), (1, "police")]


def test_a_name_below_a_look_alike_counts() -> None:
    """A subdomain does not hide the look-alike above it."""
    owned = [("police", "police.example"), ("trust", "mail.po1ice.example")]
    assert list(lookalikes(owned)) == [(1, "police")]


@pytest.mark.parametrize(
    "owned",
    [
        [("a", "police.example"), ("a", "po1ice.example")],
        [("a", "police.example"), ("b", "police.example")],
        [("a", "police.example"), ("b", "mail.police.example")],
        [("a", "health.govt.example"), ("b", "hea1th.other.example")],
    ],
)
def test_ones_own_and_shared_domains_are_no_look_alikes(owned: list[tuple[str, str]]) -> None:
    """An owner may hold both spellings, and two owners one domain."""
    assert list(lookalikes(owned)) == []


@pytest.mark.parametrize(
    "text",
    [
        "p\u043elice.example",  # Cyrillic o among Latin letters
        "xn--plice-jye.example",  # the same, already encoded
        "police.ex\u03b1mple",
    ],
)
def test_mixed_scripts_are_no_domains(text: str) -> None:
    """IDNA alone would take each of these."""
    assert canonical_domain(text)
    with pytest.raises(InvalidInput):
        checked_domain(text)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Agency.Govt.Example", "agency.govt.example"),
        ("māori-health.example", "xn--mori-health-jjb.example"),
        ("abc123.example", "abc123.example"),
    ],
)
def test_a_domain_in_one_script_is_taken(text: str, domain: str) -> None:
    """Macrons and digits are of the same script, or of none."""
    assert checked_domain(text) == domain
