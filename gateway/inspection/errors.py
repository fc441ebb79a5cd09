"""Why a document, or a part of it, cannot be looked into."""

from gateway.domain.inspection import Discovery, Kind


class NotReadable(Exception):
    """A file or part that is refused as a whole, with the kind of discovery it becomes."""

    def __init__(self, kind: Kind, context: str = "", where: str = "") -> None:
        super().__init__(f"{kind.name}: {context}")
        self.discovery = Discovery(kind, where, context[:200])
