"""The history of transfers, and one transfer with what can still be done about it."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import BeforeValidator, Field

from gateway.domain.actors import Role
from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, GatewayError, InvalidInput
from gateway.domain.packs import PackId
from gateway.domain.transfers import State
from gateway.services import telephone, transfers
from gateway.services.transfer_views import TransferStory, list_views, look_at_transfer
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.fields import Identifier, StateName
from gateway.web.models import Acknowledgement, PageQuery
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.shell import go, page
from gateway.web.paging import next_after


def _unless_blank(value: object) -> object:
    return None if value == "" else value


class HistoryQuery(PageQuery):
    """Which transfers to show; a field of the form left blank is none."""

    pack: Annotated[Identifier | None, BeforeValidator(_unless_blank)] = Field(
        default=None, description="Only those of this pack."
    )
    state: Annotated[StateName | None, BeforeValidator(_unless_blank)] = Field(
        default=None, description="Only those in this state."
    )

    @property
    def in_pack(self) -> PackId | None:
        """The pack, as the use cases take it."""
        return None if self.pack is None else PackId(self.pack)


async def show_transfers(call: Call) -> web.Response:
    """A page of the agency's transfers, newest first."""
    asked = call.query_as(HistoryQuery)
    found = await list_views(
        call.parts, call.actor, asked.page(), pack=asked.in_pack, state=asked.state
    )
    return page(
        call.request,
        "packs/transfers.html",
        transfers=found,
        states=[(state.value, state.value) for state in State],
        asked=asked,
        following=next_after([view.transfer.id for view in found], asked.page()),
        marking=Classification.IN_CONFIDENCE.value,
    )


async def show_transfer(call: Call) -> web.Response:
    """A transfer."""
    return _transfer_page(call, await look_at_transfer(call.parts, call.actor, call.transfer))


async def recall(call: Call) -> web.Response:
    """On to the transfer, recalled; or its page, when it was too late."""
    try:
        await transfers.recall_transfer(call.parts, call.actor, call.transfer)
    except Conflict as error:
        return await _again(call, error)
    return go(f"/transfers/{call.transfer}", said="recalled")


async def show_password(call: Call) -> web.Response:
    """The password, this once, on the answer to the form itself: no address leads to it."""
    try:
        spoken = await telephone.read_password(call.parts, call.actor, call.transfer)
    except Conflict as error:
        return await _again(call, error)
    story = await look_at_transfer(call.parts, call.actor, spoken.transfer.id)
    made = page(
        call.request,
        "packs/password.html",
        story=story,
        view=story.view,
        password=spoken.password.reveal(),
        pick_up_code=spoken.pick_up_code.reveal() if spoken.pick_up_code else None,
        marking=story.marking,
    )
    made.headers["Cache-Control"] = "no-store"
    return made


async def acknowledge(call: Call) -> web.Response:
    """On to the transfer, acknowledged by the code a recipient told; or its page again."""
    story = await look_at_transfer(call.parts, call.actor, call.transfer)
    reference = story.view.transfer.reference
    try:
        given = {"reference": reference, "code": call.form.text("code")}
        code = validated(given, Acknowledgement).code
        await transfers.acknowledge_by_code(call.parts, call.actor, reference, code)
    except (InvalidInput, Conflict) as error:
        return await _again(call, error)
    return go(f"/transfers/{call.transfer}", said="acknowledged")


async def _again(call: Call, error: GatewayError) -> web.Response:
    status, errors = await refused(call, error)
    story = await look_at_transfer(call.parts, call.actor, call.transfer)
    return _transfer_page(call, story, status=status, errors=errors)


def _transfer_page(call: Call, story: TransferStory, **more: Any) -> web.Response:
    words = {"status": 200, "errors": (), **more}
    view = story.view
    return page(
        call.request,
        "packs/transfer.html",
        story=story,
        view=view,
        transfer=view.transfer,
        linked=call.actor.role is Role.COORDINATOR and not story.is_answer,
        code=call.form.text("code")[:64],
        marking=story.marking,
        **words,
    )
