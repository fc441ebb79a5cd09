"""Transfers over the API: looking, recalling, reading a password out, acknowledging."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from support.world import unzipped
from web.driving import Api, mailed, password_sent
from web.schemas import conforms

from gateway.domain.actors import Role
from gateway.domain.packs import BlobId, PackId
from gateway.domain.register import AgencyId, MeetingId, RepresentativeId
from gateway.domain.transfers import (
    Acknowledged,
    Archive,
    Expired,
    Failed,
    Mailed,
    PasswordSent,
    Progress,
    Proof,
    Queued,
    Recalled,
    Refused,
    Sealed,
    Transfer,
    TransferId,
)
from gateway.web.answers.transfers import TransferShown

TRANSFER = Transfer(
    id=TransferId("t"),
    reference="T-0000-0000",
    pack=PackId("p"),
    meeting=MeetingId("m"),
    agency=AgencyId("a"),
    recipient=RepresentativeId("r"),
    address="r@a.example",
    channel=None,
    channel_address=None,
    documents=(),
    message_id="t@a.example",
    created_at=datetime(2026, 12, 1, tzinfo=UTC),
    entered_at=datetime(2026, 12, 1, tzinfo=UTC),
)


def code_of(api: Api, reference: str) -> str:
    """The code from the contents page of a pack that arrived."""
    letter, content = next(m for m in api.world.channels.mails if m[0].reference == reference)
    password = next(p for _, r, p in api.world.channels.passwords if r == letter.reference)
    page = unzipped(content, password)["00-contents.html"].decode()
    return next(word for word in page.replace("<", " ").replace(">", " ").split() if is_code(word))


def is_code(word: str) -> bool:
    """Whether a word looks like an acknowledgement code."""
    return [len(part) for part in word.split("-")] == [4, 4, 4]


async def test_transfers_are_shown_as_far_as_their_state_knows(api: Api) -> None:
    """Each state shows its own facts; numbers stay masked; filters narrow the list."""
    transfers = await mailed(api.world)
    for role in (Role.COORDINATOR, Role.PRIVACY_OFFICER, Role.AUDITOR):
        listed = await api.call("GET", "/api/v1/transfers", role=role)
        conforms("listTransfers", listed)
        assert {t["id"] for t in listed.json()["items"]} == {t.id for t in transfers.values()}
    everything = (await api.call("GET", "/api/v1/transfers")).json()["items"]
    by_recipient = {t["recipient"]: t for t in everything}
    shown = by_recipient["tom-sample"]
    assert (shown["state"], shown["mailed_at"]) == ("mailed", "2026-12-01T00:00:00.000Z")
    assert shown["release_at"] == "2026-12-01T00:10:00.000Z"
    assert shown["password_address"] == "…105"
    assert by_recipient["rewi-example"]["rules"]
    assert by_recipient["iris-example"]["withheld"][0]["rules"]
    refused = (await api.call("GET", "/api/v1/transfers?state=refused")).json()["items"]
    assert {t["state"] for t in refused} == {"refused"}
    none = await api.call("GET", "/api/v1/transfers?pack=nowhere")
    assert none.json() == {"next": None, "items": []}
    one = await api.call("GET", f"/api/v1/transfers/{shown['id']}")
    conforms("getTransfer", one)
    assert one.json() == shown


async def test_a_transfer_is_recalled_before_its_password_leaves(api: Api) -> None:
    """Recalling twice is the same as once; after the password left it is too late."""
    transfers = await mailed(api.world)
    address = f"/api/v1/transfers/{transfers['ben-sample'].id}/recall"
    for role in (Role.COORDINATOR, Role.PRIVACY_OFFICER):
        reply = await api.call("POST", address, role=role)
        conforms("recallTransfer", reply)
        assert (reply.status, reply.json()["state"]) == (200, "recalled")
        assert reply.json()["recalled_after_mailing"] is True
    sent = await password_sent(api.world)
    late = await api.call("POST", f"/api/v1/transfers/{sent['ben-sample'].id}/recall")
    conforms("recallTransfer", late)
    assert (late.status, late.json()["type"]) == (409, "urn:gateway:problem:conflict")


async def test_a_password_is_read_out_once(api: Api) -> None:
    """Shown to the coordinator after the recall window, once, and never kept by a cache."""
    transfers = await mailed(api.world)
    transfer = transfers["tom-sample"]
    address = f"/api/v1/transfers/{transfer.id}/password-reading"
    api.world.clock.move(minutes=-5)
    assert (await api.call("POST", address)).status == 409
    api.world.clock.move(minutes=5)
    assert (await api.call("GET", address)).status == 405
    reply = await api.call("POST", address)
    conforms("readPassword", reply)
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.json()["transfer"]["state"] == "password sent"
    content = next(c for m, c in api.world.channels.mails if m.reference == transfer.reference)
    assert unzipped(content, reply.json()["password"])
    again = await api.call("POST", address)
    assert (again.status, "password" in again.json()) == (409, False)
    other = f"/api/v1/transfers/{transfers['ben-sample'].id}/password-reading"
    assert (await api.call("POST", other)).status == 409


async def test_a_recipient_acknowledges_by_code_without_signing_in(api: Api) -> None:
    """Reference and code from inside the pack; typed in small letters and with blanks too."""
    transfers = await password_sent(api.world)
    transfer = transfers["aroha-tauira"]
    code = code_of(api, transfer.reference)
    given = {"reference": transfer.reference.lower(), "code": f" {code.lower().replace('-', ' ')}"}
    reply = await api.call("POST", "/api/v1/acknowledgements", role=None, json=given)
    conforms("acknowledge", reply)
    assert reply.json() == {"reference": transfer.reference, "state": "acknowledged"}
    shown = (await api.call("GET", f"/api/v1/transfers/{transfer.id}")).json()
    assert (shown["state"], shown["proof"]) == ("acknowledged", "code")
    entry = (await api.actions())[-1]
    assert (entry["action"], entry["actor"]["kind"]) == ("transfer.acknowledged", "recipient")


async def test_a_wrong_code_and_a_wrong_reference_read_the_same(api: Api) -> None:
    """Nobody learns which references exist; after ten wrong codes even the right one is refused."""
    transfers = await password_sent(api.world)
    transfer = transfers["aroha-tauira"]
    wrong = {"reference": transfer.reference, "code": "0000-0000-0000"}
    nowhere = {"reference": "T-0000-0000", "code": "0000-0000-0000"}
    replies = [
        await api.call("POST", "/api/v1/acknowledgements", role=None, json=given)
        for given in (wrong, nowhere)
    ]
    assert replies[0].status == 422
    assert replies[0].body == replies[1].body
    for _ in range(9):
        await api.call("POST", "/api/v1/acknowledgements", role=None, json=wrong)
    right = {"reference": transfer.reference, "code": code_of(api, transfer.reference)}
    locked = await api.call("POST", "/api/v1/acknowledgements", role=None, json=right)
    assert locked.status == 409
    conforms("acknowledge", locked)


async def test_meetings_are_shown_with_who_attends(api: Api) -> None:
    """The agency's own meetings, their attendees with agency and address."""
    listed = await api.call("GET", "/api/v1/meetings")
    conforms("listMeetings", listed)
    meeting = listed.json()["items"][0]
    assert meeting["id"] == "kowhai-2026-12-08"
    assert meeting["held_at"].endswith("Z")
    shown = await api.call("GET", f"/api/v1/meetings/{meeting['id']}", role=Role.AUDITOR)
    conforms("getMeeting", shown)
    assert len(shown.json()["attendees"]) == 11
    assert shown.json()["attendees"][0]["agency_name"]


