"""Tickets that speak of the same thing: found by the likeness of their words, joined and parted again."""

from services.related.finding import Related, RelatedTickets, TicketText, TicketTexts
from services.related.index import InMemoryIndex, RelatedIndex, SqlIndex
from services.related.merges import Merge, MergeNotFound, MergeRefused, SqlMerges

__all__ = [
    "InMemoryIndex",
    "Merge",
    "MergeNotFound",
    "MergeRefused",
    "Related",
    "RelatedIndex",
    "RelatedTickets",
    "SqlIndex",
    "SqlMerges",
    "TicketText",
    "TicketTexts",
]
