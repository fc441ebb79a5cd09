"""What must hold within one thing of the register, whichever way it is entered.

The field of each problem is the thing's own.
"""

from collections.abc import Iterator

from gateway.domain.addresses import same_mailbox
from gateway.domain.errors import Problem
from gateway.domain.register import Protocol, Representative


def protocol_faults(protocol: Protocol) -> Iterator[Problem]:
    """What does not fit together in a protocol version."""
    if protocol.review_due < protocol.in_force_from:
        yield Problem(
            "review_due",
            "The review is due before the version comes into force.",
            "Mend one of the two dates.",
        )


def representative_faults(person: Representative) -> Iterator[Problem]:
    """What does not fit together in a representative."""
    if person.active_until is not None and person.active_until < person.active_from:
        yield Problem(
            "active_until", "The last day is before the first.", "Mend one of the two dates."
        )
    if person.other_email is not None and same_mailbox(person.email, person.other_email):
        yield Problem(
            "other_email",
            "This is the mailbox that receives the packs.",
            "Give another mailbox for passwords, or leave it out.",
        )
