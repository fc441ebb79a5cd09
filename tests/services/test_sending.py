"""Checking and sending a pack: who gets what, once, and all of it recorded."""

import asyncio
import json
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from support.world import COORDINATOR, LEAD, OTHER_PERSON, STRANGER, World

from gateway.domain.classification import Classification
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, Refused
from gateway.domain.packs import PackId
from gateway.domain.register import PasswordChannel
from gateway.domain.transfers import State
from gateway.services.packs import (
    check_pack,
    create_pack,
    discard_pack,
    get_pack,
    list_packs,
    relabel_document,
)
from gateway.services.paging import Page
from gateway.services.sending import send_pack
from gateway.services.transfers import get_transfer, list_transfers, recall_transfer

RECEIVES_ALL = {"aroha-tauira", "ben-sample", "mere-tauira", "hana-sample", "tom-sample"}
REFUSED = {
    "ngaio-example": "recipient-agency-not-signatory",
    "rewi-example": "recipient-not-active",
    "sina-example": "",
    "kim-example": "",
    "lou-example": "",
}


async def test_each_attendee_gets_what_the_rules_allow(world: World) -> None:
    """Some receive everything, one a part, the others nothing, each for another reason."""
    transfers = await world.send()
    queued = {r for r, t in transfers.items() if t.state is State.QUEUED}
    refused = {r: t for r, t in transfers.items() if t.state is State.REFUSED}
    assert queued == RECEIVES_ALL | {"iris-example"}
    assert set(refused) == set(REFUSED)
    assert len(transfers["iris-example"].documents) == 3
    assert [len(w.rules) for w in transfers["iris-example"].withheld] == [1]
    assert all(len(transfers[r].documents) == 4 for r in RECEIVES_ALL)
    reasons = {tuple(sorted({r for w in t.withheld for r in w.rules})) for t in refused.values()}
    assert len(reasons) == len(REFUSED)


async def test_the_check_says_what_sending_then_does(world: World) -> None:
    """The matrix shown before sending lists exactly the documents each one is then sent."""
    pack = await world.new_pack()
    matrix = await check_pack(world.parts, COORDINATOR, pack.id)
    sent = await send_pack(world.parts, COORDINATOR, pack.id)
    shown = {row.recipient.id: row.documents for row in matrix.rows}
    assert shown == {t.recipient: t.documents for t in sent.transfers}


async def test_sending_is_recorded_for_each_recipient(world: World) -> None:
    """The log names every transfer with authority, documents and rules, and no name or address."""
    transfers = await world.send()
    leaves = await world.leaves()
    entries = [json.loads(leaf) for leaf in leaves]
    by_action: dict[str, list[dict[str, object]]] = {}
    for entry in entries:
        by_action.setdefault(entry["action"], []).append(entry)
    assert len(by_action["transfer.queued"]) == 6
    assert len(by_action["transfer.refused"]) == 5
    assert len(by_action["document.withheld"]) == 5 * 4 + 1
    assert len(by_action["pack.sent"]) == 1
    first = entries[[e["action"] for e in entries].index("transfer.queued")]["detail"]
    assert first["authority"] == "OTA-66C"
    assert first["protocol"].startswith("kowhai@")
    assert len(first["documents"][0]["digest"]) == 32
    log = b"\n".join(leaves).decode()
    for person in world.register.representatives:
        assert person.id not in log
        assert person.name not in log
        assert person.email not in log
        assert person.mobile is None or person.mobile not in log
    assert all(t.id in log for t in transfers.values())


async def test_a_pack_is_sent_once(world: World) -> None:
    """A second request to send is refused; of many at the same time exactly one wins."""
    pack = await world.new_pack()
    attempts = [send_pack(world.parts, COORDINATOR, pack.id) for _ in range(8)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(r, Conflict) for r in results if isinstance(r, BaseException))
    assert len(await list_transfers(world.parts, COORDINATOR, Page(100), pack=pack.id)) == 11


async def test_an_idempotency_key_gives_the_first_answer_again(world: World) -> None:
    """Retries under one key, also at the same time, give the same transfers; another use fails."""
    pack, other = await world.new_pack(), await world.new_pack()
    attempts = [send_pack(world.parts, COORDINATOR, pack.id, "key") for _ in range(5)]
    answers = await asyncio.gather(*attempts)
    assert sum(not answer.repeated for answer in answers) == 1
    assert len({tuple(t.id for t in answer.transfers) for answer in answers}) == 1
    with pytest.raises(Conflict):
        await send_pack(world.parts, COORDINATOR, other.id, "key")


async def test_a_pack_nobody_may_receive_is_not_sent(world: World) -> None:
    """Nothing is queued, and the pack can still be mended."""
    pack = await world.new_pack()
    async with world.parts.database.work() as work:
        await work.packs.update(replace(pack, statements=()))
    with pytest.raises(Refused):
        await send_pack(world.parts, COORDINATOR, pack.id)
    found, _ = await get_pack(world.parts, COORDINATOR, pack.id)
    assert found.sent_at is None
    assert await list_transfers(world.parts, COORDINATOR, Page(100)) == []


