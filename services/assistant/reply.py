"""A drafted reply as a model must give it, and the rules by which it is believed.

A model's answer is untrusted input, and what it was asked about was written by strangers. So a reply may only cite passages it
was given, in their own words; it may name no address, link or number that is in neither passages nor ticket; and it may use no
placeholder that the ticket did not bring.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LONGEST_REPLY = 6_000
SHORTEST_QUOTE = 8

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+?\d[\d\s()-]{7,}\d", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[[A-Z]+_\d+\]")
_REFERENCE = re.compile(r"\[(\d{1,2})\]")


class ReplyRefused(ValueError):
    """A model's reply breaks a rule; the text says which, in words a model can mend it by."""


class ReplyCitation(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    passage: int = Field(ge=1, le=99)
    quote: Annotated[str, Field(min_length=SHORTEST_QUOTE, max_length=600)]


class ReplyAnswer(BaseModel):
    """What a model answers when it is asked for a reply."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reply: Annotated[str, Field(min_length=20, max_length=LONGEST_REPLY)]
    citations: Annotated[list[ReplyCitation], Field(min_length=1, max_length=8)]
    confidence: float = Field(ge=0, le=1)


def check_reply(answer: ReplyAnswer, passages: Mapping[int, str], ticket: str) -> None:
    """Raises `ReplyRefused`: it says what is wrong."""
    for citation in answer.citations:
        if citation.passage not in passages:
            raise ReplyRefused(f"citation {citation.passage} does not exist: passages 1 to {len(passages)} were given")
        if _plain(citation.quote) not in _plain(passages[citation.passage]):
            raise ReplyRefused(f"the quote of citation {citation.passage} does not stand in that passage")
    cited = {citation.passage for citation in answer.citations}
    for reference in _REFERENCE.findall(answer.reply):
        if int(reference) not in cited:
            raise ReplyRefused(f"the reply refers to [{reference}], which it does not cite")
    known = _plain(" ".join([*passages.values(), ticket]))
    for found in _LINK.findall(answer.reply):
        if _plain(found).rstrip(".,;:!?") not in known:
            raise ReplyRefused("the reply names a link, an address or a number that is in no passage")
    for placeholder in _PLACEHOLDER.findall(answer.reply):
        if placeholder not in ticket:
            raise ReplyRefused(f"the reply uses {placeholder}, which the ticket does not")


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
