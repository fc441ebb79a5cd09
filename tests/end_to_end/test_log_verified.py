"""What leaves the log (export, proofs, receipts) is verified offline, and refused when changed."""

import json
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support import foreign
from support.mails import Attached, attached
from support.running import PACKS, Installation, installation
from support.sample_log import SampleLog, lines_of

from gateway.audit.checkpoints import Checkpoint
from gateway.audit.merkle import leaf_hash, root_of
from gateway.audit.notes import Kind, Note, VerifierKey, sign
from gateway.audit.proofs import Proof

pytestmark = pytest.mark.server
ORIGIN = "lead.example/transfers"


@dataclass
class Taken:
    """What was taken out of a gateway that sent the sample pack, and who verifies it."""

    there: Installation
    folder: Path
    mails: list[Attached]

    @property
    def key(self) -> Path:
        """The log's public key."""
        return self.folder / "export" / "key.pub"

    @property
    def packs(self) -> list[tuple[Path, Path]]:
        """Archive and receipt of each mail with a pack."""
        return [(m.archive, m.receipt) for m in self.mails if m.archive and m.receipt]

    def offline(self, *commands: tuple[str | Path, ...], code: int) -> list[str]:
        """Run commands that need no gateway, as there is none where they run."""
        with self.there.given(data_dir="/nonexistent"):
            words = [("audit", *map(str, command)) for command in commands]
            return self.there.run_each(*words, code=code)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """An older export, one with tiles, proofs, and what came with the mails."""
    with installation(log_origin=ORIGIN) as there:
        folder = tmp_path_factory.mktemp("taken")
        there.run("audit", "export", "--out", str(folder / "older"))
        there.serve()
        there.send()
        there.wait_for_sample()
        there.run("audit", "export", "--out", str(folder / "export"), "--tiles")
        there.run("audit", "prove", "3", "--out", str(folder / "third"))
        size = (folder / "older" / "checkpoint").read_text().split("\n")[1]
        for number, sizes in enumerate([(size,), (size, "20")]):
            printed = there.run("audit", "prove-growth", *sizes)
            (folder / f"growth{number}").write_text(printed)
        there.stop()
        mails = [attached(mail, tmp_path_factory.mktemp("mail")) for mail in there.mail.mails]
        yield Taken(there, folder, mails)


Change = Callable[[bytes], bytes]


def changed(path: Path, to: Path, change: Change) -> Path:
    """A changed copy of a file."""
    data = path.read_bytes()
    other = change(data)
    assert other != data, "nothing was changed"
    to.write_bytes(other)
    return to


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    """A change of a file's lines."""
    return lambda data: b"".join(change(data.splitlines(keepends=True)))


def flipped(place: int) -> Change:
    """A change of the lowest bit of one byte."""
    return lambda data: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


TAMPERINGS: dict[str, tuple[str, Change]] = {
    "a changed outcome": (
        "entries.jsonl",
        lambda data: data.replace(b'"success"', b'"failure"', 1),
    ),
    "another time": ("entries.jsonl", lambda data: data.replace(b'"at":"2', b'"at":"3', 1)),
    "a lost entry": ("entries.jsonl", lines(lambda all_: all_[:5] + all_[6:])),
    "a lost last entry": ("entries.jsonl", lines(lambda all_: all_[:-1])),
    "an entry twice": ("entries.jsonl", lines(lambda all_: [*all_, all_[-1]])),
    "swapped entries": ("entries.jsonl", lines(lambda all_: [all_[1], all_[0], *all_[2:]])),
    "a blank": ("entries.jsonl", lambda data: data.replace(b'":', b'": ', 1)),
    "no last line end": ("entries.jsonl", lambda data: data[:-1]),
    "nothing": ("entries.jsonl", lambda _: b""),
    "another root": ("checkpoint", flipped(len(ORIGIN) + 8)),
    "another signature": ("checkpoint", flipped(-20)),
    "half a checkpoint": ("checkpoint", lambda data: data[:60]),
}


def test_an_export_verifies(taken: Taken) -> None:
    """Alone, with the key given apart, and as the continuation of the older one."""
    export = taken.folder / "export"
    said = taken.offline(
        ("verify", export),
        ("verify", export, "--key", taken.key, "--since", taken.folder / "older" / "checkpoint"),
        ("verify", taken.folder / "older", "--key", taken.key),
        code=0,
    )
    count = len((export / "entries.jsonl").read_bytes().splitlines())
    assert all("whole and unaltered" in each for each in said)
    assert f"{count} entries of {ORIGIN}" in said[0]
    assert "of the older checkpoint are its beginning" in said[1]


