"""A protocol as a text: written in the order of the template, and read back from such a text."""

from gateway.domain.protocol_texts.blocks import Block, Bullets, Heading, Table, Text
from gateway.domain.protocol_texts.paper import Paper
from gateway.domain.protocol_texts.reading import Known, Reading, Unread, read
from gateway.domain.protocol_texts.taking import taken_over
from gateway.domain.protocol_texts.writing import written

__all__ = [
    "Block",
    "Bullets",
    "Heading",
    "Known",
    "Paper",
    "Reading",
    "Table",
    "Text",
    "Unread",
    "read",
    "taken_over",
    "written",
]