async def test_the_audit_log_is_read_in_pages_and_the_look_is_recorded(api: Api) -> None:
    """Entries as they are signed, newest first; each look adds an entry of its own."""
    await mailed(api.world)
    first = await api.call("GET", "/api/v1/audit/entries?limit=10", role=Role.ADMINISTRATOR)
    conforms("listEntries", first)
    positions = [item["position"] for item in first.json()["items"]]
    assert positions == sorted(positions, reverse=True)
    assert first.json()["next"] == str(positions[-1])
    leaves = await api.world.leaves()
    assert (await api.actions())[-1]["action"] == "log.read"
    for item in first.json()["items"]:
        assert item["entry"]["uid"].encode() in leaves[item["position"]]
    address = f"/api/v1/audit/entries?limit=10&after={positions[-1]}"
    following = await api.call("GET", address, role=Role.AUDITOR)
    assert following.json()["items"][0]["position"] < positions[-1]


def test_each_way_a_transfer_can_stand_is_shown() -> None:
    """What the state knows, and null for what it does not."""
    at = datetime(2026, 12, 1, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=13)))
    moment = "2026-12-01T00:00:00.999Z"
    archive = Archive(BlobId("b"), 1, "0" * 64)
    cases: list[tuple[Progress, dict[str, object]]] = [
        (Queued(), {}),
        (Sealed(archive), {}),
        (Mailed(archive, at, at), {"mailed_at": moment, "release_at": moment}),
        (PasswordSent(at, at), {"mailed_at": moment, "password_sent_at": moment}),
        (Acknowledged(at, Proof.LINK), {"proof": "link"}),
        (Refused(at, ("a-rule",)), {"rules": ["a-rule"]}),
        (Recalled(at, after_mailing=False), {"recalled_after_mailing": False}),
        (Failed(at, "no such mailbox"), {"reason": "no such mailbox"}),
        (Expired(at), {}),
    ]
    unknown: dict[str, object] = {
        "mailed_at": None,
        "release_at": None,
        "password_sent_at": None,
        "proof": None,
        "rules": [],
        "reason": None,
        "recalled_after_mailing": None,
    }
    for progress, known in cases:
        transfer = replace(TRANSFER, created_at=at, entered_at=at, progress=progress)
        shown = TransferShown.of(transfer).model_dump(mode="json")
        assert {name: shown[name] for name in unknown} == unknown | known
        assert (shown["state"], shown["password_address"]) == (transfer.state.value, None)
        assert shown["created_at"] == moment