async def test_a_pack_without_documents_is_not_sent(world: World) -> None:
    """There is nothing to send."""
    pack = await world.new_pack(documents=0)
    with pytest.raises(InvalidInput, match="no documents"):
        await send_pack(world.parts, COORDINATOR, pack.id)


async def test_another_agency_sees_and_does_nothing(world: World) -> None:
    """Every use of another agency's pack or transfer reads like a missing one."""
    pack = await world.new_pack()
    transfer = next(iter((await send_pack(world.parts, COORDINATOR, pack.id)).transfers))
    attempts = [
        get_pack(world.parts, STRANGER, pack.id),
        check_pack(world.parts, STRANGER, pack.id),
        send_pack(world.parts, STRANGER, pack.id),
        discard_pack(world.parts, STRANGER, pack.id),
        get_transfer(world.parts, STRANGER, transfer.id),
        recall_transfer(world.parts, STRANGER, transfer.id),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound) as theirs:
            await attempt
        assert pack.id not in theirs.value.message
    missing = get_pack(world.parts, STRANGER, PackId("0" * 26))
    with pytest.raises(NotFound) as nothing:
        await missing
    with pytest.raises(NotFound) as somebody_else_s:
        await get_pack(world.parts, STRANGER, pack.id)
    assert nothing.value.message == somebody_else_s.value.message
    assert await list_packs(world.parts, STRANGER, Page()) == []
    assert await list_transfers(world.parts, STRANGER, Page()) == []


async def test_only_the_lead_agency_makes_a_pack(world: World) -> None:
    """Another agency at the table cannot send a pack for the meeting."""
    terms = replace(world.pack_file.terms, contact=OTHER_PERSON)
    with pytest.raises(NotFound):
        await create_pack(world.parts, STRANGER, terms)


async def test_only_a_coordinator_makes_a_pack(world: World) -> None:
    """Other roles of the same agency do not."""
    from gateway.domain.actors import Role  # noqa: PLC0415

    for role in set(Role) - {Role.COORDINATOR}:
        actor = replace(COORDINATOR, role=role)
        with pytest.raises(Forbidden):
            await list_packs(world.parts, actor, Page())


async def test_a_statement_by_a_stranger_is_refused(world: World) -> None:
    """A statement of belief is made by the sending agency's own people."""
    statements = (
        replace(world.pack_file.terms.statements[0], stated_by=OTHER_PERSON),
        *world.pack_file.terms.statements[1:],
    )
    terms = replace(world.pack_file.terms, statements=statements)
    with pytest.raises(InvalidInput):
        await create_pack(world.parts, COORDINATOR, terms)


async def test_no_secret_of_a_transfer_is_stored_in_the_clear(
    world: World, database_url: str
) -> None:
    """Passwords, codes and link tokens appear in no table."""
    from gateway.services import secrets  # noqa: PLC0415

    transfers = await world.send()
    held = []
    async with world.parts.database.work() as work:
        for transfer in transfers.values():
            if transfer.documents:
                loaded = await secrets.load(world.parts, work, transfer.id)
                held += [loaded.password, loaded.code, loaded.link]
    assert len({secret.reveal() for secret in held}) == len(held) == 18
    dump = everything_stored(database_url)
    assert LEAD.encode() in dump
    for secret in held:
        text = secret.reveal().encode()
        assert text not in dump
        assert text.hex().encode() not in dump


async def test_a_channel_the_gateway_does_not_have_is_not_chosen(world: World) -> None:
    """Without an SMS gateway nobody's password is planned to go by text."""
    pack = await world.new_pack()
    usual = await check_pack(world.parts, COORDINATOR, pack.id)
    channels = frozenset(PasswordChannel) - {PasswordChannel.TEXT}
    parts = replace(world.parts, rules=replace(world.parts.rules, channels=channels))
    without = await check_pack(parts, COORDINATOR, pack.id)
    assert PasswordChannel.TEXT in {row.channel.channel for row in usual.rows if row.channel}
    assert PasswordChannel.TEXT not in {row.channel.channel for row in without.rows if row.channel}


async def test_a_document_no_mail_may_carry_does_not_stop_the_rest(world: World) -> None:
    """A SENSITIVE document is withheld from everyone; the others go, marked as they are."""
    pack = await world.new_pack()
    _, (first, *_) = await get_pack(world.parts, COORDINATOR, pack.id)
    above = replace(first.label, classification=Classification.SENSITIVE)
    await relabel_document(world.parts, COORDINATOR, pack.id, first.id, above)
    sent = await send_pack(world.parts, COORDINATOR, pack.id)
    transfer = next(t for t in sent.transfers if t.recipient == "ben-sample")
    assert len(transfer.documents) == 3
    assert first.id not in transfer.documents


def everything_stored(database_url: str) -> bytes:
    """Every row of every table as text."""
    rows = []
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (table,) in tables:
            query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))
            rows += [row[0] for row in connection.execute(query)]
    return "\n".join(rows).encode()
