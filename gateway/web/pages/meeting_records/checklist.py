"""The checklist before sharing, as a guided page, and a checklist that came to its end."""

from typing import Final

from aiohttp import web

from gateway.domain.classification import Classification
from gateway.domain.errors import Problem
from gateway.domain.meeting_records import ChecklistAnswers, ChecklistId, Telling
from gateway.domain.packs import ConditionStatement, Consultation
from gateway.domain.register import RepresentativeId
from gateway.services import sharing_checklists
from gateway.services.sharing_checklists import Sheet
from gateway.web.calls import Call
from gateway.web.form import Form
from gateway.web.pages.meeting_records.record import MARKING, limited
from gateway.web.pages.packs.faults import refused
from gateway.web.pages.register.typed import FAULTS
from gateway.web.pages.shell import go, page

_YES_NO: Final = {"yes": True, "no": False}
_LEVELS: Final = tuple((each.value, each.value) for each in Classification)
_TELLING: Final = tuple((each.value, each.value) for each in Telling)


async def show_form(call: Call) -> web.Response:
    """The questions."""
    sheet = await sharing_checklists.open_sheet(call.parts, call.actor, call.meeting)
    return _form(call, sheet, Form({}))


async def end(call: Call) -> web.Response:
    """On to the pack, or to the checklist on record; or the questions again."""
    sheet = await sharing_checklists.open_sheet(call.parts, call.actor, call.meeting)
    close = (
        sharing_checklists.end_sharing
        if call.form.text("then") == "share"
        else sharing_checklists.end_not_sharing
    )
    try:
        answers = _answers(call.form, sheet)
        ended = await close(call.parts, call.actor, call.meeting, answers)
    except FAULTS as error:
        status, errors = await refused(call, error, _place)
        return _form(call, sheet, call.form, status, errors)
    if ended.pack is not None:
        return go(f"/packs/{ended.pack}", said="created")
    return go(f"/checklists/{ended.id}", said="saved")


async def show(call: Call) -> web.Response:
    """A checklist with its answers."""
    identifier = ChecklistId(call.path["checklist"])
    found = await sharing_checklists.look_at_checklist(call.parts, call.actor, identifier)
    return page(
        call.request, "meeting_records/checklist_ended.html", found=found,
        answers=found.answers, marking=MARKING,
    )  # fmt: skip


def _answers(form: Form, sheet: Sheet) -> ChecklistAnswers:
    """What the form says; what is no answer is none.

    Raises:
        InvalidInput: a text is too long.
    """
    purpose, _, authority = form.text("basis").partition("/")
    texts = {
        name: limited(form.text(name), name)
        for name in ("ground", "belief", "instrument", "telling_why", "reason")
    }
    telling, level = form.text("telling"), form.text("classification")
    terms = sheet.reached.protocol.terms
    conditions = [each.code for each in (terms.conditions if terms else ())]
    return ChecklistAnswers(
        relevant=_YES_NO.get(form.text("relevant")),
        purpose=purpose,
        authority=authority,
        recipients=tuple(
            RepresentativeId(each) for each in dict.fromkeys(form.texts("recipients")) if each
        ),
        telling=Telling(telling) if telling in set(Telling) else None,
        consultations=_consultations(form, sheet),
        accurate=_YES_NO.get(form.text("accurate")),
        least=_YES_NO.get(form.text("least")),
        conflict=_YES_NO.get(form.text("conflict")),
        classification=Classification(level) if level in set(Classification) else None,
        conditions=tuple(
            ConditionStatement(code, account)
            for code in conditions
            if (account := limited(form.text(f"condition-{code}"), f"condition-{code}"))
        ),
        **texts,
    )


def _consultations(form: Form, sheet: Sheet) -> tuple[Consultation, ...]:
    found = []
    for child in (each.reference for each in sheet.reached.meeting.children):
        field = f"account-{child}"
        account = limited(form.text(field), field)
        said = _YES_NO.get(form.text(f"consulted-{child}"))
        if account and said is not None:
            found.append(Consultation(child, said, account))
    return tuple(found)


def _place(field: str) -> str:
    """The field of the page; of the pack's own faults, the nearest one."""
    if field.startswith("statements"):
        return "belief"
    return {"marking": "classification", "contact": "basis", "authority": "basis"}.get(field, field)


def _form(
    call: Call, sheet: Sheet, form: Form, status: int = 200, errors: tuple[Problem, ...] = ()
) -> web.Response:
    protocol = sheet.reached.protocol
    bases = [
        (f"{purpose.code}/{code}", f"{purpose.description} ({sheet.authorities[code].name})")
        for purpose in protocol.purposes
        for code in purpose.authorities
        if code in sheet.authorities
    ]
    grounds = {
        ground.code: f"{ground.code}: {ground.text}"
        for authority in sheet.authorities.values()
        for ground in authority.grounds
    }
    terms = protocol.terms
    return page(
        call.request, "meeting_records/checklist.html", status=status, sheet=sheet, form=form,
        errors=errors, bases=bases, grounds=tuple(grounds.items()), levels=_LEVELS,
        telling=_TELLING, marking=MARKING,
        conditions=[each for each in (terms.conditions if terms else ()) if each.needs_statement],
    )  # fmt: skip
