"""Turns cases into what Cedar judges: entities shared by a whole batch, and one request each."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from gateway.domain.addresses import canonical_address, domain_of, same_mailbox
from gateway.domain.classification import Classification, highest
from gateway.domain.decisions import Case, ChannelChoice, Limits
from gateway.domain.errors import InvalidInput
from gateway.domain.packs import Pack
from gateway.domain.register import (
    AgeGroup,
    Agency,
    Meeting,
    PasswordChannel,
    Protocol,
    Representative,
    RepresentativeId,
    Standing,
)
from gateway.policy.bundle import Bundle
from gateway.policy.condition_facts import condition_attributes, conditions_stated
from gateway.policy.inspection_facts import inspection_attributes, level_facts
from gateway.policy.request_facts import request_attributes
from gateway.policy.tables import AuthorityEntry

Facts = dict[str, Any]
_NEVER: Final = date.max.isoformat()
_YOUNG: Final = frozenset({AgeGroup.CHILD, AgeGroup.YOUNG_PERSON})


class FactSheet:
    """The facts of a batch of cases, as Cedar takes them.

    What several cases share is written once: an object that stands in many cases becomes one
    entity, found again by its identity. The cases are kept while the sheet is, so that an identity
    cannot pass to another object. Entities are numbered, so no name from a register is ever taken
    for Cedar's syntax.

    Attributes:
        entities: Cedar entities, to be read with the schema.
        requests: one per case and in their order, without an action.
    """

    def __init__(self, cases: Sequence[Case], bundle: Bundle) -> None:
        self._bundle = bundle
        self._references: dict[tuple[object, ...], Facts] = {}
        self._contexts: dict[tuple[date, Limits], str] = {}
        self._cases = tuple(cases)
        self.entities: list[Facts] = []
        self.requests = [
            {
                "principal": self._recipient(case),
                "resource": self._document(case),
                "context": self._context(case.day, case.limits),
            }
            for case in self._cases
        ]

    def _once(self, kind: str, *key: object, facts: Callable[[], Facts]) -> Facts:
        """A reference to the entity for `key`, made from `facts` when it is first asked for."""
        reference = self._references.get((kind, *key))
        if reference is None:
            reference = {"type": kind, "id": str(len(self._references))}
            self._references[kind, *key] = reference
            self.entities.append({"uid": reference, "attrs": facts(), "parents": []})
        return reference

    def _agency(self, agency: Agency, day: date) -> Facts:
        return self._once("Agency", id(agency), day, facts=lambda: _agency(agency, day))

    def _recipient(self, case: Case) -> Facts:
        def facts() -> Facts:
            facts = _person(case.recipient, case.day) | {
                "agency": self._agency(case.agency, case.day),
                "mail_domain": _mail_domain(case.recipient.email),
                "conflicts": sorted(case.conflicts),
                "password_channel": _channel(case.channel, case.recipient),
                "address_changed": case.address_changed,
                "route": case.route.value,
            }
            statement = _statement(case.pack, case.recipient.id)
            return facts if statement is None else facts | {"statement": statement}

        return self._once(
            "Representative",
            id(case.recipient),
            id(case.agency),
            id(case.pack),
            case.day,
            case.conflicts,
            case.channel,
            case.address_changed,
            case.route,
            facts=facts,
        )

    def _document(self, case: Case) -> Facts:
        def facts() -> Facts:
            label = case.document.label
            return {
                "pack": pack,
                "pack_named": case.document.pack,
                "category": label.category,
                "source_agency": label.source_agency,
                "classification": level_facts(label.classification),
                "listed_classification": level_facts(_listed(case)),
                "children": list(label.children),
                "personal_information": label.personal_information,
                "obtained_under_section_66": label.obtained_under_section_66,
                "endorsements": [*map(self._bundle.endorsements.canonical, label.endorsements)],
                **inspection_attributes(case, self._bundle.endorsements),
                **condition_attributes(case),
            }

        pack = self._pack(case)
        key = (id(case.document), id(case.inspected), pack["id"])
        return self._once("Document", *key, facts=facts)

    def _pack(self, case: Case) -> Facts:
        def facts() -> Facts:
            meeting, protocol, day = case.meeting, case.protocol, case.day
            facts = _pack(case.pack) | {
                "sender": self._agency(case.sender, day),
                "contact": self._once(
                    "Contact", id(case.contact), day, facts=lambda: _person(case.contact, day)
                ),
                "meeting": self._once("Meeting", id(meeting), facts=lambda: _meeting(meeting)),
                "marking_due": level_facts(case.pack_marking_due),
            }
            if case.request is not None:
                facts["request"] = request_attributes(case.request)
            if protocol is not None:
                facts["protocol"] = self._once(
                    "Protocol", id(protocol), day, facts=lambda: _protocol(protocol, day)
                )
            entry = self._bundle.authorities.get(case.pack.authority)
            if entry is not None:
                facts["authority"] = self._once(
                    "Authority", id(entry), facts=lambda: _authority(entry)
                )
            return facts

        parts = (case.pack, case.sender, case.contact, case.meeting, case.protocol, case.request)
        return self._once("Pack", *map(id, parts), case.day, case.pack_marking_due, facts=facts)

    def _context(self, day: date, limits: Limits) -> str:
        context = self._contexts.get((day, limits))
        if context is None:
            gateway = self._once("Gateway", limits, facts=lambda: self._gateway(limits))
            context = json.dumps({"day": day.isoformat(), "gateway": gateway})
            self._contexts[day, limits] = context
        return context

    def _gateway(self, limits: Limits) -> Facts:
        return {
            "mail_ceiling": level_facts(limits.mail_ceiling),
            "accreditation": level_facts(limits.accreditation),
            "pick_up": limits.pick_up,
            "review_grace": f"{limits.review_grace_days}d",
            "carried_endorsements": sorted(self._bundle.endorsements.carried),
            "scan_required": limits.scan_required,
            "marking_expected": self._bundle.endorsements.marking_expected,
        }


def _standings(standings: Sequence[Standing], day: date) -> list[str]:
    return sorted({standing.status.value for standing in standings if standing.counts_on(day)})


def _agency(agency: Agency, day: date) -> Facts:
    acknowledged = agency.handling_acknowledged_on
    return {
        "id": agency.id,
        "standings": _standings(agency.standings, day),
        "highest_classification": level_facts(agency.highest_classification),
        "mail_domains": list(agency.mail_domains),
        "handling_acknowledged_on": acknowledged.isoformat() if acknowledged else _NEVER,
    }


def _person(person: Representative, day: date) -> Facts:
    return {
        "id": person.id,
        "agency_named": person.agency,
        "standings": _standings(person.standings, day),
        "active_from": person.active_from.isoformat(),
        "active_until": person.active_until.isoformat() if person.active_until else _NEVER,
    }


def _mail_domain(address: str) -> str:
    """The domain of `address`; nothing unless it is in the one form that is also sent to."""
    try:
        canonical = canonical_address(address)
    except InvalidInput:
        return ""
    return domain_of(address) if canonical == address else ""


def _meeting(meeting: Meeting) -> Facts:
    references = {child.reference for child in meeting.children}
    others = {child.reference for child in meeting.children if child.age_group not in _YOUNG}
    return {
        "id": meeting.id,
        "protocol_named": meeting.protocol,
        "attendees": list(meeting.attendees),
        "children": sorted(references),
        "children_and_young_people": sorted(references - others),
    }


def _protocol(protocol: Protocol, day: date) -> Facts:
    methods = (protocol.before, protocol.during, protocol.after)
    return {
        "id": protocol.id,
        "name": protocol.name,
        "lead_agency": protocol.lead_agency,
        "in_force_from": protocol.in_force_from.isoformat(),
        "review_due": protocol.review_due.isoformat(),
        "signed_by": sorted(protocol.signatories_on(day)),
        "purposes": [purpose.code for purpose in protocol.purposes],
        "authorities": [
            {"purpose": purpose.code, "authority": code}
            for purpose in protocol.purposes
            for code in purpose.authorities
        ],
        "information": [
            {"agency": row.agency, "category": row.category} for row in protocol.information
        ],
        "password_channels": sorted({c.value for m in methods for c in m.password_channels}),
    }


def _listed(case: Case) -> Classification:
    """The protocol's classification for the document's category and source agency.

    The highest where several rows fit; UNCLASSIFIED where none does, which has a rule of its own.
    """
    label = case.document.label
    return highest(
        row.classification
        for row in (case.protocol.information if case.protocol else ())
        if row.agency == label.source_agency and row.category == label.category
    )


def _authority(entry: AuthorityEntry) -> Facts:
    authority = entry.authority
    return {
        "code": authority.code,
        "other_enactment": entry.other_enactment,
        "needs_statement": authority.needs_statement,
        "needs_consultation": authority.needs_consultation,
        "grounds": [ground.code for ground in authority.grounds],
        "grounds_needing_instrument": [g.code for g in authority.grounds if g.needs_instrument],
    }


def _pack(pack: Pack) -> Facts:
    return {
        "id": pack.id,
        "agency_named": pack.agency,
        "contact_named": pack.contact,
        "meeting_named": pack.meeting,
        "authority_named": pack.authority,
        "purpose": pack.purpose,
        "marking": level_facts(pack.marking),
        "consultations_stated": [c.child for c in pack.consultations if c.account.strip()],
        "conditions_stated": conditions_stated(pack),
        "kind": pack.kind.value,
        "recipients": list(pack.recipients),
        "request_named": pack.request or "",
    }


def _statement(pack: Pack, recipient: RepresentativeId) -> Facts | None:
    statement = pack.statement_for(recipient)
    if statement is None:
        return None
    return {
        "ground": statement.ground,
        "belief_given": bool(statement.belief.strip()),
        "stated_by": statement.stated_by,
        "instrument_named": bool((statement.instrument or "").strip()),
    }


def _channel(choice: ChannelChoice | None, person: Representative) -> Facts:
    if choice is None:
        return {"name": "none", "address_registered": False}
    channel, address = choice.channel, choice.address
    own = {
        PasswordChannel.TEXT: (person.mobile,),
        PasswordChannel.TELEPHONE: (person.telephone, person.mobile),
        PasswordChannel.OTHER_MAILBOX: (person.other_email,),
        PasswordChannel.SAME_MAILBOX: (person.email,),
    }
    registered = address in own[channel]
    if channel is PasswordChannel.OTHER_MAILBOX and same_mailbox(address, person.email):
        channel = PasswordChannel.SAME_MAILBOX  # whatever it calls itself
    return {"name": channel.value, "address_registered": registered}
