"""Handlers for requests for information: the asking side, the answering side, and links."""

from gateway.domain.information_requests.reporting import Quarter
from gateway.domain.packs import PackId
from gateway.services import (
    answer_links,
    information_requests,
    request_answers,
    request_facts,
    request_reports,
    request_sending,
)
from gateway.web.answers.packs import PackShown
from gateway.web.answers.requests import (
    AgencyTimesShown,
    CodeSentShown,
    FormShown,
    LinkShown,
    RequestCheckShown,
    RequestPage,
    RequestShown,
    RequestSummary,
    ResponseTimesShown,
    SessionShown,
)
from gateway.web.calls import Answer, Call
from gateway.web.paging import next_after
from gateway.web.request_models import (
    AnswerBody,
    CodeBody,
    DisclosureBody,
    ForwardingBody,
    QuarterQuery,
    ReaddressingBody,
    RequestBody,
    RequestQuery,
    TextBody,
    WithdrawalBody,
)


async def show_form(call: Call) -> Answer:
    """The form of a request under a legal authority."""
    return Answer(FormShown.of(request_facts.form_of(call.parts, call.path["authority"])))


async def create_request(call: Call) -> Answer:
    """A new draft."""
    terms = call.body_as(RequestBody).to_terms(call.actor.representative)
    made = await information_requests.create_request(call.parts, call.actor, terms)
    return Answer(RequestSummary.of(made), {"Location": f"/api/v1/requests/{made.id}"})


async def edit_request(call: Call) -> Answer:
    """The draft as it is now."""
    terms = call.body_as(RequestBody).to_terms(call.actor.representative)
    changed = await information_requests.edit_request(
        call.parts, call.actor, call.information_request, terms
    )
    return Answer(RequestSummary.of(changed))


async def list_requests(call: Call) -> Answer:
    """A page of what the agency asks."""
    query = call.query_as(RequestQuery)
    page, wanted = query.page(), query.wanted(call.parts.today())
    found = await information_requests.list_asked(call.parts, call.actor, page, wanted)
    items = tuple(RequestSummary.of(request) for request in found)
    return Answer(RequestPage(items=items, next=next_after([r.id for r in found], page)))


async def get_request(call: Call) -> Answer:
    """A request of the agency."""
    view = await information_requests.get_asked(call.parts, call.actor, call.information_request)
    return Answer(RequestShown.seen(view))


async def check_request(call: Call) -> Answer:
    """Whether it could go out now."""
    found = await information_requests.check_request(
        call.parts, call.actor, call.information_request
    )
    return Answer(RequestCheckShown.of(found))


async def approve_request(call: Call) -> Answer:
    """The request, approved."""
    done = await information_requests.approve_request(
        call.parts, call.actor, call.information_request
    )
    return Answer(RequestSummary.of(done))


async def send_request(call: Call) -> Answer:
    """The request, on its way; the same one when this is repeated with its key."""
    sent = await request_sending.send_request(
        call.parts, call.actor, call.information_request, call.key
    )
    return Answer(RequestSummary.of(sent))


async def give_clarification(call: Call) -> Answer:
    """The request, after the reply."""
    text = call.body_as(TextBody).text
    done = await request_answers.give_clarification(
        call.parts, call.actor, call.information_request, text
    )
    return Answer(RequestSummary.of(done))


async def withdraw_request(call: Call) -> Answer:
    """The request, taken back."""
    reason = call.body_as(WithdrawalBody).reason or ""
    done = await information_requests.withdraw_request(
        call.parts, call.actor, call.information_request, reason
    )
    return Answer(RequestSummary.of(done))


async def readdress_request(call: Call) -> Answer:
    """The request, on its way to another holder of the same agency."""
    holder = call.body_as(ReaddressingBody).holder
    done = await request_sending.readdress_request(
        call.parts, call.actor, call.information_request, holder
    )
    return Answer(RequestSummary.of(done))


async def renew_link(call: Call) -> Answer:
    """Nothing: a fresh link is on its way to the holder."""
    await answer_links.renew_link(call.parts, call.actor, call.information_request)
    return Answer()


async def list_received(call: Call) -> Answer:
    """A page of what the agency is asked."""
    query = call.query_as(RequestQuery)
    page, wanted = query.page(), query.wanted(call.parts.today())
    found = await information_requests.list_received(call.parts, call.actor, page, wanted)
    items = tuple(RequestSummary.of(request) for request in found)
    return Answer(RequestPage(items=items, next=next_after([r.id for r in found], page)))


async def get_received(call: Call) -> Answer:
    """A request to the agency."""
    view = await information_requests.get_received(call.parts, call.actor, call.information_request)
    return Answer(RequestShown.seen(view))


async def acknowledge_request(call: Call) -> Answer:
    """The request, acknowledged."""
    done = await request_answers.acknowledge_request(
        call.parts, call.actor, call.information_request
    )
    return Answer(RequestSummary.of(done))


async def ask_clarification(call: Call) -> Answer:
    """The request, with a question asked."""
    text = call.body_as(TextBody).text
    done = await request_answers.ask_clarification(
        call.parts, call.actor, call.information_request, text
    )
    return Answer(RequestSummary.of(done))


async def forward_request(call: Call) -> Answer:
    """The request, on its way to a colleague."""
    body = call.body_as(ForwardingBody)
    done = await request_sending.forward_request(
        call.parts, call.actor, call.information_request, body.holder, body.note or ""
    )
    return Answer(RequestSummary.of(done))


async def start_disclosure(call: Call) -> Answer:
    """A new pack for what is to be disclosed."""
    pack = await request_answers.start_disclosure(
        call.parts, call.actor, call.information_request, call.body_as(DisclosureBody).to_terms()
    )
    return Answer(PackShown.of(pack, ()), {"Location": f"/api/v1/packs/{pack.id}"})


async def give_answer(call: Call) -> Answer:
    """The request, answered."""
    body = call.body_as(AnswerBody)
    terms = request_answers.AnswerTerms(
        kind=body.kind,
        pack=PackId(body.pack) if body.pack is not None else None,
        ground=body.ground or "",
        reasons=body.reasons or "",
        onward=body.onward or "",
    )
    done = await request_answers.give_answer(
        call.parts, call.actor, call.information_request, terms
    )
    return Answer(RequestSummary.of(done))


async def show_response_times(call: Call) -> Answer:
    """How quickly agencies answered in a quarter."""
    quarter = Quarter.parse(call.query_as(QuarterQuery).quarter)
    found = await request_reports.response_times_of(call.parts, call.actor, quarter)
    agencies = tuple(AgencyTimesShown.model_validate(times) for times in found)
    return Answer(ResponseTimesShown(quarter=str(quarter), agencies=agencies))


async def look_at_link(call: Call) -> Answer:
    """What a one-time link leads to."""
    return Answer(LinkShown.of(await answer_links.look_at_link(call.parts, call.path["token"])))


async def send_code(call: Call) -> Answer:
    """That a code is on its way to the holder's mobile."""
    await answer_links.send_code(call.parts, call.actor, call.path["token"])
    return Answer(CodeSentShown(sent=True))


async def open_link(call: Call) -> Answer:
    """The bearer token the code is exchanged for, once."""
    opened = await answer_links.open_link(
        call.parts, call.actor, call.path["token"], call.body_as(CodeBody).code
    )
    shown = SessionShown(
        token=opened.session.reveal(), expires_at=opened.expires_at, request=opened.request
    )
    return Answer(shown)
