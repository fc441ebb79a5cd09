"""Mail that comes back: what stops the password, what turns to pick-up, what is never followed."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.picking_up import noticed, released, run, token_of, with_page
from support.reports import report
from support.world import ADMINISTRATOR, COORDINATOR, World

from gateway.channels.bounces import MaildirReports
from gateway.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from gateway.domain.transfers import Failed, Route, State, Transfer, TransferId
from gateway.services import bounce_addresses, notices
from gateway.services.bounce_addresses import Tagged, What
from gateway.services.bounces import Collected, collect, report_bounce
from gateway.services.ports import Attachment, Deferred, Outcome, PackLetter
from gateway.services.transfers import recall_transfer

UNKNOWN, REFUSED = "5.1.1", "5.7.1"


@pytest.fixture
def world(world: World) -> World:
    """A gateway with a page for pick-ups, to which mail comes back."""
    return with_page(world, bounces_address="bounces@gateway.example")


class Box:
    """A Maildir, and a mail server that delivers reports into it."""

    def __init__(self, folder: Path) -> None:
        for name in ("new", "cur", "tmp"):
            (folder / name).mkdir()
        self.folder, self.reports, self.count = folder, MaildirReports(folder), 0

    def deliver(self, data: bytes) -> None:
        """Deliver a mail."""
        self.count += 1
        (self.folder / f"new/{self.count:04}.example").write_bytes(data)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """An empty one."""
    (tmp_path / "bounces").mkdir()
    return Box(tmp_path / "bounces")


async def mailed(world: World, recipient: str = "aroha-tauira") -> Transfer:
    """A transfer whose pack was mailed."""
    transfer = await run(world, (await world.send())[recipient])
    assert transfer.state is State.MAILED
    return transfer


def back(world: World) -> str:
    """The address to which the last pack comes back."""
    address = world.channels.mails[-1][0].return_path
    assert address is not None
    return address


async def bounce(world: World, box: Box, to: str, status: str) -> Collected:
    """Have a report delivered and followed."""
    box.deliver(report(to, status))
    return await collect(world.parts, box.reports)


async def entries(world: World, action: str) -> list[dict[str, Any]]:
    found = [json.loads(leaf) for leaf in await world.leaves()]
    return [entry for entry in found if entry["action"] == action]


async def keeps_archive(world: World, transfer: Transfer) -> bool:
    """Whether the archive that was mailed is still kept."""
    async with world.parts.database.work() as work:
        return await work.keys.get(transfer.progress.archive.blob) is not None  # type: ignore[union-attr]


async def test_a_mail_to_nobody_ends_the_transfer_before_its_password(
    world: World, box: Box
) -> None:
    """No such mailbox: a notice would not arrive either, so it fails, and says why."""
    transfer = await mailed(world)
    assert await keeps_archive(world, transfer)
    assert await bounce(world, box, back(world), UNKNOWN) == Collected(1, 0)
    failed = await world.transfer(transfer)
    assert failed.progress == Failed(world.clock.now(), "the mail came back (5.1.1)")
    assert not await keeps_archive(world, transfer)
    world.clock.move(days=1)
    await run(world, transfer)
    assert world.channels.passwords == []
    (entry,) = await entries(world, "transfer.bounced")
    assert entry["detail"] == {
        "status": UNKNOWN, "mail": "pack", "state": "mailed", "too_late": False,
    }  # fmt: skip
    assert b"somebody@agency.example" not in b"".join(await world.leaves())
    assert (box.folder / "cur/0001.example:2,S").is_file()


async def test_a_mail_refused_for_what_it_holds_is_picked_up(world: World, box: Box) -> None:
    """The notice goes, then password and code; what is downloaded is what had been mailed."""
    transfer = await mailed(world)
    await bounce(world, box, back(world), REFUSED)
    turned = await world.transfer(transfer)
    assert (turned.state, turned.route) == (State.SEALED, Route.PICK_UP)
    assert (await run(world, transfer)).state is State.MAILED
    world.clock.move(minutes=11)
    assert (await run(world, transfer)).state is State.PASSWORD_SENT
    assert transfer.reference in world.channels.pick_up_codes
    assert len(world.channels.passwords) == 1


async def test_a_notice_that_comes_back_ends_the_transfer(world: World, box: Box) -> None:
    """There is no third way."""
    transfer = await noticed(world)
    address = world.channels.pick_ups[0].return_path
    assert address is not None
    await bounce(world, box, address, REFUSED)
    assert (await world.transfer(transfer)).state is State.FAILED


async def test_a_bounce_of_the_mail_does_not_stop_the_pick_up(world: World, box: Box) -> None:
    """The mail of a transfer that turned may come back twice."""
    transfer = await mailed(world)
    for _ in range(3):
        await bounce(world, box, back(world), REFUSED)
    assert (await run(world, transfer)).state is State.MAILED
    await bounce(world, box, back(world), UNKNOWN)
    assert (await world.transfer(transfer)).state is State.MAILED
    late = [entry["detail"]["too_late"] for entry in await entries(world, "transfer.bounced")]
    assert late == [False, True, True, True]


async def test_where_policy_says_so_it_fails(world: World, box: Box) -> None:
    """Or where there is no page it could be picked up from."""
    rules = world.parts.rules
    for changed in (
        replace(rules, refused_to_pick_up=False),
        replace(rules, limits=replace(rules.limits, pick_up=False)),
    ):
        world.parts = replace(world.parts, rules=changed)
        transfer = await mailed(world)
        await bounce(world, box, back(world), REFUSED)
        assert (await world.transfer(transfer)).state is State.FAILED


async def test_a_bounce_after_the_password_tells_the_coordinator(world: World, box: Box) -> None:
    """Too late: it is recorded, and the contact told to telephone."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    assert (await run(world, transfer)).state is State.PASSWORD_SENT
    await bounce(world, box, back(world), UNKNOWN)
    assert (await world.transfer(transfer)).state is State.PASSWORD_SENT
    (entry,) = await entries(world, "transfer.bounced")
    assert entry["detail"]["too_late"] is True
    await notices.send_notice(world.parts, transfer.id, "bounced")
    (notice,) = world.channels.notices
    assert notice.to == "pat.tauira@tamariki-care.example"
    assert "Telephone them." in " ".join(notice.lines)


