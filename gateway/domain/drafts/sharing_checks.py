"""What is wrong with who shares what under which authority, and with conditions on it.

Sources: Privacy Commissioner, guidance 'Multi-agency meetings – sharing information about children
and young people' (specific items, a legal authority for each purpose); Oranga Tamariki Act 1989
s 66C and Family Violence Act 2018 s 20 (who may use them).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.classification import Classification
from gateway.domain.drafts.content import Content, DraftItem
from gateway.domain.drafts.findings import DraftFinding, Surroundings, blank
from gateway.domain.drafts.states import Section
from gateway.domain.identifiers import AgencyId, AuthorityCode
from gateway.domain.protocol_terms import ConditionKind
from gateway.domain.register import Status


@dataclass(frozen=True, slots=True)
class Needed:
    """Which standing, any of them, whoever shares or receives needs, and what says so."""

    standings: frozenset[Status]
    source: str


USABLE_WITH: Final[Mapping[str, Needed]] = {
    "OTA-66C": Needed(
        frozenset({Status.CHILD_WELFARE_AND_PROTECTION_AGENCY, Status.INDEPENDENT_PERSON}),
        "Oranga Tamariki Act 1989 s 66C, s 2(1)",
    ),
    "FVA-20": Needed(
        frozenset({Status.FAMILY_VIOLENCE_AGENCY, Status.SOCIAL_SERVICES_PRACTITIONER}),
        "Family Violence Act 2018 ss 19, 20",
    ),
}
"""The authorities that are not open to all; a test holds this against the rules."""
BY_REQUEST_ONLY: Final = frozenset({"OTA-66"})
"""Authorities under which information is demanded, and so never sent in a meeting's pack."""

_FLOOR: Final = Classification.IN_CONFIDENCE


def sharing_checks(content: Content, around: Surroundings) -> Iterator[DraftFinding]:
    """What is to be seen to in agencies, purposes, information and conditions."""
    yield from _agencies(content, around)
    yield from _purposes(content, around)
    yield from _information(content, around)
    yield from _conditions(content)


def _agencies(content: Content, around: Surroundings) -> Iterator[DraftFinding]:
    listed = [each.agency for each in content.agencies]
    if around.lead not in listed:
        yield DraftFinding(
            Section.AGENCIES,
            "agencies",
            "The lead agency is not listed.",
            "List it: whoever shares or receives signs the protocol.",
        )
    if len(set(listed)) < 2:
        yield DraftFinding(
            Section.AGENCIES,
            "agencies",
            "A protocol is between agencies, and fewer than two are listed.",
            "List every agency that attends.",
        )
    for number, each in enumerate(content.agencies, 1):
        place = f"agencies-{number}"
        if each.agency not in around.agencies:
            yield DraftFinding(
                Section.AGENCIES,
                f"{place}-agency",
                "There is no such agency.",
                "Choose from the list.",
            )
        if listed.index(each.agency) < number - 1:
            yield DraftFinding(
                Section.AGENCIES,
                f"{place}-agency",
                f"{_named(each.agency, around)} stands twice.",
                "Keep one.",
            )
        yield from blank(
            each.purpose,
            Section.AGENCIES,
            f"{place}-purpose",
            f"It is not said why {_named(each.agency, around)} shares and receives.",
        )


def _named(agency: AgencyId, around: Surroundings) -> str:
    return around.agencies[agency].name if agency in around.agencies else agency


def _purposes(content: Content, around: Surroundings) -> Iterator[DraftFinding]:
    if not content.purposes:
        yield DraftFinding(
            Section.PURPOSES,
            "purpose",
            "There is no purpose of sharing.",
            "Add each, with the legal authority for it.",
        )
    codes = [purpose.code for purpose in content.purposes]
    for number, purpose in enumerate(content.purposes, 1):
        place = f"purpose-{number}"
        if codes.index(purpose.code) < number - 1:
            yield DraftFinding(
                Section.PURPOSES,
                f"{place}-code",
                f"The code {purpose.code} stands twice.",
                "Choose another.",
            )
        yield from blank(
            purpose.description,
            Section.PURPOSES,
            f"{place}-description",
            f"The purpose {purpose.code} is not put in words.",
        )
        if not purpose.authorities:
            yield DraftFinding(
                Section.PURPOSES,
                f"{place}-authorities",
                f"No legal authority is named for the purpose {purpose.code}.",
                "Name one: the protocol itself is none.",
            )
        for code in purpose.authorities:
            yield from _authority(code, f"{place}-authorities", content, around)
    yield from _powerless(content, around)


def _authority(
    code: AuthorityCode, field: str, content: Content, around: Surroundings
) -> Iterator[DraftFinding]:
    needed = USABLE_WITH.get(code)
    if code not in around.authorities:
        yield DraftFinding(
            Section.PURPOSES,
            field,
            f"There is no legal authority {code}.",
            "Use a code of the policy's table; the protocol itself is no authority.",
        )
    elif code in BY_REQUEST_ONLY:
        yield DraftFinding(
            Section.PURPOSES,
            field,
            f"Under {code} information is demanded: no pack for a meeting can be sent under it.",
            "Name an authority beside it under which agencies may share.",
            blocks=False,
            source="Oranga Tamariki Act 1989 s 66(1)",
        )
    elif needed is not None and (shut_out := _shut_out(code, content, around)):
        yield DraftFinding(
            Section.PURPOSES,
            field,
            f"Not every listed agency can use {code}: {', '.join(shut_out)}.",
            "Name another authority beside it for them, or have their standing entered.",
            blocks=False,
            source=needed.source,
        )


