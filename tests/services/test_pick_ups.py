"""Picking archives up: which go that way, what opens them, and what ends it."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from support.picking_up import agency_with, always, noticed, released, run, token_of, with_page
from support.world import COORDINATOR, Killed, World, unzipped

from gateway.domain.actors import Actor, ActorKind
from gateway.domain.classification import Classification
from gateway.domain.errors import (
    Conflict,
    GatewayError,
    InvalidInput,
    NotFound,
    NotSignedIn,
    Refused,
    TooManyRequests,
    Unavailable,
)
from gateway.domain.routes import mail_bytes
from gateway.domain.secret import Secret
from gateway.domain.transfers import Failed, Recalled, Route, State, Transfer, TransferId
from gateway.services import delivery, pick_ups, secrets
from gateway.services.pick_ups import Span
from gateway.services.ports import Deferred, Rejected
from gateway.services.telephone import read_password
from gateway.services.transfers import acknowledge_by_code, recall_transfer

VISITOR = Actor(ActorKind.RECIPIENT, None, None, None, "test")


@pytest.fixture
def world(world: World) -> World:
    """A gateway from which packs can be picked up."""
    return with_page(world)


class Browser:
    """Keeps what it is given for one transfer."""

    def __init__(self) -> None:
        self.kept: dict[TransferId, Secret] = {}

    def __call__(self, transfer: TransferId) -> Secret | None:
        """What is kept for a transfer."""
        return self.kept.get(transfer)

    async def open(self, world: World, token: str, code: str) -> None:
        """Type the code."""
        opened = await pick_ups.open_with_code(world.parts, VISITOR, token, code)
        self.kept[opened.transfer] = opened.session

    async def download(self, world: World, token: str, first: int = 0, last: int = -1) -> bytes:
        """Download a span; all of it unless told otherwise."""
        _, archive = await pick_ups.archive_of(world.parts, token, self)
        span = Span(first, last if last >= 0 else archive.size_bytes - 1)
        begun = await pick_ups.begin_download(world.parts, VISITOR, token, self, span)
        return b"".join([chunk async for chunk in begun])


async def opened(world: World) -> tuple[Transfer, str, Browser]:
    """A released transfer, its token, and the browser that typed the code."""
    transfer, browser = await released(world), Browser()
    token = token_of(world)
    await browser.open(world, token, world.channels.pick_up_codes[transfer.reference])
    return transfer, token, browser


async def entries(world: World, *actions: str) -> list[dict[str, Any]]:
    found = [json.loads(leaf) for leaf in await world.leaves()]
    return [entry for entry in found if entry["action"] in actions]


async def archive_left(world: World, blob: str) -> bool:
    async with world.parts.database.work() as work:
        return await work.keys.get(blob) is not None


async def test_the_whole_way_of_a_pick_up(world: World) -> None:
    """Notice, code and password together, download, opened, acknowledged; then nothing is left."""
    transfer = await noticed(world)
    assert transfer.route is Route.PICK_UP
    assert world.channels.mails == []
    (notice,) = world.channels.pick_ups
    assert notice.to == transfer.address
    assert notice.receipt
    assert notice.message_id != transfer.message_id
    world.clock.move(minutes=11)
    transfer = await run(world, transfer)
    token, browser = token_of(world), Browser()
    ((_, reference, password),) = world.channels.passwords
    await browser.open(world, token, world.channels.pick_up_codes[reference].lower())
    content = await browser.download(world, token)
    inside = unzipped(content, password)
    assert "00-contents.html" in inside
    page = inside["00-contents.html"].decode()
    code = page.partition("<code")[2].partition(">")[2].partition("<")[0]
    done = await acknowledge_by_code(world.parts, COORDINATOR, reference, code)
    assert done.state is State.ACKNOWLEDGED
    with pytest.raises(NotFound):
        await browser.download(world, token)
    blob = transfer.progress.archive.blob  # type: ignore[union-attr]
    assert not await archive_left(world, blob)


async def test_the_notice_says_nothing_about_anybody(world: World) -> None:
    """Neither child, title, meeting nor any person stands in it."""
    await noticed(world)
    (notice,) = world.channels.pick_ups
    said = repr(replace(notice, to="", receipt=b""))
    named = [person.name for person in world.register.representatives]
    titles = [document.title for document in world.pack_file.documents if document.title]
    meetings = [meeting.title for meeting in world.register.meetings]
    children = [child.reference for m in world.register.meetings for child in m.children]
    assert not [word for word in (*named, *titles, *meetings, *children) if word in said]


async def test_nothing_is_given_out_before_the_release(world: World) -> None:
    """The page is there, the right code opens nothing yet."""
    transfer = await noticed(world)
    token, browser = token_of(world), Browser()
    view = await pick_ups.look_at(world.parts, token, browser)
    assert (view.ready, view.opened, view.archive) == (False, False, None)
    async with world.parts.database.work() as work:
        held = await secrets.load(world.parts, work, transfer.id)
    with pytest.raises(Conflict, match="not been sent yet"):
        await browser.open(world, token, held.pick_up_code.reveal())
    with pytest.raises(NotSignedIn):
        await browser.download(world, token)


async def test_the_code_works_once_and_for_one_browser(world: World) -> None:
    """Another browser with the right code, or with another transfer's session, gets nothing."""
    transfer, token, browser = await opened(world)
    other = Browser()
    with pytest.raises(Conflict, match="used already"):
        await other.open(world, token, world.channels.pick_up_codes[transfer.reference])
    other.kept[transfer.id] = Secret("x" * 43)
    with pytest.raises(NotSignedIn):
        await other.download(world, token)
    view = await pick_ups.look_at(world.parts, token, other)
    assert (view.own, view.archive, view.left) == (False, None, 0)
    assert await browser.download(world, token)


