"""The check matrix for people and for programs."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.domain.addresses import masked
from gateway.domain.decisions import Matrix, MatrixRow, Severity


def show(matrix: Matrix, console: Console) -> None:
    """Print recipients down, documents across, and every reason below."""
    table = Table(title="Who receives what", title_justify="left")
    table.add_column("recipient")
    table.add_column("agency")
    for number, _ in enumerate(matrix.documents, 1):
        table.add_column(f"{number:02d}", justify="center")
    table.add_column("password")
    for row in matrix.rows:
        cells = [Text("yes" if d.allowed else "no") for d in row.decisions]
        channel = row.channel.channel.value if row.channel and row.documents else "-"
        table.add_row(Text(row.recipient.name), Text(row.agency.name), *cells, channel)
    console.print(table)
    for number, document in enumerate(matrix.documents, 1):
        label = document.label
        console.print(
            f"{number:02d}  {document.title}  ({label.classification}, {label.category})",
            markup=False,
        )
    for row in matrix.rows:
        _show_reasons(row, console)


def _show_reasons(row: MatrixRow, console: Console) -> None:
    spoken: dict[str, list[int]] = {}
    words = {}
    for number, decision in enumerate(row.decisions, 1):
        for finding in decision.findings:
            spoken.setdefault(finding.rule, []).append(number)
            words[finding.rule] = finding
    if not spoken:
        return
    console.print(f"\n{row.recipient.name}, {row.agency.name}", style="bold", markup=False)
    for rule, numbers in spoken.items():
        finding = words[rule]
        what = "withheld" if finding.severity is Severity.DENY else "warning"
        which = ", ".join(f"{n:02d}" for n in numbers)
        console.print(f"  {what} {which}: {finding.message} [{rule}]", markup=False)
        console.print(f"    {finding.remedy} ({finding.source})", markup=False)


def as_json(matrix: Matrix) -> dict[str, Any]:
    """The matrix as JSON values; addresses are masked."""
    return {
        "policy": matrix.policy_digest,
        "documents": [{"document": d.id, "title": d.title} for d in matrix.documents],
        "recipients": [
            {
                "recipient": row.recipient.id,
                "agency": row.agency.id,
                "password_channel": row.channel.channel.value if row.channel else None,
                "password_address": masked(row.channel.address) if row.channel else None,
                "route": row.route.value,
                "decisions": [
                    {
                        "title": document.title,
                        "allowed": decision.allowed,
                        "findings": [
                            {
                                "rule": f.rule,
                                "severity": f.severity.value,
                                "message": f.message,
                                "remedy": f.remedy,
                                "source": f.source,
                            }
                            for f in decision.findings
                        ],
                    }
                    for document, decision in zip(matrix.documents, row.decisions, strict=True)
                ],
            }
            for row in matrix.rows
        ],
    }
