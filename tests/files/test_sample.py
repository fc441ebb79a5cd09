"""The demonstration's sample shows what it says it shows, judged by the policies themselves."""

import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.domain.decisions import Case, Limits, choose_password_channel
from gateway.domain.inspected import Inspected
from gateway.domain.inspection import FileType
from gateway.domain.packs import BlobId, Document, DocumentId, Encoding, Pack, PackId
from gateway.domain.register import PasswordChannel, Register, RepresentativeId, in_force
from gateway.files.pack import PackFile, parse_pack
from gateway.files.register import parse_register
from gateway.policy import CedarJudge, load_bundle

POLICIES = Path(__file__).parents[2] / "policies"
ALL_FOUR = (0, 1, 2, 3)
EXPECTED = {
    "aroha-tauira": (ALL_FOUR, PasswordChannel.TEXT, set()),
    "ben-sample": (ALL_FOUR, PasswordChannel.TEXT, set()),
    "mere-tauira": (ALL_FOUR, PasswordChannel.TEXT, set()),
    "hana-sample": (ALL_FOUR, PasswordChannel.OTHER_MAILBOX, set()),
    "tom-sample": (ALL_FOUR, PasswordChannel.TELEPHONE, set()),
    "iris-example": ((0, 1, 2), PasswordChannel.TEXT, {"conflict-of-interest"}),
    "ngaio-example": ((), PasswordChannel.TEXT, {"recipient-agency-not-signed"}),
    "rewi-example": ((), PasswordChannel.TEXT, {"recipient-not-active"}),
    "sina-example": ((), PasswordChannel.TEXT, {"section-66c-recipient"}),
    "kim-example": ((), PasswordChannel.TEXT, {"address-not-approved"}),
    "lou-example": ((), None, {"no-password-channel"}),
}


@pytest.fixture(scope="module")
def register(register_bytes: bytes) -> Register:
    """The sample register."""
    return parse_register(register_bytes)


@pytest.fixture(scope="module")
def pack_file(pack_bytes: bytes) -> PackFile:
    """The sample pack file."""
    return parse_pack(pack_bytes)


def cases(
    register: Register, pack_file: PackFile, person: RepresentativeId, day: date
) -> list[Case]:
    """The cases of one recipient, one for each document."""
    meeting = next(m for m in register.meetings if m.id == pack_file.terms.meeting)
    protocol = in_force([p for p in register.protocols if p.id == meeting.protocol], day)
    assert protocol is not None
    people = {r.id: r for r in register.representatives}
    agencies = {a.id: a for a in register.agencies}
    recipient, contact = people[person], people[pack_file.terms.contact]
    pack = Pack(
        id=PackId("sample"),
        meeting=meeting.id,
        agency=contact.agency,
        contact=contact.id,
        authority=pack_file.terms.authority,
        purpose=pack_file.terms.purpose,
        marking=pack_file.terms.marking,
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        statements=pack_file.terms.statements,
        consultations=pack_file.terms.consultations,
    )
    return [
        Case(
            day=day,
            meeting=meeting,
            protocol=protocol,
            sender=agencies[contact.agency],
            contact=contact,
            recipient=recipient,
            agency=agencies[recipient.agency],
            pack=pack,
            document=Document(
                id=DocumentId(str(position)),
                pack=pack.id,
                title=document.title or document.file,
                extension=".pdf",
                label=document.label,
                size_bytes=1,
                sha256="0" * 64,
                crc32=0,
                blob=BlobId("blob"),
                encoding=Encoding.IDENTITY,
                stored_bytes=1,
                position=position,
            ),
            pack_marking_due=pack_file.terms.marking,
            conflicts=frozenset(c.child for c in register.conflicts if c.representative == person),
            channel=choose_password_channel(protocol.before.password_channels, recipient),
            limits=Limits(),
            inspected=Inspected(
                DocumentId(str(position)),
                pack.created_at,
                FileType.PDF,
                marking=document.label.classification,
            ),
        )
        for position, document in enumerate(pack_file.documents, start=1)
    ]


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2027, 12, 31)])
@pytest.mark.parametrize("person", EXPECTED)
def test_each_attendee_receives_or_is_withheld_for_the_reason_the_file_gives(
    register: Register, pack_file: PackFile, person: str, day: date
) -> None:
    """One rule and no other withholds, now and until the protocol's review."""
    received, channel, rules = EXPECTED[person]
    asked = cases(register, pack_file, RepresentativeId(person), day)
    decisions = CedarJudge(load_bundle(POLICIES)).judge(asked)
    assert tuple(n for n, decision in enumerate(decisions) if decision.allowed) == received
    assert {finding.rule for decision in decisions for finding in decision.findings} == rules
    assert (asked[0].channel and asked[0].channel.channel) == channel


def test_every_attendee_has_an_expectation_and_a_statement(
    register: Register, pack_file: PackFile
) -> None:
    """Nobody in the sample goes untold."""
    attendees = set(register.meetings[0].attendees)
    assert attendees == set(EXPECTED)
    assert {statement.recipient for statement in pack_file.terms.statements} == attendees


def test_nothing_in_the_sample_can_reach_anybody(register: Register) -> None:
    """Domains are reserved (RFC 2606), and numbers come from a range kept free for drama."""
    domains = [domain for agency in register.agencies for domain in agency.mail_domains]
    for person in register.representatives:
        domains += [a.rpartition("@")[2] for a in (person.email, person.other_email) if a]
        for number in (person.mobile, person.telephone):
            assert number is None or re.fullmatch(r"\+44(7700900|1632960)[0-9]{3}", number)
    assert all(domain.endswith(".example") for domain in domains)


def test_the_documents_are_there_small_and_marked(sample_folder: Path, pack_file: PackFile) -> None:
    """Each is what its name says, under 64 KiB, and the Word files are marked on every page."""
    assert len(pack_file.documents) == 4
    for document in pack_file.documents:
        path = sample_folder / document.file
        assert path.stat().st_size < 64 * 1024
        if path.suffix == ".pdf":
            data = path.read_bytes()
            assert data.startswith(b"%PDF-1.7")
            assert b"<pdfuaid:part>1</pdfuaid:part>" in data
        else:
            with zipfile.ZipFile(path) as archive:
                for part in ("word/header1.xml", "word/footer1.xml"):
                    assert b"IN-CONFIDENCE" in archive.read(part)
