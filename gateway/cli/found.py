"""What was found in a document, for people and for programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from gateway.services.found import Found


def show_found(seen: "Found", console: Console) -> None:
    """Print what was found, and of which kinds something can be taken out."""
    known = seen.inspected
    console.print(seen.document.title, style="bold", markup=False)
    if known is None:
        console.print("  nobody has looked into it", markup=False)
        return
    marking = known.marking.value if known.marking else "none"
    console.print(
        f"  {known.file_type.value if known.file_type else 'of no known type'}; "
        f"marking found: {marking}; {'scanned' if known.scanned else 'not scanned'} for malware",
        markup=False,
    )
    for one in seen.discoveries:
        where = f", {one.where}" if one.where else ""
        context = f": {one.context}" if one.context else ""
        console.print(f"  {one.kind.name} ({one.kind.value}){where}{context}", markup=False)
    if known.removed:
        gone = ", ".join(kind.name for kind in known.removed)
        console.print(f"  taken out: {gone}", markup=False)
    if seen.is_open and seen.removable:
        kinds = ", ".join(kind.name for kind in seen.removable)
        console.print(f"  can be taken out: {kinds}", markup=False)


def list_found(seen: Sequence["Found"], console: Console, *, as_json: bool) -> None:
    """Print the documents of a pack, with how often something was found in each."""
    if as_json:
        console.print_json(data=[found_as_json(each) for each in seen])
        return
    for each in seen:
        known = each.inspected
        number = sum(number for _, number in known.counts) if known else 0
        said = f"{number} found" if known else "never looked into"
        console.print(f"{each.document.id}  {each.document.title}  {said}", markup=False)


def found_as_json(seen: "Found") -> dict[str, Any]:
    """The same as JSON values."""
    known = seen.inspected
    return {
        "document": seen.document.id,
        "inspected": known is not None,
        "type": known.file_type.name if known and known.file_type else None,
        "marking": known.marking.value if known and known.marking else None,
        "endorsements": list(known.endorsements) if known else [],
        "scanned": known.scanned if known else False,
        "stamped": known.stamped if known else False,
        "removed": [kind.name for kind in known.removed] if known else [],
        "counts": {kind.name: number for kind, number in known.counts} if known else {},
        "discoveries": [
            {
                "kind": one.kind.name,
                "where": one.where,
                "context": one.context,
                "removable": one.removable,
            }
            for one in seen.discoveries
        ],
    }