async def test_wrong_codes_lock_the_link_for_a_while(world: World) -> None:
    """Five wrong ones, then the right one too is not looked at until half an hour is over."""
    transfer, browser = await released(world), Browser()
    token, code = token_of(world), world.channels.pick_up_codes[transfer.reference]
    for _ in range(pick_ups.WRONG_CODES):
        with pytest.raises(InvalidInput):
            await browser.open(world, token, "0000-0000-0000")
    with pytest.raises(TooManyRequests) as locked:
        await browser.open(world, token, code)
    assert "passkey" not in locked.value.remedy
    rejected = await entries(world, "transfer.pick-up-rejected")
    assert len(rejected) == pick_ups.WRONG_CODES
    world.clock.move(minutes=31)
    await browser.open(world, token, code)
    assert await browser.download(world, token)


async def test_a_download_in_parts_is_the_archive(world: World) -> None:
    """Two ranges make the bytes whose digest the page shows; each is an entry that is signed."""
    transfer, token, browser = await opened(world)
    _, archive = await pick_ups.archive_of(world.parts, token, browser)
    half = archive.size_bytes // 2
    first = await browser.download(world, token, 0, half - 1)
    rest = await browser.download(world, token, half)
    whole = await browser.download(world, token)
    assert first + rest == whole
    assert len(whole) == archive.size_bytes
    found = await entries(world, "transfer.downloaded")
    assert [entry["detail"]["bytes"] for entry in found] == [
        half, archive.size_bytes - half, archive.size_bytes,
    ]  # fmt: skip
    assert [entry["detail"]["begun"] for entry in found] == [1, 1, 2]
    assert {entry["subject"]["transfer"] for entry in found} == {transfer.id}


async def test_downloads_are_counted(world: World) -> None:
    """Five that begin, and no more bytes than five of them have, however they are cut."""
    _, token, browser = await opened(world)
    for _ in range(world.parts.rules.downloads_limit - 1):
        await browser.download(world, token)
    await browser.download(world, token, 1)  # nearly all of it, resumed at once
    with pytest.raises(Conflict, match="as often"):
        await browser.download(world, token)
    view = await pick_ups.look_at(world.parts, token, browser)
    assert view.left == 1
    with pytest.raises(Conflict, match="as often"):
        await browser.download(world, token, 2)


async def test_what_was_not_sent_is_given_back(world: World) -> None:
    """A download that was cut off can be resumed though the bytes were counted."""
    transfer, token, browser = await opened(world)
    _, archive = await pick_ups.archive_of(world.parts, token, browser)
    for _ in range(30):
        await browser.download(world, token, 1)
        await pick_ups.give_back(world.parts, transfer.id, archive.size_bytes - 1)
    async with world.parts.database.work() as work:
        way = await work.pick_ups.get(transfer.id)
    assert way is not None
    assert (way.begun, way.requests, way.given_bytes) == (0, 30, 0)