def test_a_tampered_export_does_not(taken: Taken, tmp_path: Path) -> None:
    """Whatever was changed, by whoever has no key of the log."""
    commands: list[tuple[str | Path, ...]] = []
    for number, (name, change) in enumerate(TAMPERINGS.values()):
        copy = tmp_path / str(number)
        shutil.copytree(taken.folder / "export", copy)
        changed(copy / name, copy / name, change)
        commands.append(("verify", copy))
    other = tmp_path / "other.pub"
    other.write_text(f"{VerifierKey.of_seed(ORIGIN, Kind.ED25519, b'x' * 32)}\n")
    commands += [
        ("verify", taken.folder / "export", "--key", other),
        ("verify", taken.folder / "older", "--since", taken.folder / "export" / "checkpoint"),
    ]
    said = taken.offline(*commands, code=1)
    assert all("Error" in each and "True" not in each for each in said)
    assert "shrunk" in said[-1]


def test_what_cannot_be_read_is_told_from_what_is_wrong(taken: Taken, tmp_path: Path) -> None:
    """A missing or malformed file of the person's own is exit 2, never a verdict."""
    for name in ("entries.jsonl", "checkpoint", "key.pub"):
        shutil.copytree(taken.folder / "export", tmp_path / name)
        (tmp_path / name / name).unlink()
    (tmp_path / "no.pub").write_text("not a key\n")
    (tmp_path / "empty.pub").write_text("")
    (tmp_path / "growth").write_text('{"older": 1}')
    shutil.copytree(taken.folder / "export", tmp_path / "large")
    (tmp_path / "large" / "checkpoint").write_bytes(b"x" * 6_000_000)
    changing = shutil.copytree(taken.folder / "older", tmp_path / "changing")
    (changing / "export.unfinished").touch()
    shutil.copy(taken.folder / "export" / "entries.jsonl", changing)
    export, growth, third = (taken.folder / name for name in ("export", "growth0", "third"))
    said = taken.offline(
        ("verify", tmp_path / "entries.jsonl"),
        ("verify", tmp_path / "checkpoint"),
        ("verify", tmp_path / "key.pub"),
        ("verify", export, "--key", tmp_path / "no.pub"),
        ("verify", export, "--key", tmp_path / "empty.pub"),
        ("verify", export, "--since", tmp_path / "none"),
        ("verify-receipt", tmp_path / "none", "--key", taken.key),
        ("verify-receipt", third, "--key", tmp_path / "none"),
        ("verify-receipt", third, "--key", tmp_path / "no.pub"),
        ("verify-receipt", taken.packs[0][1], "--key", taken.key, "--archive", tmp_path / "none"),
        ("verify-growth", tmp_path / "none", "--key", taken.key),
        ("verify-growth", tmp_path / "growth", "--key", taken.key),
        ("verify-growth", export / "entries.jsonl", "--key", taken.key),
        ("verify-growth", growth, "--key", tmp_path / "no.pub"),
        ("verify", tmp_path / "large"),
        ("verify", export, "--key", tmp_path / "large" / "checkpoint"),
        ("verify", tmp_path / "changing"),
        ("prove", "3", "--out", ""),
        code=2,
    )
    assert "under way, or was cut short" in said[-2]
    assert str(tmp_path / "no.pub") in said[3]
    assert all("Error" in each for each in said)


def test_the_receipts_that_came_with_the_mails_verify(taken: Taken, tmp_path: Path) -> None:
    """Each names the very archive that it came with; the mail's own line ends do no harm."""
    assert len(taken.packs) == PACKS
    key = ("--key", taken.key)
    whole = taken.offline(
        *[("verify-receipt", receipt, *key, "--archive", zip_) for zip_, receipt in taken.packs],
        code=0,
    )
    for (archive, _), words in zip(taken.packs, whole, strict=True):
        assert f"transfer.mailing  {archive.stem}" in words
        assert "The archive is the one" in words
    (password,) = [m.receipt for m in taken.mails if m.receipt and not m.archive]
    receipt = taken.packs[0][1]
    carried = changed(receipt, tmp_path / "crlf", lambda data: data.replace(b"\n", b"\r\n"))
    said = taken.offline(
        ("verify-receipt", carried, *key),
        ("verify-receipt", password, *key),
        ("verify-receipt", taken.folder / "third", *key),
        code=0,
    )
    assert all(each.startswith("True: entry ") for each in said)
    assert "password.releasing" in said[1]
    assert said[2].startswith("True: entry 3 (line 4) of the ")


