"""Accounts of disclosure: exactly what went to whom, when, under which authority, and how far."""

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from support.world import ADMINISTRATOR, COORDINATOR, LEAD, SAMPLE, START, World

from gateway.domain.actors import Actor, ActorKind, Role
from gateway.domain.errors import Forbidden
from gateway.domain.register import AgencyId, ChildReference, ConflictOfInterest
from gateway.domain.transfers import State, Transfer
from gateway.services import delivery
from gateway.services.auditing import document_digest, pseudonym
from gateway.services.disclosures import (
    Account,
    Direction,
    Disclosure,
    Extent,
    account_of_agency,
    account_of_child,
)
from gateway.services.paging import Page
from gateway.services.ports import Deferred, Rejected
from gateway.services.review import Wanted
from gateway.services.telephone import read_password
from gateway.services.transfers import recall_transfer

AUDITOR = Actor(ActorKind.PERSON, Role.AUDITOR, LEAD, None, "test")
YOUNGER, ELDER = ChildReference("child-7f3a"), ChildReference("child-9c2e")
WINDOW = timedelta(minutes=11)
STOPPED = Wanted()


def auditor_of(agency: str) -> Actor:
    """The auditor of another agency."""
    return replace(AUDITOR, agency=AgencyId(agency))


async def about(world: World, child: ChildReference, wanted: Wanted = STOPPED) -> Account:
    """The child's account as the lead agency's auditor reads it."""
    await world.leaves()
    return await account_of_child(world.parts, AUDITOR, child, wanted, Page(limit=100))


async def by_recipient(world: World, child: ChildReference) -> dict[str, Disclosure]:
    """The account, by the identifier of who was to receive it."""
    names = {person.name: person.id for person in world.register.representatives}
    account = await about(world, child)
    assert account.next is None
    return {names[each.recipient_name or ""]: each for each in account.disclosures}


async def one(world: World, transfer: Transfer) -> Disclosure:
    """What the younger child's account says of one transfer."""
    found = (await about(world, YOUNGER)).disclosures
    return next(each for each in found if each.transfer == transfer.id)


async def run(world: World, transfer: Transfer) -> State:
    """Do what is due for a transfer."""
    await delivery.run(world.parts, transfer.id)
    return (await world.transfer(transfer)).state


async def deny(world: World, recipient: str) -> None:
    """Declare a conflict of interest with the younger child, and with the elder."""
    conflicts = tuple(
        ConflictOfInterest(person.id, child, date(2026, 11, 30))
        for person in world.register.representatives
        if person.id == recipient
        for child in (YOUNGER, ELDER)
    )
    conflicts = (*world.register.conflicts, *conflicts)
    await world.import_register(replace(world.register, conflicts=conflicts))


async def whole_story(world: World) -> dict[str, Transfer]:
    """Aroha has it all, Ben's is recalled, Mere is denied, Hana's password may have left, and Tom
    was read his; Iris' waits.
    """
    transfers = await world.send()
    for recipient in ("aroha-tauira", "ben-sample", "mere-tauira", "hana-sample", "tom-sample"):
        assert await run(world, transfers[recipient]) is State.MAILED
    await recall_transfer(world.parts, COORDINATOR, transfers["ben-sample"].id)
    await deny(world, "mere-tauira")
    world.clock.at = START + WINDOW
    assert await run(world, transfers["aroha-tauira"]) is State.PASSWORD_SENT
    assert await run(world, transfers["mere-tauira"]) is State.REFUSED
    world.channels.outcomes = [Deferred("timeout", uncertain=True)]
    assert await run(world, transfers["hana-sample"]) is State.MAILED
    await read_password(world.parts, COORDINATOR, transfers["tom-sample"].id)
    return transfers