async def test_a_recall_works_until_a_download_begins(world: World) -> None:
    """The code and password have left, but the archive is still here: it is destroyed."""
    transfer, token, browser = await opened(world)
    blob = transfer.progress.archive.blob  # type: ignore[union-attr]
    assert await archive_left(world, blob)
    recalled = await recall_transfer(world.parts, COORDINATOR, transfer.id)
    assert recalled.progress == Recalled(world.clock.now(), after_mailing=True)
    assert not await archive_left(world, blob)
    for attempt in (browser.download(world, token), pick_ups.look_at(world.parts, token, browser)):
        with pytest.raises(NotFound):
            await attempt


async def test_a_recall_is_too_late_once_a_download_began(world: World) -> None:
    """Whatever came of it."""
    transfer, token, browser = await opened(world)
    await browser.download(world, token, 0, 0)
    with pytest.raises(Conflict, match="too late"):
        await recall_transfer(world.parts, COORDINATOR, transfer.id)


async def test_nothing_is_given_out_after_the_end(world: World) -> None:
    """Not from the very moment on, though the worker has not looked yet; then all is destroyed."""
    transfer, token, browser = await opened(world)
    blob = transfer.progress.archive.blob  # type: ignore[union-attr]
    world.clock.move(days=14)
    with pytest.raises(NotFound):
        await browser.download(world, token)
    assert (await run(world, transfer)).state is State.EXPIRED
    assert not await archive_left(world, blob)


async def test_who_is_no_longer_eligible_gets_nothing(world: World) -> None:
    """The rules are asked before each download, by the register as it is then."""
    transfer, token, browser = await opened(world)
    await browser.download(world, token, 0, 9)
    people = tuple(
        replace(p, active_until=date(2026, 11, 1)) if p.id == transfer.recipient else p
        for p in world.register.representatives
    )
    await world.import_register(replace(world.register, representatives=people))
    with pytest.raises(Refused):
        await browser.download(world, token)
    assert len(await entries(world, "transfer.downloaded")) == 1
    last = (await entries(world, "transfer.rechecked"))[-1]
    assert (last["outcome"], last["detail"]["state"]) == ("failure", "password sent")
    assert (await world.transfer(transfer)).state is State.PASSWORD_SENT


