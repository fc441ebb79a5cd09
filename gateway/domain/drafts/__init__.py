"""Protocols as they are written: sections that may still be blank, and how far a draft has come."""

from gateway.domain.drafts.content import Content, DraftItem
from gateway.domain.drafts.states import Comment, DraftId, DraftState, ProtocolDraft, Section

__all__ = [
    "Comment",
    "Content",
    "DraftId",
    "DraftItem",
    "DraftState",
    "ProtocolDraft",
    "Section",
]
