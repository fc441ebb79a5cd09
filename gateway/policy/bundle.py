"""Loads a directory of policies as one checked whole.

schema.cedarschema    what the rules may look at
rules/*.cedar         the rules
authorities.toml      legal authorities and their grounds
classification.toml   endorsement markings
requests.toml         forms of requests for information; their documents are made from templates/
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cedarpy

from gateway.domain.errors import InvalidInput, Problem
from gateway.domain.information_requests.form import RequestForm
from gateway.policy.request_forms import read_forms
from gateway.policy.required import REQUIRED_DENIALS, REQUIRED_WARNINGS
from gateway.policy.rules import Effect, Rule, policy_set, read_rules
from gateway.policy.tables import (
    AuthorityEntry,
    Endorsements,
    read_authorities,
    read_endorsements,
)

SCHEMA = "schema.cedarschema"
AUTHORITIES = "authorities.toml"
ENDORSEMENTS = "classification.toml"
FORMS = "requests.toml"
TEMPLATES = "templates"
RULES = "rules"
_SET_FROM = frozenset({".docx", ".typ"})


@dataclass(frozen=True, slots=True)
class Bundle:
    """Policies ready to judge by.

    Attributes:
        digest: SHA-256 (hex) over every file that bears on a decision.
        rules: every rule by its id.
        receive, flag: the parsed rules that permit and deny, and those that warn.
    """

    digest: str
    rules: Mapping[str, Rule]
    schema: cedarpy.Schema
    receive: cedarpy.PolicySet
    flag: cedarpy.PolicySet
    authorities: Mapping[str, AuthorityEntry]
    endorsements: Endorsements
    forms: Mapping[str, RequestForm]


def load_bundle(directory: Path) -> Bundle:
    """The policies in `directory`, checked against their schema and against each other.

    Raises:
        InvalidInput: a file is missing, malformed or incomplete, or a required rule is absent.
            The message names the first fault by file and line; `problems` lists all.
    """
    content = _read(directory)
    files = {path: _text(path, data) for path, data in content.items() if _is_text(path)}
    try:
        schema = cedarpy.Schema.from_str(files[SCHEMA])
    except ValueError as error:
        fault = Problem(SCHEMA, f"not a valid schema: {error}", "Correct the schema.")
        raise _broken([fault]) from error
    cedar = {path: text for path, text in files.items() if path.startswith(RULES)}
    rules, problems = read_rules(cedar, schema)
    authorities, faults = read_authorities(AUTHORITIES, files[AUTHORITIES])
    problems += faults
    endorsements, faults = read_endorsements(ENDORSEMENTS, files[ENDORSEMENTS])
    problems += faults
    forms, faults = read_forms(FORMS, files[FORMS], authorities)
    problems += faults
    if not problems:  # a rule that could not be read is not missing as well
        problems = _absent(rules)
    if problems:
        raise _broken(problems)
    return Bundle(
        digest=_digest(content),
        rules=rules,
        schema=schema,
        receive=policy_set([r for r in rules.values() if r.effect is not Effect.WARN]),
        flag=policy_set([r for r in rules.values() if r.effect is Effect.WARN]),
        authorities=authorities,
        endorsements=endorsements,
        forms=forms,
    )


def _is_text(path: str) -> bool:
    return not path.startswith(f"{TEMPLATES}/")


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        unread = Problem(path, "cannot be read as UTF-8 text", "Restore the file.")
        raise _broken([unread]) from error


def _read(directory: Path) -> dict[str, bytes]:
    """Every file that bears on a decision or is sent, by its path from `directory`, in order."""
    folder = directory / RULES
    odd = [p.name for p in folder.glob("*") if p.suffix != ".cedar"] if folder.is_dir() else []
    if odd:
        fault = f"not a file of rules: {', '.join(sorted(odd))}"
        raise _broken([Problem(RULES, fault, "Keep only *.cedar files there.")])
    paths = [SCHEMA, AUTHORITIES, ENDORSEMENTS, FORMS]
    paths += [f"{RULES}/{p.name}" for p in folder.glob("*.cedar")]
    templates = directory / TEMPLATES
    paths += [f"{TEMPLATES}/{p.name}" for p in templates.glob("*") if p.suffix in _SET_FROM]
    files: dict[str, bytes] = {}
    for path in sorted(paths):
        try:
            files[path] = (directory / path).read_bytes()
        except OSError as error:
            unread = Problem(path, "cannot be read as UTF-8 text", "Restore the file.")
            raise _broken([unread]) from error
    return files


def _digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the sorted paths and contents, each preceded by its length in bytes."""
    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _absent(rules: Mapping[str, Rule]) -> list[Problem]:
    required = dict.fromkeys(REQUIRED_DENIALS, Effect.DENY)
    required |= dict.fromkeys(REQUIRED_WARNINGS, Effect.WARN)
    remedy = "Restore it; removing a rule for good is also a change to the gateway itself."
    problems = []
    for rule_id, effect in sorted(required.items()):
        rule = rules.get(rule_id)
        if rule is None:
            problems.append(Problem(RULES, f"the required rule '{rule_id}' is missing", remedy))
        elif rule.effect is not effect:
            fault = f"the required rule '{rule_id}' does not {effect.value} any more"
            problems.append(Problem(rule.place, fault, remedy))
    return problems


def _broken(problems: list[Problem]) -> InvalidInput:
    first = problems[0]
    return InvalidInput(
        f"The policies are broken: {first.field}: {first.message}.",
        first.remedy,
        field=first.field,
        problems=tuple(problems),
    )
