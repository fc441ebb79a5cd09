"""What is personal about a request, kept encrypted: its content, its thread and its answer."""

from typing import TypeVar

from pydantic import TypeAdapter

from gateway.domain.errors import InvalidInput, Tampered
from gateway.domain.information_requests.content import RequestContent
from gateway.domain.information_requests.threads import Answer, Message
from gateway.domain.packs import RequestId
from gateway.domain.secret import Secret
from gateway.services.parts import Parts
from gateway.services.request_storage import SealedMessage
from gateway.services.storage import Work

T = TypeVar("T")

_LONGEST_BYTES = 1_000_000  # of what a request says; a little less than storage takes, encrypted

_CONTENT = TypeAdapter(RequestContent)
_ANSWER = TypeAdapter(Answer)


def seal_content(parts: Parts, request: RequestId, content: RequestContent) -> bytes:
    """`content` encrypted, bound to its request.

    Raises:
        InvalidInput: it is more than the gateway keeps of one request.
    """
    text = _text(_CONTENT, content)
    if len(text.encode()) > _LONGEST_BYTES:
        raise InvalidInput(
            f"The request says more than {_LONGEST_BYTES:,} bytes in all.",
            "Ask for fewer things at a time, and send what is long as a document.",
            field="items",
        )
    return parts.vault.seal_secret(_content_name(request), Secret(text))


async def open_content(parts: Parts, work: Work, request: RequestId) -> RequestContent:
    """What a request says.

    Raises:
        Tampered: it is gone, or not what was stored.
    """
    sealed = await work.requests.content(request)
    if sealed is None:
        raise Tampered("What the request said is gone.", "Make the request anew.")
    return opened_content(parts, request, sealed)


def opened_content(parts: Parts, request: RequestId, sealed: bytes) -> RequestContent:
    """What a request says, from its encrypted content.

    Raises:
        Tampered: it is not what was stored.
    """
    held = parts.vault.open_secret(_content_name(request), sealed)
    return _CONTENT.validate_json(held.reveal())


def seal_answer(parts: Parts, request: RequestId, answer: Answer) -> bytes:
    """`answer` encrypted, bound to its request."""
    return parts.vault.seal_secret(_answer_name(request), Secret(_text(_ANSWER, answer)))


async def open_answer(parts: Parts, work: Work, request: RequestId) -> Answer | None:
    """The answer to a request, if one was given.

    Raises:
        Tampered: it is not what was stored.
    """
    sealed = await work.requests.answer(request)
    if sealed is None:
        return None
    return _ANSWER.validate_json(parts.vault.open_secret(_answer_name(request), sealed).reveal())


def seal_message(parts: Parts, message: Message) -> SealedMessage:
    """A message with its text encrypted, bound to it."""
    sealed = parts.vault.seal_secret(_message_name(message.id), Secret(message.text))
    return SealedMessage(
        message.id,
        message.request,
        message.at,
        message.agency,
        message.author,
        message.kind,
        sealed,
    )


def open_message(parts: Parts, stored: SealedMessage) -> Message:
    """A message of a thread.

    Raises:
        Tampered: it is not what was stored.
    """
    text = parts.vault.open_secret(_message_name(stored.id), stored.sealed).reveal()
    return Message(
        stored.id, stored.request, stored.at, stored.agency, stored.author, stored.kind, text
    )


def _text(adapter: TypeAdapter[T], value: T) -> str:
    return adapter.dump_json(value).decode()


def _content_name(request: RequestId) -> str:
    return f"information request:{request}"


def _answer_name(request: RequestId) -> str:
    return f"answer to information request:{request}"


def _message_name(message: str) -> str:
    return f"message:{message}"