def test_a_changed_receipt_or_archive_does_not(taken: Taken, tmp_path: Path) -> None:
    """Nor another's, nor under another key."""
    (archive, receipt), (other, _), *_ = taken.packs
    key = ("--key", taken.key)
    strange = tmp_path / "strange.pub"
    strange.write_text(f"{VerifierKey.of_seed(ORIGIN, Kind.ED25519, b'x' * 32)}\n")
    length = len(receipt.read_bytes())
    changes = [
        changed(receipt, tmp_path / str(place), flipped(place))
        for place in range(30, length, length // 8)
    ]
    altered = changed(archive, tmp_path / "altered.zip", flipped(500))
    said = taken.offline(
        *[("verify-receipt", each, *key) for each in changes],
        ("verify-receipt", receipt, "--key", strange),
        ("verify-receipt", receipt, *key, "--archive", other),
        ("verify-receipt", receipt, *key, "--archive", altered),
        # an entry that names no archive vouches for none
        ("verify-receipt", taken.folder / "third", *key, "--archive", archive),
        code=1,
    )
    assert all("Error" in each and "True" not in each for each in said)


def test_a_signed_leaf_that_is_no_entry_is_no_receipt(taken: Taken, tmp_path: Path) -> None:
    """It is said before anything else is; and names from a file are shown as they are written."""
    files = []
    for number, leaf in enumerate(
        (b"hello", b"[]", b"", b'{"v":9}', b"\xff\xfe", b"[" * 100_000, b'{"subject":null}')
    ):
        text = str(Checkpoint(ORIGIN, 1, root_of([leaf_hash(leaf)])))
        note = bytes(Note(text, (sign(text, ORIGIN, b"x" * 32),)))
        files.append(tmp_path / str(number))
        files[-1].write_bytes(bytes(Proof(0, (), note, leaf)))
    key = tmp_path / "x.pub"
    key.write_text(f"{VerifierKey.of_seed(ORIGIN, Kind.ED25519, b'x' * 32)}\n")
    said = taken.offline(*[("verify-receipt", file, "--key", key) for file in files], code=1)
    assert all("Error" in each and "True" not in each for each in said)
    played = replace(SampleLog.of_size(3), origin="[/x][bold]a\u202eb\u200b\x7f")
    export = tmp_path / "played"
    export.mkdir()
    (export / "entries.jsonl").write_bytes(lines_of(played.leaves))
    (export / "checkpoint").write_bytes(played.checkpoint)
    (export / "key.pub").write_text(f"{played.key}\n")
    (told,) = taken.offline(("verify", export), code=0)
    assert r"3 entries of [/x][bold]a\u202eb\u200b\x7f, whole" in told


def test_growth_is_proved_and_a_changed_proof_refused(taken: Taken, tmp_path: Path) -> None:
    """From the older export's size to now, and to a size in between."""
    older = (taken.folder / "older" / "checkpoint").read_text()
    proofs = [json.loads((taken.folder / f"growth{n}").read_text()) for n in (0, 1)]
    assert [proof["older"] for proof in proofs] == [older, older]
    sizes = [int(proof["newer"].split("\n")[1]) for proof in proofs]
    assert sizes[0] > sizes[1] >= 20
    key = ("--key", taken.key)
    said = taken.offline(
        *[("verify-growth", taken.folder / f"growth{n}", *key) for n in (0, 1)], code=0
    )
    assert all("are the first of" in each for each in said)
    first, second = proofs
    wrong = {
        "without a hash": {**first, "hashes": first["hashes"][:-1]},
        "with hashes of another": {**first, "hashes": second["hashes"]},
        "turned round": {**first, "older": first["newer"], "newer": first["older"]},
        "with a changed checkpoint": {**first, "newer": first["newer"].replace("\n", "\n1", 1)},
        "unsigned": {**first, "older": first["older"].partition("\n\n")[0] + "\n"},
    }
    for name, proof in wrong.items():
        (tmp_path / name).write_text(json.dumps(proof))
    taken.offline(*[("verify-growth", tmp_path / name, *key) for name in wrong], code=1)


def test_another_project_s_verifier_agrees(taken: Taken, tmp_path: Path) -> None:
    """It accepts the export, its tiles, the receipts and the growth, and refuses a changed byte."""
    export = taken.folder / "export"
    assert foreign.run("log", export, taken.key).accepted
    assert foreign.run("tiles", export, taken.key).accepted
    for _, receipt in taken.packs:
        assert foreign.run("receipt", receipt, taken.key).accepted
    proof = json.loads((taken.folder / "growth0").read_text())
    for name in ("older", "newer"):
        (tmp_path / name).write_text(proof[name])
    (tmp_path / "hashes").write_text("".join(f"{each}\n" for each in proof["hashes"]))
    assert all(b64decode(each) for each in proof["hashes"])
    files = [tmp_path / name for name in ("older", "newer", "hashes")]
    assert foreign.run("consistency", *files, taken.key).accepted
    copy = tmp_path / "copy"
    shutil.copytree(export, copy)
    changed(copy / "entries.jsonl", copy / "entries.jsonl", flipped(700))
    assert not foreign.run("log", copy, taken.key).accepted
    tile = next((copy / "tile" / "0").rglob("000*"))
    bundle = next(path for path in [tile, *tile.rglob("*")] if path.is_file())
    changed(bundle, bundle, flipped(70))
    assert not foreign.run("tiles", copy, taken.key).accepted
    spoilt = changed(taken.packs[0][1], tmp_path / "spoilt", flipped(60))
    assert not foreign.run("receipt", spoilt, taken.key).accepted
