"""What the two agencies write to each other about a request."""

import re
import unicodedata
from typing import Final

from gateway.domain.actors import Actor
from gateway.domain.errors import Forbidden, InvalidInput
from gateway.domain.information_requests.form import RequestForm
from gateway.domain.information_requests.states import AnswerKind, InformationRequest
from gateway.domain.information_requests.threads import Message, MessageKind
from gateway.domain.register import RepresentativeId
from gateway.services.parts import Parts
from gateway.services.request_content import seal_message
from gateway.services.storage import Work

_LONGEST_TEXT = 20_000  # characters of a message, or of any one field
_JOINER: Final = re.compile(r"(?<=\w)[\u200c\u200d](?=\w)")  # joins or parts two letters


async def add_message(
    parts: Parts,
    work: Work,
    actor: Actor,
    request: InformationRequest,
    kind: MessageKind,
    text: str,
) -> None:
    """Add a message by the actor to a request's thread.

    Raises:
        Forbidden: the actor is no named person. InvalidInput: the text is blank or too long.
    """
    if actor.representative is None:
        raise Forbidden("Only a named person writes to the other agency.", "Sign in as yourself.")
    message = Message(
        id=parts.identifiers.new(),
        request=request.id,
        at=parts.clock.now(),
        agency=actor.of_agency(),
        author=actor.representative,
        kind=kind,
        text=required_text(text, "text"),
    )
    await work.requests.add_message(seal_message(parts, message))


def required_text(text: str, field: str) -> str:
    """`text` without the space around it.

    Raises:
        InvalidInput: it is blank or too long, or holds what cannot be seen.
    """
    stripped = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not 0 < len(stripped) <= _LONGEST_TEXT:
        raise InvalidInput(
            f"This text is blank, or longer than {_LONGEST_TEXT:,} characters.",
            "Write it in plain words, and send what is long as a document.",
            field=field,
        )
    if any(_is_unseen(character) for character in _JOINER.sub("", stripped)):
        raise InvalidInput(
            "The text holds a control character or an invisible character.",
            "Type it by hand instead of pasting it.",
            field=field,
        )
    return stripped


def _is_unseen(character: str) -> bool:
    """Whether it is a control, invisible or unassigned character, blanks and line ends aside."""
    category = unicodedata.category(character)
    return category != "Zs" and category[0] in "CZ" and character not in "\n\t"


def named_person(actor: Actor) -> RepresentativeId:
    """The person who answers.

    Raises:
        Forbidden: the actor is no named person.
    """
    if actor.representative is None:
        raise Forbidden("Only a named person answers a request.", "Sign in as yourself.")
    return actor.representative


def require_reasons(form: RequestForm, kind: AnswerKind, ground: str, reasons: str) -> None:
    """Refuse an answer that does not say why.

    Raises:
        InvalidInput: a reason or ground is missing, or not one for this answer.
    Source: Oranga Tamariki Act 1989 s 66J asks for reasons where a s 66G request is declined; they
    are good practice for any other.
    """
    grounds = {one.code for one in form.decline_grounds}
    if kind is AnswerKind.DECLINED and ground not in grounds:
        raise InvalidInput(
            "The ground for declining is not one the form has.",
            f"Use one of: {', '.join(sorted(grounds))}.",
            field="ground",
        )
    if kind is not AnswerKind.DECLINED and ground:
        raise InvalidInput("Only a decline has a ground.", "Leave the ground out.", field="ground")
    if kind in {AnswerKind.DECLINED, AnswerKind.PARTLY}:
        required_text(reasons, "reasons")
