"""What tables and log know of a breach's transfers, towards the factors of section 113."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from gateway.audit.entries import Action
from gateway.audit.reading import read as read_entry
from gateway.domain.breaches import Breach
from gateway.domain.breaches.evidence import (
    Contents,
    Evidence,
    Step,
    encryption,
    opened,
    pack_left,
    password_left,
    together,
)
from gateway.domain.packs import Document
from gateway.domain.transfers import Transfer
from gateway.services.log_storage import Query
from gateway.services.paging import Page
from gateway.services.storage import Work

_STEPS: Final[Mapping[Action, Step]] = MappingProxyType(
    {
        Action.TRANSFER_MAILED: Step.MAILED,
        Action.TRANSFER_BOUNCED: Step.CAME_BACK,
        Action.PASSWORD_RELEASING: Step.RELEASING,
        Action.PASSWORD_SENT: Step.PASSWORD,
        Action.PASSWORD_SHOWN: Step.PASSWORD,
        Action.TRANSFER_PICK_UP_OPENED: Step.OPENED,
        Action.TRANSFER_DOWNLOADED: Step.DOWNLOADED,
        Action.TRANSFER_ACKNOWLEDGED: Step.ACKNOWLEDGED,
        Action.TRANSFER_RECALLED: Step.RECALLED,
    }
)
_MOST_ENTRIES = 1000  # of one transfer


async def evidence_of(work: Work, breach: Breach) -> tuple[Evidence, ...]:
    """What is known of each transfer of a breach, in the order they were named."""
    found: list[Evidence] = []
    for identifier in breach.transfers:
        transfer = await work.transfers.get(identifier, breach.agency)
        if transfer is not None:
            found.append(await _of(work, transfer))
    return tuple(found)


async def _of(work: Work, transfer: Transfer) -> Evidence:
    people = await work.register.representatives([transfer.recipient])
    person = people.get(transfer.recipient)
    agency = await work.register.agency(person.agency) if person is not None else None
    times = await _times(work, transfer)
    pack, password = pack_left(transfer, times), password_left(transfer, times)
    return Evidence(
        transfer=transfer.id,
        reference=transfer.reference,
        state=transfer.state.value,
        recipient_agency=agency.name if agency is not None else "",
        recipient_kind=agency.kind if agency is not None else None,
        contents=await _contents(work, transfer),
        encryption=encryption(transfer),
        pack=pack,
        password=password,
        together=together(transfer, pack, password),
        opened=opened(transfer, times),
        times=times,
    )


async def _times(work: Work, transfer: Transfer) -> dict[Step, datetime]:
    """When each step was first taken, as the log has it."""
    query = Query(transfer.agency, actions=tuple(_STEPS), transfers=(transfer.id,))
    times: dict[Step, datetime] = {}
    for entry in await work.journal.search(query, Page(limit=_MOST_ENTRIES)):
        read = read_entry(entry.leaf)
        times.setdefault(_STEPS[Action(read["action"])], datetime.fromisoformat(read["at"]))
    return times


async def _contents(work: Work, transfer: Transfer) -> Contents | None:
    pack = await work.packs.get(transfer.pack, transfer.agency)
    sent: list[Document] = [
        each
        for each in await work.packs.documents(transfer.pack)
        if each.id in set(transfer.documents)
    ]
    if pack is None or not sent:
        return None
    labels = [document.label for document in sent]
    return Contents(
        documents=len(sent),
        categories=tuple(dict.fromkeys(label.category for label in labels)),
        endorsements=tuple(dict.fromkeys(e for label in labels for e in label.endorsements)),
        children=len({child for label in labels for child in label.children}),
        classification=max((label.classification for label in labels), key=lambda c: c.rank),
        marking=pack.marking,
    )
