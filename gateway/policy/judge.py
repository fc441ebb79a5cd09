"""Judges cases by a bundle of Cedar policies; whatever is not clearly allowed is withheld."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import cedarpy

from gateway.domain.decisions import Case, Decision, Finding, Severity
from gateway.domain.information_requests.form import RequestForm
from gateway.policy.bundle import Bundle
from gateway.policy.facts import FactSheet
from gateway.policy.rules import Effect
from gateway.services.ports import Authority

POLICY_ERROR: Final = "policy-error"
NO_AUTHORITY: Final = "no-legal-authority"
_RECEIVE: Final = {"type": "Action", "id": "receive"}
_FLAG: Final = {"type": "Action", "id": "flag"}
_CHUNK: Final = 100  # requests per call into Cedar, during which no other thread can run
_QUOTED: Final = re.compile(r"`([a-z0-9-]+)`")

_Answers = tuple[cedarpy.AuthzResult, cedarpy.AuthzResult]


class CedarJudge:
    """Decides by Cedar policies (implements `gateway.services.ports.Judge`).

    A document goes to a recipient only if Cedar says Allow and no rule failed to evaluate: Cedar
    skips a rule that fails, so a failure that went unnoticed could open the gate.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._findings = {
            rule.id: Finding(
                rule=rule.id,
                severity=Severity.WARN if rule.effect is Effect.WARN else Severity.DENY,
                message=rule.message,
                remedy=rule.remedy,
                source=rule.source,
            )
            for rule in bundle.rules.values()
            if rule.effect is not Effect.PERMIT
        }

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the policies in use."""
        return self._bundle.digest

    def authority(self, code: str) -> Authority | None:
        """The legal authority with this code, or None when the policy data has none."""
        entry = self._bundle.authorities.get(code)
        return entry.authority if entry else None

    def authorities(self) -> Sequence[Authority]:
        """Every legal authority of the policy data, in its order."""
        return tuple(entry.authority for entry in self._bundle.authorities.values())

    def form(self, code: str) -> RequestForm | None:
        """The form of a request under this legal authority, or None when there is none."""
        return self._bundle.forms.get(code)

    def forms(self) -> Sequence[RequestForm]:
        """Every form there is, in the policy data's order."""
        return tuple(self._bundle.forms.values())

    def finding(self, rule: str) -> Finding | None:
        """What a rule that denies or warns says of itself; None when no such rule is in use."""
        return self._findings.get(rule)

    def judge(self, cases: Sequence[Case]) -> list[Decision]:
        """One decision per case, in order: denials first, then warnings, each by rule id.

        It only computes; where others wait for the event loop, call it in a thread.
        """
        sheet = FactSheet(cases, self._bundle)
        return self._decide(cases, sheet.entities, sheet.requests)

    def _decide(
        self, cases: Sequence[Case], entities: list[Any], requests: list[dict[str, Any]]
    ) -> list[Decision]:
        try:
            parsed = cedarpy.Entities.from_json_str(json.dumps(entities), self._bundle.schema)
        except ValueError:  # a fact is missing or malformed, and it cannot be said in whose case
            return [self._decision(case, [self._failure(())], allowed=False) for case in cases]
        answers = self._ask(requests, parsed)
        return [self._answered(case, *pair) for case, pair in zip(cases, answers, strict=True)]

    def _ask(
        self, requests: list[dict[str, Any]], entities: cedarpy.Entities
    ) -> Iterator[_Answers]:
        """Cedar's answers to each request: whether to receive, and what to flag."""
        bundle = self._bundle
        for start in range(0, len(requests), _CHUNK):
            chunk = requests[start : start + _CHUNK]
            receive = [{**request, "action": _RECEIVE} for request in chunk]
            flag = [{**request, "action": _FLAG} for request in chunk]
            yield from zip(
                cedarpy.is_authorized_batch(receive, bundle.receive, entities, bundle.schema),
                cedarpy.is_authorized_batch(flag, bundle.flag, entities, bundle.schema),
                strict=True,
            )

    def _answered(
        self, case: Case, receive: cedarpy.AuthzResult, flag: cedarpy.AuthzResult
    ) -> Decision:
        findings: list[Finding] = []
        if receive.decision is cedarpy.Decision.Deny:
            findings += self._found(receive)
        if flag.decision is cedarpy.Decision.Allow:
            findings += self._found(flag)
        errors = [*receive.diagnostics.errors, *flag.diagnostics.errors]
        undecided = cedarpy.Decision.NoDecision in (receive.decision, flag.decision)
        if errors or undecided:
            findings.append(self._failure(errors))
        allowed = receive.allowed and not errors and not undecided
        if not allowed and not any(f.severity is Severity.DENY for f in findings):
            findings.append(self._findings[NO_AUTHORITY])  # no permit applied
        return self._decision(case, findings, allowed=allowed)

    def _found(self, answer: cedarpy.AuthzResult) -> list[Finding]:
        return [self._findings[rule] for rule in answer.diagnostics.reasons]

    def _decision(self, case: Case, findings: Iterable[Finding], *, allowed: bool) -> Decision:
        ordered = sorted(findings, key=lambda f: (f.severity is not Severity.DENY, f.rule))
        return Decision(case.recipient.id, case.document.id, allowed, tuple(ordered))

    def _failure(self, errors: Iterable[str]) -> Finding:
        """The finding for rules that could not be judged; it names rules, never facts."""
        named = {name for error in errors for name in _QUOTED.findall(error)}
        rules = sorted(named & self._bundle.rules.keys())
        where = f" (rule {', '.join(rules)})" if rules else ""
        return Finding(
            rule=POLICY_ERROR,
            severity=Severity.DENY,
            message=f"The rules could not be judged{where}, so nothing is sent.",
            remedy="Tell the administrator: a fact is missing or malformed, or a rule is broken.",
            source="The gateway's own rule: what cannot be judged is withheld.",
        )
