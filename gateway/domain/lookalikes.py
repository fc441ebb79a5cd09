"""Mail domains that read like another: mixed scripts, and one skeleton for what looks alike.

The method is that of Unicode Technical Standard 39 (skeletons, section 4; single script, section
5.1), with a short table of our own in place of its data: the letters that stand in for lower-case
Latin ones in names seen in the wild. It errs towards seeing a likeness.
"""

import unicodedata
from collections.abc import Iterable, Iterator

import idna

from gateway.domain.addresses import canonical_domain
from gateway.domain.errors import InvalidInput

_LATIN_TWINS = str.maketrans(
    {
        # Cyrillic
        **dict(zip("авгеһіјкӏмопԛрсѕтԁуѵԝхьъ", "abrehijklmonqpcstdyvwxbb", strict=True)),
        # Greek
        **dict(zip("αβγεηικνορτυχωϲ", "abyenikvoptuxwc", strict=True)),
        # Armenian
        **dict(zip("աոսօհցզքյտ", "wnuohgqfjs", strict=True)),
        # Latin letters that do not decompose into a plain one and a mark
        **dict(zip("ıøđðłŋħŧɑɡꞏß", "iodolnhtag.b", strict=True)),
    }
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("i", "l"))


def checked_domain(text: str, *, field: str = "domain") -> str:
    """`text` as a canonical domain whose every label is written in one script.

    Raises:
        InvalidInput: not a domain, or mixed scripts within a word.
    """
    domain = canonical_domain(text, field=field)
    for label in _shown(domain).split("."):
        if len(_scripts(label)) > 1:
            raise InvalidInput(
                "The domain mixes letters of different scripts within a word.",
                "Type the domain by hand; never copy it from a message.",
                field=field,
            )
    return domain


def skeleton(domain: str) -> str:
    """What a canonical `domain` looks like: two domains with one skeleton read alike."""
    decomposed = unicodedata.normalize("NFKD", _shown(domain))
    plain = plain_letters("".join(c for c in decomposed if not unicodedata.combining(c)))
    for written, read in _PAIRS:
        plain = plain.replace(written, read)
    return plain


def plain_letters(text: str) -> str:
    """`text`, decomposed and in small letters, with letters that look like Latin ones as these."""
    return text.translate(_LATIN_TWINS)


def lookalikes(owned: Iterable[tuple[str, str]]) -> Iterator[tuple[int, str]]:
    """Every domain that looks like, but is not, a domain of another owner.

    Args:
        owned: pairs of owner and canonical domain.

    Yields:
        The position in `owned`, and an owner whose domain it resembles. A name below the look-alike
        counts too: `mail.po1ice.example` resembles `police.example`.
    """
    pairs = list(owned)
    known: dict[str, list[tuple[str, str]]] = {}
    for owner, domain in pairs:
        known.setdefault(skeleton(domain), []).append((owner, domain))
    for position, (owner, domain) in enumerate(pairs):
        for ending in _endings(domain):
            resembled = next(
                (
                    other
                    for other, theirs in known.get(skeleton(ending), ())
                    if other != owner and theirs != ending
                ),
                None,
            )
            if resembled is not None:
                yield position, resembled
                break


def _endings(domain: str) -> Iterator[str]:
    """`domain` and each domain above it that still has two labels."""
    yield domain
    while domain.count(".") > 1:
        domain = domain.partition(".")[2]
        yield domain


def _shown(domain: str) -> str:
    """`domain` as a person sees it, with A-labels decoded."""
    return idna.decode(domain)


def _scripts(label: str) -> set[str]:
    """The scripts of a label's letters, by the first word of each letter's Unicode name."""
    return {unicodedata.name(c, "UNKNOWN").split()[0] for c in label if c.isalpha()}