async def test_a_bounce_after_a_release_of_unknown_outcome_is_too_late(
    world: World, box: Box
) -> None:
    """The text may have arrived; what may have left is never thought back."""
    transfer = await mailed(world)
    world.clock.move(minutes=11)
    world.channels.outcomes = [Deferred("timeout", uncertain=True)]
    await run(world, transfer)
    await bounce(world, box, back(world), UNKNOWN)
    assert (await world.transfer(transfer)).state is State.MAILED
    assert await jobs_of(world, "send_notice") == 1


async def jobs_of(world: World, task: str) -> int:
    """How many pieces of durable work of this name wait."""
    url = world.parts.database._engine.url  # type: ignore[attr-defined]
    text = url.set(drivername="postgresql").render_as_string(hide_password=False)
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s"
    with psycopg.connect(text) as connection:
        (count,) = connection.execute(query, [task]).fetchone() or (0,)
    return int(count)


async def test_a_password_mail_that_comes_back_is_told_too(world: World, box: Box) -> None:
    """It went to another mailbox; it stops nothing."""
    transfer = await mailed(world, "hana-sample")
    address = bounce_addresses.address(world.parts, transfer.id, What.PASSWORD)
    assert address is not None
    world.clock.move(minutes=11)
    await run(world, transfer)
    assert await bounce(world, box, address, UNKNOWN) == Collected(1, 0)
    (entry,) = await entries(world, "transfer.bounced")
    assert (entry["detail"]["mail"], entry["detail"]["too_late"]) == ("password", True)
    assert await jobs_of(world, "send_notice") == 1


async def test_a_bounce_that_comes_before_the_relays_answer(world: World, box: Box) -> None:
    """The mail comes back while its sending is not known to have ended: it counts all the same."""
    transfer = (await world.send())["aroha-tauira"]
    really = world.channels.send_pack

    async def bounced_meanwhile(letter: PackLetter, attachment: Attachment) -> Outcome:
        outcome = await really(letter, attachment)
        await bounce(world, box, letter.return_path or "", UNKNOWN)
        return outcome

    world.channels.send_pack = bounced_meanwhile  # type: ignore[method-assign]
    await run(world, transfer)
    assert (await world.transfer(transfer)).state is State.FAILED
    world.clock.move(days=1)
    await run(world, transfer)
    assert world.channels.passwords == []


async def test_a_stale_acceptance_does_not_stand_for_the_notice(world: World, box: Box) -> None:
    """The relay's answer to the mail comes after that came back: no notice was sent yet."""
    transfer = (await world.send())["aroha-tauira"]
    really = world.channels.send_pack

    async def bounced_meanwhile(letter: PackLetter, attachment: Attachment) -> Outcome:
        outcome = await really(letter, attachment)
        await bounce(world, box, letter.return_path or "", REFUSED)
        return outcome

    world.channels.send_pack = bounced_meanwhile  # type: ignore[method-assign]
    assert (await run(world, transfer)).state is State.MAILED
    assert len(world.channels.pick_ups) == 1
    mails = [entry["detail"] for entry in await entries(world, "transfer.mailed")]
    assert [bool(detail.get("too_late")) for detail in mails] == [True, False]


async def test_a_report_is_followed_again_after_a_kill(world: World, box: Box) -> None:
    """It was followed, and not moved yet when the process died: nothing more happens."""
    transfer = await mailed(world)
    box.deliver(report(back(world), REFUSED))
    copy = box.folder / "copy"
    shutil.copy(box.folder / "new/0001.example", copy)
    await collect(world.parts, box.reports)
    await run(world, transfer)
    shutil.copy(copy, box.folder / "new/0002.example")
    await collect(world.parts, box.reports)
    now = await world.transfer(transfer)
    assert (now.state, now.route) == (State.MAILED, Route.PICK_UP)


