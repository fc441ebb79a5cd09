"""The protocol's conditions on Māori data, as Cedar takes them for one document."""

from typing import Any

from gateway.domain.decisions import Case
from gateway.domain.packs import Pack
from gateway.domain.protocol_terms import Condition, ConditionKind


def condition_attributes(case: Case) -> dict[str, Any]:
    """What the conditions that cover the document ask for.

    Where several say who may receive it, only those may whom all of them name.
    """
    covering = _covering(case)
    named = [{*each.agencies} for each in covering if each.kind is ConditionKind.RECEIVERS]
    return {
        "receivers_limited": bool(named),
        "receivers": sorted(set.intersection(*named)) if named else [],
        "conditions_to_state": [each.code for each in covering if each.needs_statement],
        "conditions_to_keep": [each.code for each in covering],
    }


def conditions_stated(pack: Pack) -> list[str]:
    """The conditions about which the sender wrote what was done."""
    return [each.code for each in pack.conditions if each.account.strip()]


def _covering(case: Case) -> list[Condition]:
    terms = case.protocol.terms if case.protocol else None
    category = case.document.label.category
    return [each for each in (terms.conditions if terms else ()) if each.covers(category)]
