"""What the storage tests share: a small, plainly fictional register and things made from it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count

import pytest

from gateway.audit.entries import Action, Entry, Origin, Outcome
from gateway.domain.classification import Classification
from gateway.domain.packs import (
    BlobId,
    Consultation,
    Document,
    DocumentId,
    Encoding,
    Label,
    Pack,
    PackId,
    Statement,
)
from gateway.domain.register import (
    AgeGroup,
    Agency,
    AgencyId,
    AgencyKind,
    AuthorityCode,
    Child,
    ChildReference,
    ConflictOfInterest,
    InformationItem,
    Meeting,
    MeetingId,
    Method,
    PasswordChannel,
    Protocol,
    ProtocolId,
    Purpose,
    Register,
    Representative,
    RepresentativeId,
    Signature,
    Standing,
    Status,
)
from gateway.domain.transfers import Transfer, TransferId
from gateway.storage.database import PostgresDatabase

AT = datetime(2026, 11, 5, 20, 30, 42, 123456, tzinfo=UTC)
A, B = AgencyId("agency-a"), AgencyId("agency-b")
ARO, BEN = RepresentativeId("aro"), RepresentativeId("ben")
CHILD = ChildReference("C-0001")


def agency(identifier: AgencyId) -> Agency:
    return Agency(
        id=identifier,
        name=f"Fictional agency {identifier}",
        kind=AgencyKind.NGO,
        highest_classification=Classification.IN_CONFIDENCE,
        mail_domains=(f"{identifier}.example",),
        standings=(
            Standing(
                Status.CHILD_WELFARE_AND_PROTECTION_AGENCY, "s 2 (g)", "file 7", date(2030, 1, 1)
            ),
        ),
        handling_acknowledged_on=date(2026, 2, 3),
    )


def representative(identifier: RepresentativeId, of: AgencyId) -> Representative:
    return Representative(
        id=identifier,
        agency=of,
        name=f"Fictional {identifier}",
        role="social worker",
        email=f"{identifier}@{of}.example",
        active_from=date(2026, 1, 1),
        mobile="+64210000001",
        standings=(Standing(Status.SOCIAL_SERVICES_PRACTITIONER, "register", "file 8"),),
    )


def protocol(identifier: str, lead: AgencyId, version: int = 1) -> Protocol:
    return Protocol(
        id=ProtocolId(identifier),
        version=version,
        name="Fictional protocol",
        lead_agency=lead,
        purposes=(Purpose("safety", "to keep a child safe", (AuthorityCode("OT-66C"),)),),
        signatures=(Signature(lead, "A. Fictional", "chief", date(2026, 1, 1)),),
        in_force_from=date(2026, 1, 1),
        review_due=date(2027, 1, 1),
        information=(InformationItem(lead, "notes", "assessment", Classification.IN_CONFIDENCE),),
        before=Method("by this gateway", (PasswordChannel.TEXT, PasswordChannel.TELEPHONE)),
        during=Method("spoken"),
        after=Method("by this gateway"),
        privacy_statement="Handle with care – tūmataiti.",
    )


def meeting(identifier: str, under: str) -> Meeting:
    return Meeting(
        id=MeetingId(identifier),
        protocol=ProtocolId(under),
        title="Fictional meeting",
        held_at=AT,
        attendees=(ARO, BEN),
        children=(Child(CHILD, AgeGroup.CHILD),),
    )


REGISTER = Register(
    agencies=(agency(A), agency(B)),
    representatives=(representative(ARO, A), representative(BEN, B)),
    protocols=(protocol("p-a", A), protocol("p-b", B)),
    meetings=(meeting("m-a", "p-a"), meeting("m-b", "p-b")),
    conflicts=(ConflictOfInterest(BEN, CHILD, date(2026, 3, 4)),),
)


@pytest.fixture
def register() -> Register:
    """A small register: agency-a leads protocol p-a and meeting m-a, agency-b the others."""
    return REGISTER


@pytest.fixture
def make_pack() -> Callable[..., Pack]:
    """A maker of packs that fit the register."""

    def make(identifier: str, of: AgencyId = A) -> Pack:
        return Pack(
            id=PackId(identifier),
            meeting=MeetingId("m-a" if of == A else "m-b"),
            agency=of,
            contact=ARO if of == A else BEN,
            authority=AuthorityCode("OT-66C"),
            purpose="safety",
            marking=Classification.IN_CONFIDENCE,
            created_at=AT,
            statements=(Statement(BEN, "66C(a)(i)", "it will help", ARO),),
            consultations=(Consultation(CHILD, consulted=False, account="too young"),),
        )

    return make


@pytest.fixture
def make_document() -> Callable[..., Document]:
    """A maker of documents."""

    def make(identifier: str, pack: str, position: int = 1) -> Document:
        return Document(
            id=DocumentId(identifier),
            pack=PackId(pack),
            title="Notes – kōrero.pdf",
            extension=".pdf",
            label=Label(
                Classification.IN_CONFIDENCE, "assessment", A, (CHILD,), endorsements=("MEDICAL",)
            ),
            size_bytes=5_000_000_000,
            sha256="0f" * 32,
            crc32=4_294_967_295,
            blob=BlobId(f"blob-{identifier}"),
            encoding=Encoding.DEFLATE,
            stored_bytes=17,
            position=position,
        )

    return make


@pytest.fixture
def make_transfer() -> Callable[..., Transfer]:
    """A maker of queued transfers to the other agency's representative."""

    def make(identifier: str, pack: str, of: AgencyId = A) -> Transfer:
        return Transfer(
            id=TransferId(identifier),
            reference=f"T-{identifier}",
            pack=PackId(pack),
            meeting=MeetingId("m-a" if of == A else "m-b"),
            agency=of,
            recipient=BEN if of == A else ARO,
            address="ben@agency-b.example",
            channel=PasswordChannel.TEXT,
            channel_address="+64210000001",
            documents=(DocumentId("d1"), DocumentId("d2")),
            message_id=f"{identifier}@gateway.example",
            created_at=AT,
            entered_at=AT,
        )

    return make


@pytest.fixture
async def filled(database: PostgresDatabase) -> PostgresDatabase:
    """A database that holds the register."""
    async with database.work() as work:
        await work.register.merge(REGISTER, date(2026, 11, 22))
    return database


@pytest.fixture
def make_entry() -> Callable[..., Entry]:
    """A maker of audit entries, each with an identifier of its own."""
    numbers = count()

    def make(agency: AgencyId | None = A, uid: str | None = None) -> Entry:
        return Entry(
            uid=uid or f"e{next(numbers)}",
            at=AT,
            action=Action.PACK_SENT,
            outcome=Outcome.SUCCESS,
            agency=agency,
            actor={"kind": "service"},
            subject={"pack": "p"},
            origin=Origin("host.example", "0"),
        )

    return make
