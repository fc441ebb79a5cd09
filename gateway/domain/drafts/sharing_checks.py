"""What is wrong with who shares what under which authority, and with conditions on it.

Sources: Privacy Commissioner, guidance 'Multi-agency meetings – sharing information about children
and young people' (specific items, a legal authority for each purpose); Oranga Tamariki Act 1989
s 66C and Family Violence Act 2018 s 20 (who may use them).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gateway.domain.classification import Classification
from gateway.domain.drafts.content import Content, DraftItem
from gateway.domain.drafts.findings import DraftFinding, Surroundings, blank
from gateway.domain.drafts.states import Section
from gateway.domain.identifiers import AgencyId, AuthorityCode
from gateway.domain.protocol_terms import ConditionKind
from gateway.domain.register import Status

USABLE_WITH: Final[Mapping[str, frozenset[Status]]] = {
    "OTA-66C": frozenset({Status.CHILD_WELFARE_AND_PROTECTION_AGENCY, Status.INDEPENDENT_PERSON}),
    "FVA-20": frozenset({Status.FAMILY_VIOLENCE_AGENCY, Status.SOCIAL_SERVICES_PRACTITIONER}),
}
"""Which standing whoever shares or receives needs, for authorities that are not open to all."""

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
                Section.AGENCIES, f"{place}-agency", "The agency stands twice.", "Keep one."
            )
        yield from blank(
            each.purpose,
            Section.AGENCIES,
            f"{place}-purpose",
            "It is not said why this agency shares and receives.",
        )


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
                Section.PURPOSES, f"{place}-code", "The code stands twice.", "Choose another."
            )
        for code in purpose.authorities:
            if code not in around.authorities:
                yield DraftFinding(
                    Section.PURPOSES,
                    f"{place}-authorities",
                    f"There is no legal authority {code}.",
                    "Use a code of the policy's table; the protocol itself is no authority.",
                )
            elif shut_out := _shut_out(code, content, around):
                yield DraftFinding(
                    Section.PURPOSES,
                    f"{place}-authorities",
                    f"Not every listed agency can use {code}: {', '.join(shut_out)}.",
                    "Name another authority beside it for them, or have their standing entered.",
                    blocks=False,
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


def _stands(agency: AgencyId, needed: frozenset[Status], around: Surroundings) -> bool:
    standings = [
        *around.agencies[agency].standings,
        *(s for p in around.people.values() if p.agency == agency for s in p.standings),
    ]
    return any(each.status in needed and each.counts_on(around.today) for each in standings)


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
                Section.INFORMATION, f"{place}-item", "This stands twice.", "Keep one."
            )
        seen.add((row.agency, row.item))
        if row.agency not in listed:
            yield DraftFinding(
                Section.INFORMATION,
                f"{place}-agency",
                "It comes from an agency that is not listed.",
                "List the agency, or take the row out.",
            )
        yield from _item(row, place, around)


def _item(row: DraftItem, place: str, around: Surroundings) -> Iterator[DraftFinding]:
    hint = around.broad(row.item)
    if hint is not None:
        yield DraftFinding(Section.INFORMATION, f"{place}-item", "This is too broad.", hint)
    yield from blank(
        row.category, Section.INFORMATION, f"{place}-category", "There is no category."
    )
    if row.classification is None:
        yield DraftFinding(
            Section.INFORMATION,
            f"{place}-classification",
            "There is no classification.",
            "Personal information is IN-CONFIDENCE at least.",
        )
    elif row.classification.rank < _FLOOR.rank:
        yield DraftFinding(
            Section.INFORMATION,
            f"{place}-classification",
            "Personal information is IN-CONFIDENCE at least.",
            "Classify it higher, unless it is about nobody.",
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
                Section.MAORI_DATA, f"{place}-code", "The code stands twice.", "Choose another."
            )
        if unknown := [c for c in each.categories if c not in categories]:
            yield DraftFinding(
                Section.MAORI_DATA,
                f"{place}-categories",
                f"Nothing of the category {unknown[0]} is shared.",
                "Write it as in the information to be shared, or leave it out to cover all.",
            )
        if each.kind is ConditionKind.RECEIVERS and not each.agencies:
            yield DraftFinding(
                Section.MAORI_DATA,
                f"{place}-agencies",
                "It says who may receive, and names nobody.",
                "Name the agencies; all others are withheld from.",
            )
        if any(agency not in listed for agency in each.agencies):
            yield DraftFinding(
                Section.MAORI_DATA,
                f"{place}-agencies",
                "It names an agency that is not listed.",
                "List the agency first.",
            )