async def test_reports_that_are_not_ours_are_left(world: World, box: Box) -> None:
    """Forged tags, other transfers' tags, other kinds' tags, other addresses, no reports."""
    transfer = await mailed(world)
    other = (await world.send())["ben-sample"]
    right = back(world)
    local, _, domain = right.partition("@")
    name, _, detail = local.partition("+")
    identifier, what, tag = detail.split("-")
    for address in (
        f"{name}@{domain}",
        f"{name}+{identifier}-{what}-{'0' * 24}@{domain}",
        f"{name}+{other.id.lower()}-{what}-{tag}@{domain}",
        f"{name}+{identifier}-n-{tag}@{domain}",
        f"{name}+{identifier}-{what}-{tag}@elsewhere.example",
        f"other+{identifier}-{what}-{tag}@{domain}",
        f"{name}+{detail}-more@{domain}",
    ):
        assert await bounce(world, box, address, UNKNOWN) == Collected(0, 1), address
    box.deliver(report(right, UNKNOWN, envelope=f"{other.id.lower()}@gateway.example"))
    box.deliver(b"From: somebody\n\nUser unknown")
    assert await collect(world.parts, box.reports) == Collected(0, 2)
    flagged = [path.name for path in (box.folder / "cur").iterdir()]
    assert len(flagged) == 9
    assert all(name.endswith(":2,F") for name in flagged)
    assert (await world.transfer(transfer)).state is State.MAILED
    assert await entries(world, "transfer.bounced") == []
    fits = report(right.upper(), UNKNOWN, envelope=f"{transfer.id.lower()}@gateway.example")
    box.deliver(fits)
    assert await collect(world.parts, box.reports) == Collected(1, 0)
    assert (await world.transfer(transfer)).state is State.FAILED


async def test_a_late_mail_has_not_come_back(world: World, box: Box) -> None:
    """A report of a delay is put aside as seen, and changes nothing."""
    transfer = await mailed(world)
    box.deliver(report(back(world), "4.4.1", action="delayed"))
    assert await collect(world.parts, box.reports) == Collected(1, 0)
    assert (await world.transfer(transfer)).state is State.MAILED
    assert await entries(world, "transfer.bounced") == []


async def test_an_address_says_nothing_and_keeps_to_its_limit(world: World) -> None:
    """Its local part has at most 64 characters; without a place to come back to there is none."""
    transfer = TransferId(world.parts.identifiers.new())
    none = replace(world.parts, rules=replace(world.parts.rules, bounces_address=None))
    for what in What:
        address = bounce_addresses.address(world.parts, transfer, what)
        assert address is not None
        assert len(address.partition("@")[0]) <= 64
        assert bounce_addresses.read(world.parts, address) == Tagged(transfer, what)
        assert bounce_addresses.address(none, transfer, what) is None
        assert bounce_addresses.read(none, address) is None


async def test_an_operator_may_say_that_it_came_back(world: World) -> None:
    """By reference and status; the same comes of it, and only an administrator may."""
    first, second = await mailed(world), await mailed(world, "ben-sample")
    with pytest.raises(Forbidden):
        await report_bounce(world.parts, COORDINATOR, first.reference, UNKNOWN)
    for wrong in ("550", "2.1.5", "5.1.1 x", ""):
        with pytest.raises(InvalidInput):
            await report_bounce(world.parts, ADMINISTRATOR, first.reference, wrong)
    with pytest.raises(NotFound):
        await report_bounce(world.parts, ADMINISTRATOR, "T-0000-0000", UNKNOWN)
    moved = await report_bounce(world.parts, ADMINISTRATOR, first.reference.lower(), UNKNOWN)
    assert moved.state is State.FAILED
    moved = await report_bounce(world.parts, ADMINISTRATOR, second.reference, REFUSED)
    assert (moved.state, moved.route) == (State.SEALED, Route.PICK_UP)
    with pytest.raises(Conflict, match="nothing that this could stop"):
        await report_bounce(world.parts, ADMINISTRATOR, first.reference, UNKNOWN)
    assert len(await entries(world, "transfer.bounced")) == 3


async def test_a_bounced_transfer_can_be_recalled(world: World, box: Box) -> None:
    """Before its notice goes; the page then leads nowhere."""
    transfer = await mailed(world)
    await bounce(world, box, back(world), REFUSED)
    recalled = await recall_transfer(world.parts, COORDINATOR, transfer.id)
    assert recalled.progress.after_mailing  # type: ignore[union-attr]
    await run(world, transfer)
    assert world.channels.pick_ups == []


async def test_an_archive_is_kept_until_its_password_left(world: World) -> None:
    """By mail until then; where it is picked up, until the end."""
    transfer = await mailed(world)
    assert await keeps_archive(world, transfer)
    world.clock.move(minutes=11)
    await run(world, transfer)
    assert not await keeps_archive(world, transfer)
    picked_up = await released(world, "ben-sample")
    assert await keeps_archive(world, picked_up)
    assert token_of(world)
    world.clock.move(days=15)
    await run(world, picked_up)
    assert not await keeps_archive(world, picked_up)
