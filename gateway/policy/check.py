"""Tries a directory of policies on its own test cases, in words a privacy officer can follow.

tests/baseline.toml    a situation in which the document is sent, without any finding
tests/baseline-*.toml  others like it: what differs from the first; a file of cases may name one
tests/*.toml           cases: what differs from the baseline, what is expected, which rules
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gateway.domain.decisions import Decision, Severity
from gateway.domain.errors import InvalidInput, Problem
from gateway.policy.bundle import Bundle, load_bundle
from gateway.policy.judge import CedarJudge
from gateway.policy.rules import Effect
from gateway.policy.situations import Situation, case_of, changed

_BASELINE = "baseline"
_SENT, _WARNED, _WITHHELD = "sent", "sent with a warning", "withheld"
_T = TypeVar("_T", bound=BaseModel)
_OUTCOMES = (_SENT, _WARNED, _WITHHELD)


class _Trial(BaseModel):
    """A test case as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    change: dict[str, Any] = {}
    without: tuple[str, ...] = ()
    expect: Annotated[str, StringConstraints(pattern=f"^({'|'.join(_OUTCOMES)})$")]
    rules: tuple[str, ...] = Field(min_length=1)


class _Baseline(BaseModel):
    """What a further baseline changes of the first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    change: dict[str, Any]
    without: tuple[str, ...] = ()


class _Trials(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    baseline: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] | None = None
    case: tuple[_Trial, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """What checking a directory of policies found.

    Attributes:
        denials, warnings, authorities, cases: how many there are.
        failures: what is wrong, one sentence each; empty when the policies do what they should.
    """

    digest: str
    denials: int
    warnings: int
    authorities: int
    cases: int
    failures: tuple[str, ...]


def check_policies(directory: Path) -> PolicyReport:
    """Load the policies in `directory` and try them on their test cases.

    A rule without a case in which it fires and one in which it does not is a failure, and so is a
    case that ends otherwise than expected.

    Raises:
        InvalidInput: the policies or their test cases cannot be read.
    """
    bundle = load_bundle(directory)
    placed = _read(directory / "tests")
    trials = [trial for _, trial in placed.values()]
    failures = [*_tried(bundle, placed), *_untested(bundle, trials)]
    effects = [rule.effect for rule in bundle.rules.values()]
    return PolicyReport(
        digest=bundle.digest,
        denials=effects.count(Effect.DENY),
        warnings=effects.count(Effect.WARN),
        authorities=len(bundle.authorities),
        cases=sum(trial.rules != ("none",) for trial in trials),
        failures=tuple(failures),
    )


_Placed = dict[str, tuple[Situation, _Trial]]


def _read(folder: Path) -> _Placed:
    """Every case by `file: name`, each with the situation it differs from."""
    baselines = _baselines(folder)
    placed: _Placed = {
        f"{name}.toml": (situation, _Trial(name="itself", expect=_SENT, rules=("none",)))
        for name, situation in baselines.items()
    }
    for path in sorted(folder.glob("*.toml")):
        if path.stem in baselines:
            continue
        trials = _validated(path, _Trials)
        name = f"{_BASELINE}-{trials.baseline}" if trials.baseline else _BASELINE
        if name not in baselines:
            raise _unreadable(path, f"there is no {name}.toml")
        for trial in trials.case:
            place = f"{path.name}: {trial.name}"
            if place in placed:
                raise _unreadable(path, f"two cases are named '{trial.name}'")
            placed[place] = (baselines[name], trial)
    return placed


def _baselines(folder: Path) -> dict[str, Situation]:
    """The baselines by their names; the first is written out, the others as changes of it."""
    first = _table(folder / f"{_BASELINE}.toml")
    found = {_BASELINE: first}
    for path in sorted(folder.glob(f"{_BASELINE}-*.toml")):
        differs = _validated(path, _Baseline)
        found[path.stem] = changed(first, differs.change, differs.without)
    return found


def _validated(path: Path, model: type[_T]) -> _T:
    try:
        return model.model_validate(_table(path))
    except ValidationError as error:
        fault = error.errors()[0]
        where = " ".join(str(step + 1 if isinstance(step, int) else step) for step in fault["loc"])
        raise _unreadable(path, f"{where}: {fault['msg']}") from error


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, "cannot be read as UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, f"not valid TOML: {error}") from error


def _unreadable(path: Path, fault: str) -> InvalidInput:
    where = f"tests/{path.name}"
    remedy = "Correct the file; README.md beside the policies says how cases are written."
    return InvalidInput(
        f"The policy tests are broken: {where}: {fault}.",
        remedy,
        field=where,
        problems=(Problem(where, fault, remedy),),
    )


def _tried(bundle: Bundle, placed: _Placed) -> Iterable[str]:
    judge = CedarJudge(bundle)
    for place, (baseline, trial) in placed.items():
        try:
            case = case_of(changed(baseline, trial.change, trial.without))
        except InvalidInput as error:
            yield f"{place}: {error.message}"
            continue
        fault = _differs(trial, judge.judge([case])[0])
        if fault:
            yield f"{place}: {fault}"


def _differs(trial: _Trial, decision: Decision) -> str | None:
    """How `decision` is not what `trial` expects; None when it is.

    Where the document is to be sent there may be no finding at all; otherwise the rules named are
    exactly those that deny, or exactly those that warn.
    """
    denied = {f.rule for f in decision.findings if f.severity is Severity.DENY}
    warned = {f.rule for f in decision.findings if f.severity is Severity.WARN}
    outcome = _WITHHELD if not decision.allowed else _WARNED if warned else _SENT
    fired = denied or warned
    if outcome != trial.expect:
        return f"expected '{trial.expect}', but it is '{outcome}'{_listed(' by', fired)}"
    if outcome != _SENT and fired != set(trial.rules):
        missing, surplus = set(trial.rules) - fired, fired - set(trial.rules)
        return f"it is '{outcome}', but{_listed(' not by', missing)}{_listed(' also by', surplus)}"
    return None


def _listed(words: str, rules: Iterable[str]) -> str:
    return f"{words} {', '.join(sorted(rules))}" if rules else ""


def _untested(bundle: Bundle, trials: Iterable[_Trial]) -> Iterable[str]:
    shown: dict[bool, set[str]] = {True: set(), False: set()}
    for trial in trials:
        shown[trial.expect != _SENT].update(trial.rules)
    for rule in sorted(bundle.rules.values(), key=lambda rule: rule.place):
        if rule.effect is Effect.PERMIT:
            continue
        if rule.id not in shown[True]:
            yield f"{rule.place}: no case shows the rule '{rule.id}' at work"
        if rule.id not in shown[False]:
            yield f"{rule.place}: no case with '{_SENT}' shows where '{rule.id}' stops"
    for name in sorted((shown[True] | shown[False]) - bundle.rules.keys() - {"none"}):
        yield f"tests: there is no rule '{name}'"
