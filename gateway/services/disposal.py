"""Destroying what is held: the key at once, so that the bytes are worthless; then the bytes."""

from gateway.domain.packs import BlobId
from gateway.services.storage import Work


async def destroy(work: Work, blob: BlobId) -> bool:
    """Destroy a blob's key in this transaction and have its file removed; False if it was gone.

    With it goes what was found in the document whose blob it is.
    """
    if not await work.keys.destroy(blob):
        return False
    await work.inspections.forget(blob)
    await work.jobs.destroy_blob(blob)
    return True
