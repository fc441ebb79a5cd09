"""Reads files of Cedar rules and says where they are wrong, by file and line."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cedarpy

from gateway.domain.errors import Problem

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|;', re.DOTALL)
_SPACE = re.compile(r"(?:\s|//[^\n]*(?:\n|$))*")
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Effect(StrEnum):
    """What a rule does when it applies."""

    PERMIT = "permit"
    DENY = "deny"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its words for people, where it stands (`file:line`), and its Cedar JSON form."""

    id: str
    effect: Effect
    source: str
    message: str
    remedy: str
    place: str
    policy: Mapping[str, Any]


def read_rules(
    files: Mapping[str, str], schema: cedarpy.Schema
) -> tuple[dict[str, Rule], list[Problem]]:
    """The rules of `files` (path -> Cedar text) by their id, and every fault found in them."""
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    for path, text in files.items():
        for line, policy in _policies(text):
            place = f"{path}:{line}"
            rule = _read(policy, place, schema)
            if not isinstance(rule, Rule):
                problems += rule
            elif rule.id in rules:
                problems.append(_taken(rule, rules[rule.id].place))
            else:
                rules[rule.id] = rule
    return rules, problems


def _policies(text: str) -> Iterator[tuple[int, str]]:
    """Each policy of a file, annotations included, with the line it begins on.

    A policy ends at a semicolon outside strings and comments. Whatever is cut wrongly because a
    file is malformed does not parse and is reported, so nothing is ever skipped.
    """
    start = 0
    ends = [m.end() for m in _TOKEN.finditer(text) if m.group() == ";"]
    for end in [*ends, len(text)]:
        space = _SPACE.match(text, start, end)
        first = space.end() if space else start
        if first < end:
            yield text.count("\n", 0, first) + 1, text[first:end]
        start = end


def _read(text: str, place: str, schema: cedarpy.Schema) -> Rule | list[Problem]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        return [Problem(place, f"not valid Cedar: {error}", "Correct the rule as Cedar asks.")]
    policies = list(parsed["staticPolicies"].values())
    if len(policies) != 1 or parsed["templates"]:
        return [Problem(place, "not exactly one rule", "Write each rule without ?slots.")]
    effect = _effect(policies[0])
    problems = _misshapen(policies[0], effect, place)
    problems += [
        Problem(place, str(e.error), "Use the facts that schema.cedarschema offers.")
        for e in cedarpy.validate_policies(text, schema).errors
    ]
    if effect is None or problems:
        return problems
    return _rule(policies[0], effect, place)


def _misshapen(policy: Mapping[str, Any], effect: Effect | None, place: str) -> list[Problem]:
    """What a rule lacks beside being valid Cedar; never nothing where it has no effect."""
    problems = []
    wanted = ["id", "source", "message"]
    if effect is None:
        problems.append(
            Problem(
                place,
                "neither a permit or forbid for 'receive' nor a permit for 'flag'",
                'Write `action == Action::"receive"`, or permit with `action == Action::"flag"`.',
            )
        )
    if effect is not Effect.PERMIT:
        wanted.append("remedy")
    if effect is Effect.PERMIT and not policy["conditions"]:
        problems.append(Problem(place, "permits everything", "Say when the authority permits."))
    if any(policy[scope]["op"] != "All" for scope in ("principal", "resource")):
        problems.append(
            Problem(place, "is for certain persons or documents only", "Judge by facts instead.")
        )
    notes = policy.get("annotations", {})
    problems += [
        Problem(place, f"has no @{name}", f'Add @{name}("...") above it.')
        for name in wanted
        if not str(notes.get(name) or "").strip()
    ]
    if not _KEBAB.fullmatch(str(notes.get("id") or "no-id")):
        problems.append(Problem(place, "has an odd @id", "Use small letters, digits and hyphens."))
    return problems


def _effect(policy: Mapping[str, Any]) -> Effect | None:
    action = policy["action"]
    if action["op"] != "==":
        return None
    match policy["effect"], action["entity"]:
        case "permit", {"type": "Action", "id": "receive"}:
            return Effect.PERMIT
        case "forbid", {"type": "Action", "id": "receive"}:
            return Effect.DENY
        case "permit", {"type": "Action", "id": "flag"}:
            return Effect.WARN
        case _:
            return None


def _rule(policy: Mapping[str, Any], effect: Effect, place: str) -> Rule:
    notes = policy["annotations"]
    return Rule(
        id=notes["id"],
        effect=effect,
        source=notes["source"],
        message=notes["message"],
        remedy=notes.get("remedy") or "",
        place=place,
        policy=policy,
    )


def _taken(rule: Rule, other: str) -> Problem:
    return Problem(
        rule.place, f"the @id '{rule.id}' is taken by the rule at {other}", "Choose another @id."
    )


def policy_set(rules: Sequence[Rule]) -> cedarpy.PolicySet:
    """A parsed set of `rules` in which each policy's identifier is the rule's id."""
    return cedarpy.PolicySet.from_json_str(
        json.dumps(
            {
                "staticPolicies": {rule.id: rule.policy for rule in rules},
                "templates": {},
                "templateLinks": [],
            }
        )
    )
