"""What the use cases need of storage for what was found in documents."""

from collections.abc import Mapping
from typing import Protocol

from gateway.domain.inspected import Inspected, Inspections
from gateway.domain.packs import BlobId, DocumentId, PackId, RequestId
from gateway.domain.register import AgencyId, ChildReference


class InspectionStore(Protocol):
    """What was found in documents: in the clear what the rules need, encrypted all the rest."""

    async def put(self, inspected: Inspected, sealed: bytes | None) -> None:
        """Keep it in place of what was found before; `sealed` holds words of the document."""
        ...

    async def of_pack(self, pack: PackId) -> Inspections:
        """What is known in the clear of a pack's documents."""
        ...

    async def sealed(self, document: DocumentId) -> bytes | None:
        """The encrypted part; None where there is none, or it was destroyed."""
        ...

    async def forget(self, blob: BlobId) -> None:
        """Destroy the encrypted part of the document that has this blob."""
        ...

    async def latest_by_child(
        self, agency: AgencyId, most: int
    ) -> Mapping[ChildReference, tuple[RequestId, bytes]]:
        """For each child, a request this agency asks or was sent, with its encrypted content.

        One that was sent goes before drafts, a newer one before older ones. At most `most`
        children, those with the newest requests.
        """
        ...
