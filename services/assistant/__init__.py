"""Drafts of replies: written from passages that were found, shown to the person who answers, judged by what was sent."""

from services.assistant.drafting import (
    NOBODY_DRAFTS,
    Drafter,
    DraftRequest,
    NoDraft,
    Passage,
    PassageSearch,
    ReplyWriter,
    WrittenReply,
)
from services.assistant.drafts import (
    Citation,
    Draft,
    DraftNotFound,
    Drafts,
    Figure,
    NewDraft,
    Verdict,
    VerdictRefused,
)
from services.assistant.memory_drafts import InMemoryDrafts
from services.assistant.reply import ReplyAnswer, ReplyRefused, check_reply
from services.assistant.sql_drafts import SqlDrafts

__all__ = [
    "NOBODY_DRAFTS",
    "Citation",
    "Draft",
    "DraftNotFound",
    "DraftRequest",
    "Drafter",
    "Drafts",
    "Figure",
    "InMemoryDrafts",
    "NewDraft",
    "NoDraft",
    "Passage",
    "PassageSearch",
    "ReplyAnswer",
    "ReplyRefused",
    "ReplyWriter",
    "SqlDrafts",
    "Verdict",
    "VerdictRefused",
    "WrittenReply",
    "check_reply",
]
