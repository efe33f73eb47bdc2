"""What a draft is, what became of it, and the port behind which drafts are kept.

A draft's text holds placeholders (`[NAME_1]`) where the ticket held personal data; whoever shows it puts the originals back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Protocol

LONGEST_REASON = 500
# From this likeness on a sent reply counts as made from the draft. 1 is equal, 0 has nothing in common.
MADE_FROM = 0.5
# Comparing takes the square of the length; what is longer is compared by its beginning.
COMPARED_CHARACTERS = 4_000


def utc_now() -> datetime:
    return datetime.now(UTC)


class Verdict(StrEnum):
    """What a person did with a draft. `OPEN`: nothing yet. `IGNORED`: the reply that was sent has nothing of it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    IGNORED = "ignored"


class DraftNotFound(LookupError):
    def __init__(self, draft_id: str) -> None:
        super().__init__(f"there is no draft {draft_id[:40]!r}")
        self.draft_id = draft_id


class VerdictRefused(ValueError):
    """A draft is rejected without a reason, or was settled before."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of a passage that a draft rests on. `number` is how the draft's text refers to it: [1]."""

    number: int
    passage_id: str
    document_id: str
    title: str
    page: int
    heading: str
    quote: str


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A draft as it is written. `request_id` names the job: the same again is the same draft."""

    request_id: str
    ticket_id: str
    category: str
    language: str
    text: str
    citations: tuple[Citation, ...]
    confidence: float
    model: str
    prompt: str
    prompt_version: int
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft(NewDraft):
    draft_id: str = ""
    verdict: Verdict = Verdict.OPEN
    reason: str = ""
    decided_by: str = ""
    # How alike the sent reply is, 0 to 1; None before something is sent.
    likeness: float | None = None
    created_at: datetime = field(default_factory=utc_now)


@dataclass(frozen=True, slots=True)
class Figure:
    """How many drafts of a model, prompt version and category came to which end."""

    model: str
    prompt: str
    prompt_version: int
    category: str
    counts: dict[Verdict, int]

    @property
    def judged(self) -> int:
        return sum(count for verdict, count in self.counts.items() if verdict is not Verdict.OPEN)

    @property
    def acceptance(self) -> float | None:
        """The share of judged drafts that were sent, as drafted or edited; None where none was judged."""
        used = self.counts.get(Verdict.ACCEPTED, 0) + self.counts.get(Verdict.EDITED, 0)
        return used / self.judged if self.judged else None


class Drafts(Protocol):
    """Where drafts are kept. Calls are short and blocking."""

    def save(self, draft: NewDraft) -> Draft:
        """Keep a draft; where its request has one already, that one stays and is returned."""
        ...

    def of_request(self, request_id: str) -> Draft | None: ...

    def get(self, draft_id: str) -> Draft:
        """Raises `DraftNotFound`."""
        ...

    def decide(self, draft_id: str, verdict: Verdict, *, by: str, reason: str = "") -> Draft:
        """Note what a person says; until the reply is sent they may say otherwise.

        Raises `DraftNotFound`, `VerdictRefused`.
        """
        ...

    def settle(self, draft_id: str, reply: str) -> Draft:
        """Note what was sent, once: it decides whether a draft was accepted, edited or ignored. Raises `DraftNotFound`."""
        ...

    def figures(self, since: datetime) -> Sequence[Figure]:
        """By model, prompt version and category, the most drafts first."""
        ...

    def reasons(self, limit: int = 20) -> Sequence[Draft]:
        """The newest rejected drafts."""
        ...


def require_reason(verdict: Verdict, reason: str) -> str:
    """The reason as it is kept. Raises `VerdictRefused`."""
    said = " ".join(reason.split())[:LONGEST_REASON]
    if verdict is Verdict.REJECTED and not said:
        raise VerdictRefused("say why the draft is of no use: a rejection needs a reason")
    if verdict not in {Verdict.ACCEPTED, Verdict.EDITED, Verdict.REJECTED}:
        raise VerdictRefused(f"a person accepts, edits or rejects a draft; {verdict.value!r} is none of these")
    return said


def settled(draft: Draft, reply: str) -> tuple[Verdict, float]:
    """What became of a draft, by what was sent."""
    likeness = likeness_of(draft.text, reply)
    if draft.verdict is Verdict.REJECTED:
        return Verdict.REJECTED, likeness
    if likeness == 1.0:
        return Verdict.ACCEPTED, likeness
    made_from_it = draft.verdict is not Verdict.OPEN or likeness >= MADE_FROM
    return (Verdict.EDITED if made_from_it else Verdict.IGNORED), likeness


def likeness_of(one: str, other: str) -> float:
    first, second = (" ".join(text.split()) for text in (one, other))
    if first == second:
        return 1.0
    matcher = SequenceMatcher(None, first[:COMPARED_CHARACTERS], second[:COMPARED_CHARACTERS], autojunk=False)
    return min(round(matcher.ratio(), 3), 0.999)
