"""Answering a request step by step; each step is saved, and nothing is sent before the last."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web

from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.information_requests.content import ConsultationRecord
from gateway.domain.information_requests.states import Answered, AnswerKind
from gateway.services import answer_steps
from gateway.services.answer_drafts import AnswerDraft
from gateway.services.answer_steps import Answering, Step, look_at_answer
from gateway.services.request_answers import DisclosureTerms
from gateway.services.seen_digests import of_answer
from gateway.web.bodies import validated
from gateway.web.calls import Call
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.requests.faults import USER_FAULTS
from gateway.web.pages.shell import go, page
from gateway.web.request_models import AnswerBody, DisclosureBody

_LATER = "later"  # the button that saves and leaves
_CONSULTED = {"yes": True, "no": False}
_KINDS = {kind.value: kind for kind in AnswerKind}


async def show_kind(call: Call) -> web.Response:
    """The first step: what kind of answer."""
    return _step_page(call, await _answering(call), Step.KIND)


async def save_kind(call: Call) -> web.Response:
    """On to what that kind of answer asks for."""
    kind = _KINDS.get(call.form.text("kind"))
    if kind is None:
        error = InvalidInput(
            "No kind of answer is chosen.", "Choose what you want to answer.", field="kind"
        )
        return await _again(call, Step.KIND, error)
    await answer_steps.choose_kind(call.parts, call.actor, call.information_request, kind)
    return await _on(call, Step.KIND)


async def show_statement(call: Call) -> web.Response:
    """What is said with the documents: belief, consultation, limitations."""
    return _step_page(call, await _answering(call), Step.STATEMENT)


async def save_statement(call: Call) -> web.Response:
    """On to the documents, with their pack begun."""
    answering = await _answering(call)
    draft = _typed(call, answering.draft)
    try:
        later = call.form.text("do") == _LATER
        terms = _disclosure(draft)
        if not later:
            _require_statement(answering, draft)
        await answer_steps.state_disclosure(call.parts, call.actor, call.information_request, terms)
    except USER_FAULTS as error:
        return await _again(call, Step.STATEMENT, error, draft)
    return await _on(call, Step.STATEMENT)


async def show_reasons(call: Call) -> web.Response:
    """Why it is declined, disclosed in part or not held, and whom to ask instead."""
    return _step_page(call, await _answering(call), Step.REASONS)


async def save_reasons(call: Call) -> web.Response:
    """On to the last step."""
    answering = await _answering(call)
    draft = _typed(call, answering.draft)
    try:
        later = call.form.text("do") == _LATER
        texts = {"ground": draft.ground, "reasons": draft.reasons, "onward": draft.onward}
        if draft.kind is not None:
            said = {name: text for name, text in texts.items() if text}
            validated({"kind": draft.kind.value, **said}, AnswerBody)
        if not later:
            _require_reasons(draft)
        await answer_steps.give_reasons(
            call.parts, call.actor, call.information_request, *texts.values()
        )
    except USER_FAULTS as error:
        return await _again(call, Step.REASONS, error, draft)
    return await _on(call, Step.REASONS)


async def show_last(call: Call) -> web.Response:
    """In words, what is about to be sent."""
    return await _last_page(call)


async def send(call: Call) -> web.Response:
    """Send the answer; a digest of what was shown keeps anything else from being sent."""
    try:
        seen = call.form.text("seen")
        done = await answer_steps.send_answer(
            call.parts, call.actor, call.information_request, seen
        )
    except USER_FAULTS as error:
        status, errors = await refused(call, error, lambda _: "")
        return await _last_page(call, status=status, errors=errors)
    disclosed = isinstance(done.progress, Answered) and done.progress.pack is not None
    if call.actor.request is not None and not disclosed:  # then the link has ended
        return page(call.request, "requests/answered.html")
    return go(f"/received/{call.information_request}", said="answered")


async def _answering(call: Call) -> Answering:
    return await look_at_answer(call.parts, call.actor, call.information_request)


async def _on(call: Call, done: Step) -> web.Response:
    """To the step that follows, or back to the request for who wants to go on later."""
    if call.form.text("do") == _LATER:
        return go(f"/received/{call.information_request}", said="saved")
    answering = await _answering(call)
    return go(address_of(call, answering.next_after(done)))


def address_of(call: Call, step: Step) -> str:
    """Where a step stands."""
    start = f"/received/{call.information_request}/answer"
    return start if step is Step.KIND else f"{start}/{step.value}"


async def _again(
    call: Call, step: Step, error: Any, draft: AnswerDraft | None = None
) -> web.Response:
    status, errors = await refused(call, error)
    answering = await _answering(call)
    if draft is not None:
        answering = replace(answering, draft=draft)
    return _step_page(call, answering, step, status=status, errors=errors)


async def _last_page(
    call: Call, *, status: int = 200, errors: Sequence[Problem] = ()
) -> web.Response:
    answering = await _answering(call)
    decisions = None
    if answering.draft.kind is not None and answering.draft.kind.has_documents:
        decisions = await answer_steps.check_documents(call.parts, call.actor, answering)
    draft, documents = answering.draft, answering.documents
    digest = of_answer(draft, documents, answering.setting.requester)
    words = {"errors": errors, "decisions": decisions, "digest": digest}
    return _step_page(call, answering, Step.SEND, status=status, **words)


def step_words(call: Call, answering: Answering, step: Step) -> dict[str, Any]:
    """What the page of every step shows."""
    return {
        "answering": answering,
        "draft": answering.draft,
        "setting": answering.setting,
        "asked": answering.request,
        "step": step.value,
        "steps": [(each.value, address_of(call, each)) for each in answering.steps],
        "place": f"/received/{answering.request.id}",
        "marking": answering.request.marking.value,
    }


def _step_page(
    call: Call, answering: Answering, step: Step, *, status: int = HTTPStatus.OK, **words: Any
) -> web.Response:
    if step not in answering.steps:
        return go(address_of(call, Step.KIND))
    shown = {"errors": (), **step_words(call, answering, step), **words}
    return page(call.request, f"requests/answer_{step.value}.html", status=status, **shown)


def _typed(call: Call, draft: AnswerDraft) -> AnswerDraft:
    """The draft with what this form sent."""
    form = call.form
    return replace(
        draft,
        belief=form.text("belief"),
        consultation=ConsultationRecord(
            _CONSULTED.get(form.text("consulted")), form.text("whom"), form.text("account")
        ),
        limitations=form.text("limitations"),
        ground=form.text("ground"),
        reasons=form.text("reasons"),
        onward=form.text("onward"),
    )


def _disclosure(draft: AnswerDraft) -> DisclosureTerms:
    """What goes with the documents, in the one form that is taken.

    Raises:
        InvalidInput: a text is too long, or holds what cannot be printed.
    """
    stated = draft.consultation
    consultation = {
        "consulted": stated.consulted,
        "whom": stated.whom,
        "account": stated.account,
    }
    body = {
        "belief": draft.belief,
        "limitations": draft.limitations,
        "consultation": {name: text for name, text in consultation.items() if text != ""},
    }
    said = {name: text for name, text in body.items() if text != ""}
    return validated(said, DisclosureBody).to_terms()


def _require_statement(answering: Answering, draft: AnswerDraft) -> None:
    """Hold that what the legal authority asks for is there, before documents are added."""
    authority, faults = answering.setting.authority, []
    if authority.needs_statement and not draft.belief:
        faults.append(
            Problem("belief", "The statement of belief is blank.", "Say why it will assist.")
        )
    stated = draft.consultation
    if authority.needs_consultation and stated.consulted is None:
        faults.append(
            Problem("consulted", "It is not said whether they were consulted.", "Choose one.")
        )
    if stated.consulted is not None and not stated.account:
        faults.append(
            Problem(
                "account",
                "The account of the consultation is blank.",
                "Give their views, or why they were not consulted.",
            )
        )
    if faults:
        raise InvalidInput("Something is missing.", "Fill it in.", problems=tuple(faults))


def _require_reasons(draft: AnswerDraft) -> None:
    faults = []
    if draft.kind is AnswerKind.DECLINED and not draft.ground:
        faults.append(Problem("ground", "No ground is chosen.", "Choose the one that fits best."))
    if draft.kind in {AnswerKind.DECLINED, AnswerKind.PARTLY} and not draft.reasons:
        faults.append(Problem("reasons", "No reasons are given.", "Say why, in a sentence or two."))
    if faults:
        raise InvalidInput("Something is missing.", "Fill it in.", problems=tuple(faults))
