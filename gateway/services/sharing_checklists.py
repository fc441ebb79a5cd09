"""The checklist before sharing: it ends in a pack, in 'may be shared', or in 'do not share'."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from gateway.audit.canonical import JSON
from gateway.audit.entries import Action
from gateway.domain.actors import Actor
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Problem
from gateway.domain.meeting_records import Checklist, ChecklistAnswers, ChecklistId, Ending
from gateway.domain.meeting_records.checklists import Asked, against_sharing
from gateway.domain.packs import Pack, Statement
from gateway.domain.register import AuthorityCode, MeetingId, RepresentativeId
from gateway.domain.secret import Secret
from gateway.services.auditing import record
from gateway.services.kept_from import children_kept_from
from gateway.services.meeting_reach import Reached, reach, subject_of
from gateway.services.packs import PackTerms, begin_pack, require_coordinator
from gateway.services.parts import Parts
from gateway.services.ports import Authority
from gateway.services.storage import Work

MOST_SHOWN = 100
_LONGEST_BYTES = 1_000_000  # a little less than storage takes, encrypted
_ANSWERS = TypeAdapter(ChecklistAnswers)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the checklist is filled in on.

    Attributes:
        authorities: those the protocol names, as far as the policy data knows them.
        agencies: what each agency of the attendees is called.
        conflicted: attendees with a declared conflict about a child of the meeting.
    """

    reached: Reached
    authorities: Mapping[AuthorityCode, Authority]
    agencies: Mapping[str, str]
    conflicted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ended:
    """A checklist with its answers, its meeting's title, and its recipients' names."""

    checklist: Checklist
    answers: ChecklistAnswers
    title: str
    names: Mapping[RepresentativeId, str]


async def open_sheet(parts: Parts, actor: Actor, meeting: MeetingId) -> Sheet:
    """What a checklist for this meeting is filled in on.

    Raises:
        Forbidden: the actor is no coordinator, the agency no signatory of the protocol, or the
            actor declared a conflict of interest about a child of the meeting.
        NotFound: no such meeting, or it is none of this agency's.
    """
    async with parts.database.work() as work:
        return await _sheet(parts, work, actor, meeting)


async def end_not_sharing(
    parts: Parts, actor: Actor, meeting: MeetingId, answers: ChecklistAnswers
) -> Checklist:
    """Record that nothing is shared, and why.

    Raises:
        Forbidden, NotFound: as for `open_sheet`. InvalidInput: no reason is given.
    """
    if not answers.reason:
        raise InvalidInput("The reason is missing.", "Say why it is not shared.", field="reason")
    async with parts.database.work() as work:
        await _sheet(parts, work, actor, meeting)
        return await _end(parts, work, actor, meeting, answers, Ending.NOT)


async def end_sharing(
    parts: Parts, actor: Actor, meeting: MeetingId, answers: ChecklistAnswers
) -> Checklist:
    """Record that sharing is right; for the lead agency, begin the pack with these answers.

    The rules still judge the pack.

    Raises:
        Forbidden, NotFound: as for `open_sheet`.
        InvalidInput: something speaks against sharing; everything is listed.
        Conflict: whoever fills it in is no representative, and so cannot state a belief.
    """
    async with parts.database.work() as work:
        sheet = await _sheet(parts, work, actor, meeting)
        authority = _authority(sheet, answers)
        asked = Asked(
            statement=authority.needs_statement,
            consultation=authority.needs_consultation,
            children=len(sheet.reached.meeting.children),
        )
        faults = [*against_sharing(answers, asked), *_of_register(sheet, answers, authority)]
        if faults:
            raise InvalidInput(
                "Something speaks against sharing.", "See below.", problems=tuple(faults)
            )
        if not sheet.reached.leads:
            return await _end(parts, work, actor, meeting, answers, Ending.MAY_SHARE)
        pack = await begin_pack(
            parts, work, actor, _terms(actor, sheet.reached, answers, authority)
        )
        return await _end(parts, work, actor, meeting, answers, Ending.PACK, pack)


async def look_at_checklist(parts: Parts, actor: Actor, identifier: ChecklistId) -> Ended:
    """A checklist of the actor's agency.

    Raises:
        Forbidden: the actor is no coordinator.
        NotFound: no such checklist of the agency, or of a meeting about a child of whom the actor
            sees nothing.
    """
    require_coordinator(actor)
    missing = NotFound("There is no such checklist.", "Look at the meeting.", field="checklist")
    async with parts.database.work() as work:
        found = await work.meeting_records.checklist(identifier, actor.of_agency())
        meeting = await work.register.meeting(found.meeting) if found else None
        if found is None or meeting is None:
            raise missing
        about = {child.reference for child in meeting.children}
        if about & await children_kept_from(work, actor):
            raise missing
        held = parts.vault.open_secret(_name(found.id), found.answers)
        answers = _ANSWERS.validate_json(held.reveal())
        people = await work.register.representatives(answers.recipients)
    names = {person.id: person.name for person in people.values()}
    return Ended(found, answers, meeting.title, names)


