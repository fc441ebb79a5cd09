"""What was found in a document of an answer: the pages of packs, at an answer's addresses."""

from aiohttp import web

from gateway.services import answer_steps
from gateway.services.answer_steps import Step
from gateway.web.calls import Call
from gateway.web.pages.packs.found import Place, clean_at, show_at, stamp_at
from gateway.web.pages.requests.answering import address_of


async def show_found(call: Call) -> web.Response:
    """What was found in a document of the answer."""
    return await show_at(call, await _place(call))


async def clean_document(call: Call) -> web.Response:
    """The question whether to take something out; or on to what is found after that."""
    return await clean_at(call, await _place(call))


async def stamp_document(call: Call) -> web.Response:
    """On to what is found in the document once it is stamped."""
    return await stamp_at(call, await _place(call))


async def _place(call: Call) -> Place:
    pack = await answer_steps.pack_of_answer(call.parts, call.actor, call.information_request)
    back = address_of(call, Step.DOCUMENTS)
    return Place(pack, f"{back}/{call.document}", back)