async def test_the_account_of_a_child_says_what_went_to_whom(world: World) -> None:
    """Each transfer once, with its extent, its times, and the authority it went under."""
    transfers = await whole_story(world)
    account = await by_recipient(world, YOUNGER)
    assert {recipient: each.extent for recipient, each in account.items()} == {
        "aroha-tauira": Extent.DISCLOSED,
        "tom-sample": Extent.DISCLOSED,
        "hana-sample": Extent.POSSIBLY,
        "ben-sample": Extent.NOT,
        "mere-tauira": Extent.NOT,
        "iris-example": Extent.NOT,
    }
    times: dict[str, tuple[datetime | None, datetime | None]] = {
        "aroha-tauira": (START, START + WINDOW),
        "tom-sample": (START, START + WINDOW),
        "hana-sample": (START, None),
        "ben-sample": (START, None),
        "mere-tauira": (START, None),
        "iris-example": (None, None),
    }
    agencies = {person.id: person.agency for person in world.register.representatives}
    grounds = {each.recipient: each.ground for each in world.pack_file.terms.statements}
    for recipient, said in account.items():
        transfer = await world.transfer(transfers[recipient])
        assert (said.transfer, said.reference) == (transfer.id, transfer.reference)
        assert said.state == transfer.state.value
        assert said.recipient == pseudonym(world.parts, transfer.recipient)
        assert (said.agency, said.recipient_agency) == (LEAD, agencies[transfer.recipient])
        assert (said.authority, said.purpose) == ("OTA-66C", "SAFETY-PLAN")
        assert (said.protocol, said.ground) == ("kowhai@2", grounds[transfer.recipient])
        assert (said.mailed_at, said.password_at) == times[recipient]
        assert (said.queued_at, said.acknowledged_at) == (START, None)


async def test_the_account_of_a_child_lists_the_childs_documents_alone(world: World) -> None:
    """As the pack describes them; who has none about the child is not in the account."""
    transfers = await whole_story(world)
    for child in (YOUNGER, ELDER):
        expected = [
            (
                document_digest(world.parts, digest_of(document.file)),
                document.label.classification.value,
                document.label.category,
                document.label.source_agency,
            )
            for document in world.pack_file.documents
            if child in document.label.children
        ]
        account = await by_recipient(world, child)
        for recipient, said in account.items():
            assert [
                (d.digest, d.classification, d.category, d.source_agency) for d in said.documents
            ] == expected
            assert {d.id for d in said.documents} <= set(transfers[recipient].documents)
        assert ("iris-example" in account) is (child == YOUNGER)
        assert len(account) == (6 if child == YOUNGER else 5)
    assert (await about(world, ChildReference("child-none"))).disclosures == ()


def digest_of(file: object) -> str:
    """SHA-256 of a file of the sample."""
    return hashlib.sha256((SAMPLE / str(file)).read_bytes()).hexdigest()


async def test_what_was_taken_out_before_mailing_was_not_disclosed(world: World) -> None:
    """A conflict declared after sealing narrows the pack; the child's account leaves it out."""
    transfers = await world.send()
    ben = transfers["ben-sample"]
    conflict = ConflictOfInterest(ben.recipient, ELDER, date(2026, 11, 30))
    conflicts = (*world.register.conflicts, conflict)
    world.channels.outcomes = [Deferred("451 busy")]
    await run(world, ben)
    await world.import_register(replace(world.register, conflicts=conflicts))
    world.clock.move(hours=1)
    assert await run(world, ben) is State.MAILED
    world.clock.move(minutes=11)
    assert await run(world, ben) is State.PASSWORD_SENT
    assert "ben-sample" not in await by_recipient(world, ELDER)
    said = (await by_recipient(world, YOUNGER))["ben-sample"]
    assert (said.extent, len(said.documents)) == (Extent.DISCLOSED, 3)


async def test_a_recall_after_a_sure_failure_kept_the_password_back(world: World) -> None:
    """The text gateway was busy and took nothing, then the pack was recalled: not disclosed."""
    ben = (await world.send())["ben-sample"]
    await run(world, ben)
    world.clock.move(minutes=11)
    world.channels.outcomes = [Deferred("503 busy")]
    assert await run(world, ben) is State.MAILED
    await recall_transfer(world.parts, COORDINATOR, ben.id)
    assert (await one(world, ben)).extent is Extent.NOT
    assert world.channels.passwords


async def test_a_refusal_after_a_sure_failure_kept_the_password_back(world: World) -> None:
    """So it is when the rules no longer allow it meanwhile."""
    ben = (await world.send())["ben-sample"]
    await run(world, ben)
    world.clock.move(minutes=11)
    world.channels.outcomes = [Deferred("503 busy")]
    await run(world, ben)
    await deny(world, "ben-sample")
    world.clock.move(hours=1)
    assert await run(world, ben) is State.REFUSED
    assert (await one(world, ben)).extent is Extent.NOT


