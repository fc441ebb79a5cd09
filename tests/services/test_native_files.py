"""Packs for agencies that want native files: chosen by the agency, remembered by the transfer."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from support.world import SAMPLE, World, unzipped

from gateway.audit.entries import Action
from gateway.demo.opening import HTML, PDF, contents
from gateway.domain.actors import Actor, ActorKind
from gateway.domain.register import Register, SealedForm
from gateway.domain.transfers import Failed, State, Transfer
from gateway.sealing import NativeSealer
from gateway.services import delivery
from gateway.services.ports import ContentsPage, SealedFile
from gateway.services.transfers import acknowledge_by_code

NATIVE, ZIP = SealedForm.NATIVE_FILES, SealedForm.ENCRYPTED_ZIP
NOBODY = Actor(ActorKind.RECIPIENT, None, None, None, "test")
MERE, ARO = "mere-tauira", "aroha-tauira"  # whose agency wants native files; whose said nothing


class Unfit:
    """Sets no PDF file."""

    def contents(
        self,
        page: ContentsPage,  # noqa: ARG002
        files: Sequence[SealedFile],  # noqa: ARG002
        made_at: datetime,  # noqa: ARG002
    ) -> bytes:
        """Words only."""
        return b"no PDF file"


async def delivered(world: World, recipient: str) -> Transfer:
    """The transfer to a recipient, once its password has left."""
    transfer = (await world.send())[recipient]
    await delivery.run(world.parts, transfer.id)
    world.clock.move(minutes=11)
    await delivery.run(world.parts, transfer.id)
    return await world.transfer(transfer)


async def entry(world: World, action: Action) -> dict[str, object]:
    entries = [json.loads(leaf) for leaf in await world.leaves()]
    detail: dict[str, object] = [e["detail"] for e in entries if e["action"] == action.value][-1]
    return detail


async def test_a_pack_goes_the_way_its_agency_chose(world: World) -> None:
    """Plain zip outside, encrypted files inside; letter, transfer and entry say so."""
    transfer = await delivered(world, MERE)
    assert (transfer.state, transfer.form) == (State.PASSWORD_SENT, NATIVE)
    ((letter, content),) = world.channels.mails
    ((_, _, password),) = world.channels.passwords
    assert letter.form is NATIVE
    with zipfile.ZipFile(io.BytesIO(content)) as plain:
        assert sorted(plain.namelist()) == [PDF, "01.pdf", "02.pdf", "03.docx", "04.docx"]
    files = unzipped(content, password)
    assert files["03.docx"] == (SAMPLE / world.pack_file.documents[2].file).read_bytes()
    sealed = await entry(world, Action.TRANSFER_SEALED)
    assert (sealed["form"], sealed["sha256"]) == (NATIVE.value, hashlib.sha256(content).hexdigest())


async def test_its_contents_page_acknowledges(world: World) -> None:
    """The code in the PDF is taken like that of the HTML page."""
    transfer = await delivered(world, MERE)
    said = contents(unzipped(world.channels.mails[0][1], world.channels.passwords[0][2]))
    code = said.partition("acknowledgement code is")[2].split()[0]
    done = await acknowledge_by_code(world.parts, NOBODY, transfer.reference, code)
    assert done.state is State.ACKNOWLEDGED


async def test_who_said_nothing_gets_an_encrypted_zip(world: World) -> None:
    """As before there was a choice."""
    transfer = await delivered(world, ARO)
    letter, content = world.channels.mails[0]
    assert (transfer.form, letter.form) == (ZIP, ZIP)
    assert HTML in unzipped(content, world.channels.passwords[0][2])
    assert (await entry(world, Action.TRANSFER_SEALED))["form"] == ZIP.value


async def test_where_native_files_are_off_every_pack_is_an_encrypted_zip(world: World) -> None:
    """The operator's setting is above the agency's wish, and the transfer says what was done."""
    world.parts = replace(world.parts, native_sealer=None)
    transfer = await delivered(world, MERE)
    letter, content = world.channels.mails[0]
    assert (transfer.form, letter.form) == (ZIP, ZIP)
    assert HTML in unzipped(content, world.channels.passwords[0][2])


async def test_a_pack_that_cannot_be_sealed_so_is_not_sent_another_way(world: World) -> None:
    """A fault ends the transfer with its reason; no archive of another form goes out."""
    world.parts = replace(world.parts, native_sealer=NativeSealer(Unfit()))
    transfer = await delivered(world, MERE)
    assert isinstance(transfer.progress, Failed)
    assert "contents page" in transfer.progress.reason
    assert transfer.form is None
    assert world.channels.mails == []


def wanting(world: World, form: SealedForm | None) -> Register:
    """The sample register as the operator's file might have it, the agency's wish replaced."""
    agencies = tuple(
        replace(each, sealed_form=form) if each.id == "te-whare-manaaki" else each
        for each in world.register.agencies
    )
    return replace(world.register, agencies=agencies)


@pytest.mark.parametrize(("said", "kept"), [(None, NATIVE), (ZIP, ZIP), (NATIVE, NATIVE)])
async def test_an_import_that_says_nothing_leaves_the_choice(
    world: World, said: SealedForm | None, kept: SealedForm
) -> None:
    """What an agency chose is changed only by a file that says otherwise."""
    await world.import_register(wanting(world, said))
    async with world.parts.database.work() as work:
        agencies = await work.register.agencies()
    (found,) = (each for each in agencies.values() if each.id == "te-whare-manaaki")
    assert found.sealed_form is kept
