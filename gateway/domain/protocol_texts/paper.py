"""A protocol as it is put on paper."""

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.protocol_texts.blocks import Block


@dataclass(frozen=True, slots=True)
class Paper:
    """A text with what stands on each of its pages.

    Attributes:
        title: the protocol's name; `note`: at the head of each page, e.g. that it is a draft.
        foot: at the foot of each page: identifier, version, and what else tells it apart.
        author: the lead agency's name.
    """

    title: str
    note: str
    foot: str
    author: str
    blocks: tuple[Block, ...]
    made_at: datetime