async def test_a_denial_after_a_lost_answer_takes_nothing_back(world: World) -> None:
    """The text may have arrived; what came later does not make that untrue."""
    ben = (await world.send())["ben-sample"]
    await run(world, ben)
    world.clock.move(minutes=11)
    world.channels.outcomes = [Deferred("timeout", uncertain=True)]
    await run(world, ben)
    await deny(world, "ben-sample")
    world.clock.move(hours=1)
    assert await run(world, ben) is State.FAILED
    said = await one(world, ben)
    assert (said.extent, said.state, said.password_at) == (Extent.POSSIBLY, "failed", None)


async def test_a_pack_the_relay_refused_was_not_disclosed(world: World) -> None:
    """It failed with no password ever released."""
    ben = (await world.send())["ben-sample"]
    world.channels.outcomes = [Rejected("550 no such mailbox")]
    assert await run(world, ben) is State.FAILED
    said = await one(world, ben)
    assert (said.extent, said.state, said.mailed_at) == (Extent.NOT, "failed", None)


async def test_the_account_goes_on_page_by_page(world: World) -> None:
    """Every transfer once, in one order; a period limits it by when they were queued."""
    await whole_story(world)
    whole = [each.transfer for each in (await about(world, YOUNGER)).disclosures]
    paged: list[str] = []
    page = Page(limit=2)
    while True:
        part = await account_of_child(world.parts, AUDITOR, YOUNGER, Wanted(), page)
        paged += [each.transfer for each in part.disclosures]
        if part.next is None:
            break
        page = replace(page, after=part.next)
    assert (paged, len(set(paged))) == (whole, 6)
    after = Wanted(since=START + timedelta(seconds=1))
    assert (await about(world, YOUNGER, after)).disclosures == ()
    assert len((await about(world, YOUNGER, Wanted(since=START))).disclosures) == 6
    assert (await about(world, YOUNGER, Wanted(until=START))).disclosures == ()


async def test_what_an_agency_received_is_what_arrived(world: World) -> None:
    """Mailed packs, recalled ones too; what waits or was never mailed is its sender's affair."""
    await whole_story(world)
    await world.leaves()
    for agency, extents in {
        "regional-police": [Extent.NOT],  # Ben's, recalled after it was mailed; Rewi's never was
        "te-rohe-health": [Extent.POSSIBLY],  # Hana's; Iris' waits, Kim's was refused
        "learning-office": [Extent.DISCLOSED],
        "ruru-housing": [],
    }.items():
        for actor in (auditor_of(agency), ADMINISTRATOR):
            account = await account_of_agency(
                world.parts, actor, agency, Direction.RECEIVED, Wanted(), Page()
            )
            assert [each.extent for each in account.disclosures] == extents
            assert all(each.agency == LEAD for each in account.disclosures)


async def test_what_an_agency_sent_is_all_it_queued(world: World) -> None:
    """With the documents of every child; other agencies sent nothing."""
    transfers = await whole_story(world)
    await world.leaves()
    sent = await account_of_agency(
        world.parts, AUDITOR, LEAD, Direction.SENT, Wanted(), Page(limit=100)
    )
    documents = {each.transfer: tuple(d.id for d in each.documents) for each in sent.disclosures}
    assert documents == {t.id: t.documents for t in transfers.values() if t.documents}
    none = await account_of_agency(
        world.parts, ADMINISTRATOR, "regional-police", Direction.SENT, Wanted(), Page()
    )
    assert none.disclosures == ()


async def test_an_account_is_for_auditors_of_the_agency(world: World) -> None:
    """Other roles and other agencies' auditors are refused; a child's account holds the own."""
    await whole_story(world)
    await world.leaves()
    police = auditor_of("regional-police")
    for actor, agency in (
        (COORDINATOR, LEAD),
        (police, LEAD),
        (AUDITOR, AgencyId("learning-office")),
    ):
        for direction in Direction:
            with pytest.raises(Forbidden):
                await account_of_agency(world.parts, actor, agency, direction, Wanted(), Page())
    with pytest.raises(Forbidden):
        await account_of_child(world.parts, COORDINATOR, YOUNGER, Wanted(), Page())
    theirs = await account_of_child(world.parts, police, YOUNGER, Wanted(), Page())
    assert theirs == Account((), None)