async def test_no_log_no_download(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the entry cannot be signed, no byte is given out."""
    _, token, browser = await opened(world)

    async def closed(*_: object) -> bytes:
        raise Unavailable("closed", "later")

    monkeypatch.setattr(pick_ups, "pass_gate", closed)
    with pytest.raises(Unavailable):
        await browser.download(world, token)


async def test_a_sensitive_pack_is_picked_up_by_everyone(world: World) -> None:
    """Also by who gets only what is IN-CONFIDENCE of it, as the whole pack is marked so."""
    register = world.register
    await world.import_register(agency_with(register, "tamariki-care", **entitled()))
    files = [
        replace(each, label=replace(each.label, classification=Classification.SENSITIVE))
        if number == 0
        else each
        for number, each in enumerate(world.pack_file.documents)
    ]
    world.pack_file = replace(
        world.pack_file,
        documents=tuple(files),
        terms=replace(world.pack_file.terms, marking=Classification.SENSITIVE),
    )
    sent = await world.send()
    going = [transfer for transfer in sent.values() if transfer.documents]
    assert {transfer.route for transfer in going} == {Route.PICK_UP}
    whole = sent["aroha-tauira"]
    rules = {rule for w in sent["ben-sample"].withheld for rule in w.rules}
    assert len(whole.documents) == len(files)
    assert "classification-above-recipient" in rules
    assert (await run(world, whole)).state is State.MAILED
    assert world.channels.pick_ups[0].marking.startswith("SENSITIVE")
    assert world.channels.mails == []


def entitled() -> dict[str, object]:
    return {"highest_classification": Classification.SENSITIVE}


async def test_an_archive_larger_than_the_mailbox_takes_is_picked_up(world: World) -> None:
    """It turns once it is sealed, and its size known; the same archive, no mail of it before."""
    await world.import_register(
        agency_with(world.register, "tamariki-care", mail_limit_bytes=60_000)
    )
    transfer = (await world.send())["aroha-tauira"]
    assert transfer.route is Route.MAIL
    transfer = await run(world, transfer)
    assert (transfer.state, transfer.route) == (State.MAILED, Route.PICK_UP)
    assert world.channels.mails == []
    (turned,) = await entries(world, "transfer.rerouted")
    (sealed,) = await entries(world, "transfer.sealed")
    assert mail_bytes(sealed["detail"]["size_bytes"]) > 60_000
    assert turned["detail"]["route"] == "pick-up"


async def test_a_refusal_of_the_attachment_turns_to_pick_up(world: World) -> None:
    """The relay does not take it for what it holds; the notice goes, with another Message-ID."""
    transfer = (await world.send())["aroha-tauira"]
    world.channels.outcomes = [Rejected("552 5.3.4 too big", of_content=True)]
    transfer = await run(world, transfer)
    assert (transfer.state, transfer.route) == (State.MAILED, Route.PICK_UP)
    assert (len(world.channels.mails), len(world.channels.pick_ups)) == (1, 1)
    world.clock.move(minutes=11)
    await run(world, transfer)
    browser, token = Browser(), token_of(world)
    await browser.open(world, token, world.channels.pick_up_codes[transfer.reference])
    assert await browser.download(world, token) == world.channels.mails[0][1]


async def test_a_refusal_of_the_attachment_fails_where_policy_says_so(world: World) -> None:
    """Or where there is no page, or the refusal was of the person."""
    world.parts = replace(world.parts, rules=replace(world.parts.rules, refused_to_pick_up=False))
    transfers = await world.send()
    world.channels.outcomes = [Rejected("552 5.3.4 too big", of_content=True)]
    assert isinstance((await run(world, transfers["aroha-tauira"])).progress, Failed)
    world.parts = replace(world.parts, rules=replace(world.parts.rules, refused_to_pick_up=True))
    world.channels.outcomes = [Rejected("550 5.1.1 no such mailbox")]
    assert isinstance((await run(world, transfers["ben-sample"])).progress, Failed)
    assert world.channels.pick_ups == []


async def test_without_a_page_the_pair_is_withheld(world: World) -> None:
    """An agency that always picks up gets nothing by mail instead; the rule says what to set."""
    limits = replace(world.parts.rules.limits, pick_up=False)
    world.parts = replace(world.parts, rules=replace(world.parts.rules, limits=limits))
    await world.import_register(world.register)
    await always(world)
    with pytest.raises(GatewayError, match="Nobody may receive"):
        await world.send()


async def test_a_notice_killed_after_it_was_taken_is_the_same_again(world: World) -> None:
    """One way to the archive, one code, whatever is killed when."""
    await always(world)
    transfer = (await world.send())["aroha-tauira"]
    world.channels.kill_after_accepting = True
    with pytest.raises(Killed):
        await delivery.run(world.parts, transfer.id)
    await run(world, transfer)
    world.clock.move(minutes=11)
    world.channels.kill_after_accepting = True
    with pytest.raises(Killed):
        await delivery.run(world.parts, transfer.id)
    first_code = dict(world.channels.pick_up_codes)
    assert (await run(world, transfer)).state is State.PASSWORD_SENT
    first, second = world.channels.pick_ups
    assert first == second
    assert world.channels.pick_up_codes == first_code
    browser = Browser()
    await browser.open(world, token_of(world), first_code[transfer.reference])
    assert await browser.download(world, token_of(world))


async def test_a_notice_that_cannot_go_is_tried_again(world: World) -> None:
    """As a mail is."""
    await always(world)
    transfer = (await world.send())["aroha-tauira"]
    world.channels.outcomes = [Deferred("451 busy")]
    assert (await run(world, transfer)).state is State.SEALED
    world.clock.move(hours=1)
    assert (await run(world, transfer)).state is State.MAILED


async def test_a_code_by_telephone_is_read_out_with_the_password(world: World) -> None:
    """Both at once, shown once; then the code opens."""
    transfer = await noticed(world, "tom-sample")
    token = token_of(world)
    world.clock.move(minutes=11)
    spoken = await read_password(world.parts, COORDINATOR, transfer.id)
    assert spoken.pick_up_code is not None
    browser = Browser()
    await browser.open(world, token, spoken.pick_up_code.reveal())
    assert unzipped(await browser.download(world, token), spoken.password.reveal())


async def test_the_receipt_of_a_notice_proves_its_entry(world: World) -> None:
    """The entry that lets the notice out is under a signed checkpoint before it goes."""
    await noticed(world)
    (notice,) = world.channels.pick_ups
    begun = await entries(world, "transfer.mailing")
    assert [entry["detail"]["route"] for entry in begun] == ["pick-up"]
    assert notice.receipt.startswith(b"c2sp.org/tlog-proof")