def _powerless(content: Content, around: Surroundings) -> Iterator[DraftFinding]:
    """Agencies that could neither share nor receive anything, whatever the purpose."""
    codes = {code for each in content.purposes for code in each.authorities}
    named = sorted(codes & around.authorities - BY_REQUEST_ONLY)
    if not named:
        return
    shut_out = [set(_shut_out(code, content, around)) for code in named]
    for name in sorted(set.intersection(*shut_out)):
        yield DraftFinding(
            Section.PURPOSES,
            "purpose",
            f"{name} can use none of the legal authorities that are named.",
            "Name one that it can use, have its standing entered, or do not list it.",
        )


def _shut_out(code: AuthorityCode, content: Content, around: Surroundings) -> tuple[str, ...]:
    """The names of listed agencies that have no standing for an authority."""
    needed = USABLE_WITH.get(code)
    if needed is None:
        return ()
    return tuple(
        around.agencies[each.agency].name
        for each in content.agencies
        if each.agency in around.agencies and not _stands(each.agency, needed, around)
    )


def _stands(agency: AgencyId, needed: Needed, around: Surroundings) -> bool:
    standings = [
        *around.agencies[agency].standings,
        *(s for p in around.people.values() if p.agency == agency for s in p.standings),
    ]
    return any(
        each.status in needed.standings and each.counts_on(around.today) for each in standings
    )


def _information(content: Content, around: Surroundings) -> Iterator[DraftFinding]:
    listed = {each.agency for each in content.agencies}
    if not content.information:
        yield DraftFinding(
            Section.INFORMATION,
            "information",
            "No information to be shared is listed.",
            "List it item by item: what is not listed cannot be sent.",
        )
    seen: set[tuple[AgencyId, str]] = set()
    for number, row in enumerate(content.information, 1):
        place = f"information-{number}"
        if (row.agency, row.item) in seen:
            yield DraftFinding(
                Section.INFORMATION, f"{place}-item", f"'{row.item}' stands twice.", "Keep one."
            )
        seen.add((row.agency, row.item))
        if row.agency not in listed:
            yield DraftFinding(
                Section.INFORMATION,
                f"{place}-agency",
                f"'{row.item}' comes from an agency that is not listed.",
                "List the agency, or take the row out.",
            )
        yield from _item(row, place, around)
    yield from _entitlements(content, around)


def _item(row: DraftItem, place: str, around: Surroundings) -> Iterator[DraftFinding]:
    hint = around.broad(row.item)
    if hint is not None:
        message = f"'{row.item}' is too broad."
        yield DraftFinding(Section.INFORMATION, f"{place}-item", message, hint)
    yield from blank(
        row.category, Section.INFORMATION, f"{place}-category", f"'{row.item}' has no category."
    )
    if row.classification is None:
        yield DraftFinding(
            Section.INFORMATION,
            f"{place}-classification",
            f"'{row.item}' is not classified.",
            "Personal information is IN-CONFIDENCE at least.",
        )
    elif row.classification.rank < _FLOOR.rank:
        yield DraftFinding(
            Section.INFORMATION,
            f"{place}-classification",
            f"'{row.item}' is classified below IN-CONFIDENCE, the least for what is personal.",
            "Classify it higher, unless it is about nobody.",
            blocks=False,
        )


def _entitlements(content: Content, around: Surroundings) -> Iterator[DraftFinding]:
    """Agencies that may not receive some of what others share, by its classification."""
    for listed in content.agencies:
        agency = around.agencies.get(listed.agency)
        levels = [
            row.classification
            for row in content.information
            if row.classification and row.agency != listed.agency
        ]
        if agency is None or not levels:
            continue
        highest = max(levels, key=lambda level: level.rank)
        if highest.rank > agency.highest_classification.rank:
            yield DraftFinding(
                Section.INFORMATION,
                "information",
                f"{agency.name} may not receive what is classified {highest.value}.",
                "It will be withheld from this agency; have its entitlement looked at.",
                blocks=False,
            )


def _conditions(content: Content) -> Iterator[DraftFinding]:
    categories = {row.category for row in content.information}
    listed = {each.agency for each in content.agencies}
    codes = [each.code for each in content.conditions]
    for number, each in enumerate(content.conditions, 1):
        place = f"conditions-{number}"
        if codes.index(each.code) < number - 1:
            yield DraftFinding(
                Section.MAORI_DATA,
                f"{place}-code",
                f"The code {each.code} stands twice.",
                "Choose another.",
            )
        if unknown := [c for c in each.categories if c not in categories]:
            yield DraftFinding(
                Section.MAORI_DATA,
                f"{place}-categories",
                f"{each.code} covers the category {unknown[0]}, of which nothing is shared.",
                "Write it as in the information to be shared, or leave it out to cover all.",
            )
        if each.kind is ConditionKind.RECEIVERS and not each.agencies:
            yield DraftFinding(
                Section.MAORI_DATA,
                f"{place}-agencies",
                f"{each.code} says who may receive, and names nobody.",
                "Name the agencies; all others are withheld from.",
            )
        if any(agency not in listed for agency in each.agencies):
            yield DraftFinding(
                Section.MAORI_DATA,
                f"{place}-agencies",
                f"{each.code} names an agency that is not listed.",
                "List the agency first.",
            )
