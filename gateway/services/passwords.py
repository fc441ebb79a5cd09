"""Passwords: what may be one, and how it is kept (NIST SP 800-63B, RFC 9106)."""

import asyncio
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id

from gateway.domain.errors import InvalidInput
from gateway.domain.secret import Secret

SHORTEST, LONGEST = 12, 256  # characters
OPERATIONS, MEMORY_BYTES = 3, 64 * 1024 * 1024  # RFC 9106 section 4, the second recommendation
_PARAMETERS: Final = f"$argon2id$v=19$m={MEMORY_BYTES // 1024},t={OPERATIONS},p=1$"
# Of no password: what is hashed against when there is none, so that it takes as long.
_NOBODY: Final = f"{_PARAMETERS}Z2F0ZXdheS1ub2JvZHktMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
# Each takes 64 MiB while it works: few at a time, whoever asks.
_HASHERS = ThreadPoolExecutor(2, thread_name_prefix="password")

_SHORTEST_WORD = 5  # letters of a name that a password may not hold
_FEWEST_KINDS = 5  # different characters
_PLAIN: Final = str.maketrans("0134578@$!", "oieastbasi")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_COMMON_WORDS: Final = """
    password passwort passw pass passphrase passcode secret letmein welcome kia ora aotearoa
    newzealand zealand wellington auckland christchurch hamilton tauranga dunedin allblacks kiwi
    gateway information sharing admin administrator root user login signin changeme default temp
    temporary test testing guest master computer internet iloveyou loveyou love princess dragon
    monkey sunshine shadow football baseball superman batman trustno starwars pokemon michael
    jordan charlie jennifer ashley daniel summer autumn winter spring monday tuesday wednesday
    thursday friday saturday sunday january february march april may june july august september
    october november december is my the a i you abc abcd xyz hello goodbye correct horse battery
    staple police health oranga tamariki child children whanau ministry government agency
"""
_COMMON: Final = frozenset(_COMMON_WORDS.split())
_ROWS: Final = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qwertzuiop",
    "abcdefghijklmnopqrstuvwxyz",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "12345678901234567890",
)
_SHORTEST_RUN = 3


async def hashed(password: Secret) -> str:
    """What is kept of a password: Argon2id, with its parameters and salt in the text."""
    given = _bytes(password)
    loop = asyncio.get_running_loop()
    made = await loop.run_in_executor(_HASHERS, argon2id.str, given, OPERATIONS, MEMORY_BYTES)
    return made.decode("ascii")


async def is_right(password: Secret, held: str | None) -> bool:
    """Whether the password is the one `held` was made of; takes as long where there is none."""
    given, against = _bytes(password), (held or _NOBODY).encode("ascii")
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_HASHERS, _verify, against, given)
    return right and held is not None


def is_outdated(held: str) -> bool:
    """Whether it was made with other parameters than those in use now."""
    return not held.startswith(_PARAMETERS)


def require_good(password: Secret, context: tuple[str, ...], field: str = "password") -> None:
    """Hold that a text may be a password of someone whom `context` tells of: login, names.

    Raises:
        InvalidInput: it is too short, too long, commonly used, or holds what others know.
    """
    text = unicodedata.normalize("NFKC", password.reveal())
    if len(text) < SHORTEST:
        raise InvalidInput(
            f"The password is shorter than {SHORTEST} characters.",
            "Use a longer one: a few words that do not belong together are good.",
            field=field,
        )
    if len(text) > LONGEST:
        raise InvalidInput(
            f"The password is longer than {LONGEST} characters.", "Use a shorter one.", field=field
        )
    if _holds(text, context):
        raise InvalidInput(
            "The password holds your login, your name or your agency's.",
            "Use words that have nothing to do with you.",
            field=field,
        )
    if is_common(text):
        raise InvalidInput(
            "This is a password that many people use, or is easy to guess.",
            "Use a few words that do not belong together.",
            field=field,
        )


def is_common(text: str) -> bool:
    """Whether a password is one of those that guessers try first.

    That is, whether little is left of it beside common words, runs along the keyboard or the
    alphabet, repetitions and the digits and signs people put around them.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    if len(set(folded)) < _FEWEST_KINDS or _repeats(folded):
        return True
    bare = _without_runs(folded)
    return any(
        _is_common_word(each)
        for each in (folded, bare, bare.translate(_PLAIN), folded.translate(_PLAIN))
    )


def _is_common_word(text: str) -> bool:
    letters = _NOT_LETTERS.sub(" ", text).split()
    joined = "".join(letters)
    if not any(character.isalpha() for character in _without_ascii(text)) and len(joined) < 3:
        return True
    return bool(joined) and _made_of(joined, _COMMON)


def _without_ascii(text: str) -> str:
    return "".join(character for character in text if not character.isascii())


def _made_of(text: str, words: frozenset[str]) -> bool:
    """Whether `text` is nothing but these words, one after another."""
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in words for start in reached):
            reached.add(end)
    return len(text) in reached


def _without_runs(text: str) -> str:
    """The text without runs along the keyboard or alphabet, forwards or backwards."""
    kept, at = [], 0
    while at < len(text):
        length = max((_run(text[at:], row) for row in _ROWS), default=0)
        if length < _SHORTEST_RUN:
            kept.append(text[at])
            length = 1
        at += length
    return "".join(kept)


def _run(text: str, row: str) -> int:
    """How much of the beginning of `text` stands so in `row`, read either way."""
    longest = 0
    for line in (row, row[::-1]):
        length = 0
        while length < len(text) and text[: length + 1] in line:
            length += 1
        longest = max(longest, length)
    return longest


def _repeats(text: str) -> bool:
    """Whether the text is one short piece again and again, the last time perhaps in part."""
    return any(
        all(text[place] == text[place % size] for place in range(len(text)))
        for size in range(1, min(len(text) // 2, 6) + 1)
    )


def _holds(text: str, context: tuple[str, ...]) -> bool:
    folded = text.casefold()
    for told in context:
        words = unicodedata.normalize("NFKC", told).casefold()
        pieces = {words, *re.split(r"[^\w]+", words)}
        if any(len(piece) >= _SHORTEST_WORD and piece in folded for piece in pieces):
            return True
    return False


def _bytes(password: Secret) -> bytes:
    """The password's bytes, the same however the device composed its characters."""
    return unicodedata.normalize("NFKC", password.reveal()).encode("utf-8", "surrogatepass")


def _verify(held: bytes, given: bytes) -> bool:
    try:
        return bool(argon2id.verify(held, given))
    except InvalidkeyError:
        return False
