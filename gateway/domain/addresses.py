"""Mail addresses and telephone numbers in one canonical form.

Comparison and sending use the very same string, so that what was checked is what is used.
"""

import re

import idna

from gateway.domain.errors import InvalidInput

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LOCAL_LIMIT = 64  # octets, RFC 5321 section 4.5.3.1.1
_DOMAIN_LIMIT = 253  # octets in presentation form, RFC 1035
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")  # ITU-T E.164: at most 15 digits


def canonical_domain(text: str, *, field: str = "domain") -> str:
    """`text` as a lower-case domain in A-label form (IDNA 2008, strict: no mapping of look-alikes).

    Raises:
        InvalidInput: not a domain with at least two labels, or one that IDNA 2008 does not allow.
    """
    remedy = "Give a domain such as 'agency.govt.nz', typed by hand, without a trailing dot."
    try:
        domain = idna.encode(text.lower() if text.isascii() else text, strict=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidInput("The domain is not valid.", remedy, field=field) from error
    top = domain.rpartition(".")[2]
    if top.isdigit():
        raise InvalidInput(
            "The domain ends in a number.",
            "Give the agency's domain name, not the address of a machine.",
            field=field,
        )
    if top in {"", domain} or len(domain) > _DOMAIN_LIMIT:
        raise InvalidInput("The domain is not complete.", remedy, field=field)
    return domain


def canonical_address(text: str, *, field: str = "email") -> str:
    """`text` as `local@domain` with the domain canonical; the local part is kept as written.

    Only the plain form of RFC 5321 is taken: no display name, comment, quoted or encoded word.

    Raises:
        InvalidInput: anything else.
    """
    local, at, domain = text.rpartition("@")
    # "=?" begins an encoded word (RFC 2047), which some programs would decode in a header
    if not at or len(local) > _LOCAL_LIMIT or "=?" in local or not _LOCAL.fullmatch(local):
        raise InvalidInput(
            "The mail address is not of the form name@domain.",
            "Give the bare address, for example 'name@agency.govt.nz'.",
            field=field,
        )
    return f"{local}@{canonical_domain(domain, field=field)}"


def domain_of(address: str) -> str:
    """The domain of a canonical address."""
    return address.rpartition("@")[2]


def same_mailbox(one: str, other: str) -> bool:
    """Whether two canonical addresses most likely lead to one mailbox.

    Case and anything after `+` in the local part are ignored: both commonly reach the same person's
    mailbox, and treating them as one is the side on which a mistake harms nobody.
    """

    def mailbox(address: str) -> tuple[str, str]:
        local, _, domain = address.rpartition("@")
        return local.partition("+")[0].lower(), domain

    return mailbox(one) == mailbox(other)


def e164_number(text: str, *, field: str = "mobile") -> str:
    """`text` if it is a telephone number in E.164 form (`+` and digits).

    Raises:
        InvalidInput: it is not.
    """
    if not _E164.fullmatch(text):
        raise InvalidInput(
            "The telephone number is not in international (E.164) form.",
            "Write it with + and country code and without spaces, for example '+64211234567'.",
            field=field,
        )
    return text


def masked(address: str) -> str:
    """`address` (mail or telephone) with all but its last three characters hidden."""
    return "…" + address[-3:]