async def _sheet(parts: Parts, work: Work, actor: Actor, meeting: MeetingId) -> Sheet:
    require_coordinator(actor)
    found = await reach(parts, work, actor, meeting)
    if not found.protocol.signed_by(found.agency, parts.today()):
        raise Forbidden(
            "Your agency has not signed the protocol of this meeting, so it shares nothing.",
            "Have it signed first.",
        )
    if found.kept_from & {child.reference for child in found.meeting.children}:
        raise Forbidden(
            "You declared a conflict of interest about a child of this meeting.",
            "Have somebody of your agency who has none go through the checklist.",
        )
    codes = {code for purpose in found.protocol.purposes for code in purpose.authorities}
    known = {code: parts.judge.authority(code) for code in sorted(codes)}
    declared = await work.register.conflicts(list(found.people))
    about = {child.reference for child in found.meeting.children}
    agencies = await work.register.agencies()
    return Sheet(
        reached=found,
        authorities={code: each for code, each in known.items() if each is not None},
        agencies={each.agency: agencies[each.agency].name for each in found.people.values()},
        conflicted=frozenset(person for person, of in declared.items() if of & about),
    )


def _authority(sheet: Sheet, answers: ChecklistAnswers) -> Authority:
    purpose = sheet.reached.protocol.purpose(answers.purpose)
    code = AuthorityCode(answers.authority)
    if purpose is None or code not in purpose.authorities or code not in sheet.authorities:
        raise InvalidInput(
            "No purpose of the protocol with its legal authority is chosen.",
            "Choose one; where none fits, do not share.",
            field="basis",
        )
    return sheet.authorities[code]


def _of_register(sheet: Sheet, answers: ChecklistAnswers, authority: Authority) -> list[Problem]:
    """What the register and the policy data say against it."""
    found: list[Problem] = []
    strangers = set(answers.recipients) - set(sheet.reached.people)
    if strangers:
        found.append(Problem("recipients", "Somebody chosen does not attend.", "Choose again."))
    ground = authority.ground(answers.ground) if authority.needs_statement else None
    if authority.needs_statement and answers.ground and ground is None:
        found.append(Problem("ground", "The authority has no such ground.", "Choose again."))
    if ground is not None and ground.needs_instrument and not answers.instrument:
        found.append(
            Problem("instrument", "This ground is tied to a plan or service.", "Name which.")
        )
    terms = sheet.reached.protocol.terms
    stated = {each.code for each in answers.conditions}
    for condition in terms.conditions if terms else ():
        if condition.needs_statement and condition.code not in stated:
            field = f"condition-{condition.code}"
            message = "It is not said what was done about this condition on Māori data."
            found.append(Problem(field, message, "Say it, or that nothing is covered by it."))
    return found


def _terms(
    actor: Actor, found: Reached, answers: ChecklistAnswers, authority: Authority
) -> PackTerms:
    if actor.representative is None or answers.classification is None:
        raise Conflict(
            "You are not entered as a representative, so you cannot answer for a pack.",
            "Ask an administrator to enter you.",
        )
    statements = tuple(
        Statement(
            recipient=each,
            ground=answers.ground,
            belief=answers.belief,
            stated_by=actor.representative,
            instrument=answers.instrument or None,
        )
        for each in answers.recipients
        if authority.needs_statement
    )
    return PackTerms(
        meeting=found.meeting.id,
        contact=actor.representative,
        authority=authority.code,
        purpose=answers.purpose,
        marking=answers.classification,
        statements=statements,
        consultations=tuple(each for each in answers.consultations if each.account),
        conditions=answers.conditions,
        recipients=answers.recipients,
    )


async def _end(
    parts: Parts,
    work: Work,
    actor: Actor,
    meeting: MeetingId,
    answers: ChecklistAnswers,
    ending: Ending,
    pack: Pack | None = None,
) -> Checklist:
    identifier = ChecklistId(parts.identifiers.new())
    kept = answers if ending is Ending.NOT else replace(answers, reason="")
    text = Secret(_text(kept))
    checklist = Checklist(
        id=identifier,
        agency=actor.of_agency(),
        meeting=meeting,
        by=actor.representative,
        ended_at=parts.clock.now(),
        ending=ending,
        answers=parts.vault.seal_secret(_name(identifier), text),
        pack=pack.id if pack else None,
    )
    await work.meeting_records.add_checklist(checklist)
    subject = subject_of(parts, meeting)
    subject["checklist"] = identifier
    if pack is not None:
        subject["pack"] = pack.id
    detail: dict[str, JSON] = {"ending": ending.value}
    await record(parts, work, actor, Action.SHARING_CHECKLIST_ENDED, subject, detail)
    return checklist


def _text(answers: ChecklistAnswers) -> str:
    text = _ANSWERS.dump_json(answers)
    if len(text) > _LONGEST_BYTES:
        raise InvalidInput(
            f"The answers are more than {_LONGEST_BYTES:,} bytes in all.",
            "Shorten what is said about consultation.",
            field="consultations",
        )
    return text.decode()


def _name(identifier: ChecklistId) -> str:
    return f"sharing checklist:{identifier}"
