"""What `gateway request` prints of requests, forms and response times, each with its label."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway.cli.run import err, out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from gateway.domain.information_requests.content import RequestContent
    from gateway.domain.information_requests.form import RequestForm
    from gateway.domain.information_requests.reporting import AgencyTimes
    from gateway.domain.information_requests.states import InformationRequest
    from gateway.domain.information_requests.threads import Answer
    from gateway.services.information_requests import RequestCheck, RequestView

_Pairs = Iterator[tuple[str, str]]


def print_check(
    found: "RequestCheck", form: "RequestForm | None" = None, *, to_stderr: bool = False
) -> None:
    """Whether a request could be sent, and what stands against it."""
    console = err if to_stderr else out
    if found.decision.allowed:
        console.print("It can be sent.")
    for finding in found.decision.findings:
        console.print(f"- {finding.rule}: {finding.message}", markup=False)
        console.print(f"  {finding.remedy} ({finding.source})", markup=False)
    fields = {field.name: field for field in form.fields} if form else {}
    for name in found.missing:
        field = fields.get(name)
        hint = f" ({field.label}). {field.hint}" if field else ""
        console.print(f"  Blank: {name}{hint}", markup=False)
    for fault in found.faults:
        console.print(f"  {fault.field}: {fault.message} {fault.remedy}", markup=False)
    for item in found.too_broad:
        console.print(f"  Item {item.number}: {item.hint}", markup=False)


def print_request(view: "RequestView", form: "RequestForm | None", zone: "tzinfo") -> None:
    """Everything a request says, its thread and its answer."""
    labels = {field.name: field.label for field in form.fields} if form else {}
    for name, text in (*_facts(view.request, zone), *_content(view.content, labels)):
        out.print(f"{name}: {text or '-'}", markup=False)
    for message in view.messages:
        when = f"{message.at.astimezone(zone):%Y-%m-%d %H:%M}"
        said = f"{when}  {message.agency}, {message.kind.value}: {message.text}"
        out.print(said, markup=False)
    if view.answer is not None:
        for name, text in _answer(view.answer, form):
            out.print(f"{name}: {text or '-'}", markup=False)


def print_form(form: "RequestForm") -> None:
    """What a request under a legal authority asks for and says."""
    out.print(form.title, markup=False)
    for statement in form.statements:
        out.print(statement, markup=False)
    needed = "needs" if form.needs_approval else "does not need"
    days = form.answer_within_days
    out.print(f"It {needed} approval by a second person; {days} working days are suggested.")
    for field in form.fields:
        wanted = "required" if field.required else "optional"
        line = f"{field.name}: {field.label} ({wanted}, up to {field.longest} characters)"
        out.print(f"{line} {field.hint}".rstrip(), markup=False)
    for ground in form.decline_grounds:
        out.print(f"decline {ground.code}: {ground.text}", markup=False)


def print_times(agencies: "Sequence[AgencyTimes]") -> None:
    """How quickly agencies answered in a quarter, in working days."""
    for times in agencies:
        out.print(f"{times.agency}: asked {times.asked}, answered {times.answered}", markup=False)
        outcomes = ", ".join(f"{what} {count}" for what, count in times.outcomes.items())
        ended = f"withdrawn {times.withdrawn}, expired {times.expired}"
        still = f"open {times.open}, of these overdue {times.overdue}"
        out.print(f"  answers: {outcomes or '-'}; {ended}; {still}", markup=False)
        in_time = f"answered by the day asked for: {times.answered_by_due}"
        median = f"median days to acknowledge {_number(times.median_days_to_acknowledge)}"
        answer = f"to answer {_number(times.median_days_to_answer)}"
        slowest = f"nine of ten within {_number(times.slowest_tenth_days_to_answer)}"
        out.print(f"  {in_time}; {median}, {answer}; {slowest}", markup=False)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _facts(request: "InformationRequest", zone: "tzinfo") -> _Pairs:
    yield "Request", f"{request.reference}: {request.state.value}"
    yield "Identifier", request.id
    yield "Asked by", f"{request.requester} of {request.agency}"
    yield "Holder", f"{request.holder} of {request.holding_agency}"
    yield "Legal authority", request.authority
    yield "Purpose of the protocol", request.purpose
    yield "Meeting", request.meeting
    yield "Marking", request.marking.value
    yield "Due", request.due_on.isoformat() if request.due_on else ""
    moments = {
        "Created": request.created_at,
        "Changed": request.edited_at,
        "Sent": request.sent_at,
        "Acknowledged": request.acknowledged_at,
    }
    for name, at in moments.items():
        yield name, f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
    yield "Packs", ", ".join(request.packs)


def _content(content: "RequestContent", labels: dict[str, str]) -> _Pairs:
    from gateway.domain.information_requests.faults import texts_of  # noqa: PLC0415

    subject, texts = content.subject, texts_of(content)
    yield "Child or young person", subject.reference
    yield (
        labels.get("subject.born_on", "Date of birth"),
        subject.born_on.isoformat() if subject.born_on else "",
    )
    yield "Age stated", "" if subject.age_years is None else str(subject.age_years)
    yield (
        labels.get("consultation.consulted", "Told and asked"),
        {True: "yes", False: "no", None: ""}[content.consultation.consulted],
    )
    for name, said in texts.items():
        if name == "items":
            yield from _items(content)
        else:
            yield labels.get(name, name), ", ".join(text for text in said if text)
    yield labels.get("urgent", "Urgent"), "yes" if content.urgent else "no"


def _items(content: "RequestContent") -> _Pairs:
    for number, item in enumerate(content.items, 1):
        period = f"{item.since or 'no first day'} to {item.until or 'no last day'}"
        yield f"Item {number}", f"{item.category}: {item.description} ({period})"


def _answer(answer: "Answer", form: "RequestForm | None") -> _Pairs:
    grounds = {ground.code: ground.text for ground in form.decline_grounds} if form else {}
    yield "Answer", answer.kind.value
    yield "Answered by", answer.answered_by
    if answer.ground:
        yield "Ground", f"{answer.ground}: {grounds.get(answer.ground, '')}".rstrip(": ")
    yield "Reasons", answer.reasons
    yield "Belief that it assists", answer.belief
    yield "Consultation", answer.consultation.account
    yield "Limitations", answer.limitations
    yield "Whom to ask instead", answer.onward
    yield "Pack with what is disclosed", answer.pack or ""
