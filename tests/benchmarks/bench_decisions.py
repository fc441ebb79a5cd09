"""How much judging costs beside what Cedar itself needs: 40 recipients, 25 documents.

Run: python tests/benchmarks/bench_decisions.py
"""

import dataclasses
import json
import statistics
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import cedarpy

from gateway.domain.decisions import Case
from gateway.domain.packs import DocumentId
from gateway.domain.register import RepresentativeId
from gateway.policy import CedarJudge, load_bundle
from gateway.policy.facts import FactSheet
from gateway.policy.situations import case_of

POLICIES = Path(__file__).parents[2] / "policies"
RECIPIENTS, DOCUMENTS, ROUNDS = 40, 25, 7


def pack() -> list[Case]:
    """Every (recipient, document) pair of one pack, the objects shared as in real use."""
    base = case_of(tomllib.loads((POLICIES / "tests/baseline.toml").read_text("utf-8")))
    statement = base.pack.statements[0]
    people = [
        dataclasses.replace(
            base.recipient, id=RepresentativeId(f"recipient-{n}"), email=f"r{n}@health.example"
        )
        for n in range(RECIPIENTS)
    ]
    documents = [
        dataclasses.replace(base.document, id=DocumentId(f"document-{n}"), position=n)
        for n in range(DOCUMENTS)
    ]
    statements = tuple(dataclasses.replace(statement, recipient=p.id) for p in people)
    sent = dataclasses.replace(base.pack, statements=statements)
    meeting = dataclasses.replace(base.meeting, attendees=tuple(p.id for p in people))
    return [
        dataclasses.replace(base, recipient=p, document=d, pack=sent, meeting=meeting)
        for p in people
        for d in documents
    ]


def seconds(work: Callable[[], object]) -> float:
    """The median time of `work` over several rounds, after one that does not count."""
    work()
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    """Print decisions a second, and the time as a ratio to bare Cedar on prepared requests."""
    bundle = load_bundle(POLICIES)
    judge, cases = CedarJudge(bundle), pack()
    sheet = FactSheet(cases, bundle)
    entities = cedarpy.Entities.from_json_str(json.dumps(sheet.entities), bundle.schema)
    receive, flag = (
        [{**r, "action": {"type": "Action", "id": name}} for r in sheet.requests]
        for name in ("receive", "flag")
    )

    def bare(*, warnings: bool) -> None:
        cedarpy.is_authorized_batch(receive, bundle.receive, entities, bundle.schema)
        if warnings:
            cedarpy.is_authorized_batch(flag, bundle.flag, entities, bundle.schema)

    ours = seconds(lambda: judge.judge(cases))
    both, one = seconds(lambda: bare(warnings=True)), seconds(lambda: bare(warnings=False))
    allowed = sum(d.allowed for d in judge.judge(cases))
    sys.stdout.write(
        f"{len(cases)} decisions, {allowed} allowed, {len(bundle.rules)} rules\n"
        f"judge                      {len(cases) / ours:8.0f} a second\n"
        f"bare Cedar, deny and warn  {len(cases) / both:8.0f} a second  "
        f"(judge takes {ours / both:.2f} times as long)\n"
        f"bare Cedar, deny only      {len(cases) / one:8.0f} a second  "
        f"(judge takes {ours / one:.2f} times as long)\n"
    )


if __name__ == "__main__":
    main()
