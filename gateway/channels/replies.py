"""What a relay's answer means, in words of our own.

The text of an answer is never kept: a content filter may quote the mail in it, and so a password
or a name. Only its two codes are, the second only in the form that such codes have.
Source: RFC 5321 section 4.2 (reply codes); RFC 2034 section 4, RFC 3463, RFC 4954 section 6, RFC
7372 and the IANA registry of enhanced status codes.
"""

import re
from typing import Final

# no longer than RFC 3463 section 2 has it; anything else is somebody's data
_ENHANCED = re.compile(r"([245])\.([0-7])\.(0|[1-9][0-9]{0,2})(?!\S)", re.ASCII)
_MEANINGS: Final = {
    2: "The relay took it",
    4: "The relay did not take it now",
    5: "The relay refused it",
}
_DETAILS: Final = {
    (1, 1): "there is no such mailbox",
    (1, 2): "there is no such domain",
    (1, 3): "the recipient's address is malformed",
    (1, 6): "the mailbox has moved",
    (1, 7): "the sender's address is malformed",
    (1, 8): "the sender's domain is not known",
    (1, 10): "the domain takes no mail",
    (2, 1): "the mailbox is disabled",
    (2, 2): "the mailbox is full",
    (2, 3): "the mail is too big for the mailbox",
    (3, 1): "the mail system is full",
    (3, 2): "the mail system takes no mail now",
    (3, 4): "the mail is too big",
    (4, 1): "the next host does not answer",
    (4, 2): "the connection broke",
    (4, 3): "a directory is away",
    (4, 4): "there is no route to the recipient",
    (4, 5): "the mail system is busy",
    (4, 6): "the mail went in circles",
    (4, 7): "it was too long on its way",
    (5, 3): "there are too many recipients",
    (7, 8): "the user name or password is wrong",
    (7, 9): "the way of signing in is too weak",
    (7, 11): "encryption is required",
    (7, 12): "the password has to be changed",
}
_SUBJECTS: Final = {
    1: "because of an address",
    2: "because of the mailbox",
    3: "because of the mail system",
    4: "because of the network or routing",
    5: "because of the mail protocol",
    6: "because of the mail's content or format",
    7: "for reasons of security or policy",
}
_WITHOUT_ENHANCED: Final = {
    421: "the relay is closing the connection",
    530: "signing in or encryption is required",
    534: "the way of signing in is too weak",
    535: "the user name or password is wrong",
    538: "encryption is required",
    552: "the mail is too big or the mailbox is full",
}


def status_of(code: int, text: str) -> str | None:
    """The enhanced status code at the start of an answer, if it has one that fits its code."""
    found = _ENHANCED.match(text)
    return found[0] if found is not None and int(found[1]) == code // 100 else None


def in_own_words(code: int, text: str) -> str:
    """An answer's codes and what they mean, such as `550 5.1.1 The relay refused it: ...`.

    Args:
        code: the reply code, of three digits; anything else was no answer.
        text: what came after it; read for an enhanced status code at its start, and dropped.
    """
    if not 200 <= code < 600:
        return "The relay's answer was not understood."
    meaning = _MEANINGS.get(code // 100, "The relay waits for something else")
    found = _ENHANCED.match(text)
    if found is None or int(found[1]) != code // 100:
        detail = _WITHOUT_ENHANCED.get(code)
        return f"{code} {meaning}{': ' + detail if detail else ''}."
    subject, number = int(found[2]), int(found[3])
    shown = f"{code} {found[0]} {meaning}"
    if code < 400:
        return f"{shown}."
    if detail := _DETAILS.get((subject, number)):
        return f"{shown}: {detail}."
    return f"{shown} {_SUBJECTS[subject]}." if subject in _SUBJECTS else f"{shown}."
