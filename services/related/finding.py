"""Which tickets are about the same thing: like words first, then the same customer, then nearness in time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.related.index import RelatedIndex
from services.related.likeness import buckets_of, likeness, words_of

CANDIDATES = 60
BATCH = 500
# What each of the three is worth.
WORDS, CUSTOMER, TIME = 0.7, 0.2, 0.1
NEAR = timedelta(days=14)
LEAST_LIKENESS = 0.15
# As good as the same letter: from anybody, or from the same customer within a week.
SAME_LETTER, SAME_LETTER_OF_ONE = 0.8, 0.5
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TicketText:
    """What of a ticket counts here."""

    number: int
    ticket_id: str
    subject: str
    text: str
    customer: str
    created_at: datetime
    status: str


class TicketTexts(Protocol):
    """The desk's tickets."""

    def get(self, ticket_id: str) -> TicketText | None: ...

    def after(self, number: int, limit: int) -> Sequence[TicketText]:
        """Those with higher numbers, the lowest first."""
        ...

    def with_numbers(self, numbers: Sequence[int]) -> Sequence[TicketText]: ...

    def of_customer(self, customer: str, limit: int) -> Sequence[TicketText]:
        """The newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Related:
    """`likeness` of the words and `score` with all that counts, both from 0 to 1."""

    ticket: TicketText
    likeness: float
    score: float
    is_same_customer: bool
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class RelatedTickets:
    texts: TicketTexts
    index: RelatedIndex

    def fill(self, limit: int = 20_000) -> int:
        """Put new tickets into their buckets; how many."""
        done = 0
        while done < limit:
            batch = self.texts.after(self.index.filled_to(), BATCH)
            if not batch:
                break
            self.index.add({each.number: buckets_of(_words(each)) for each in batch}, up_to=batch[-1].number)
            done += len(batch)
        return done

    def of(self, ticket_id: str, limit: int = 6) -> list[Related]:
        """The best first; nothing where nothing is alike."""
        ticket = self.texts.get(ticket_id)
        if ticket is None:
            return []
        words = _words(ticket)
        numbers = self.index.sharing(buckets_of(words), CANDIDATES)
        found = {each.number: each for each in self.texts.with_numbers(numbers)}
        if ticket.customer:
            found |= {each.number: each for each in self.texts.of_customer(ticket.customer, CANDIDATES)}
        found.pop(ticket.number, None)
        judged = [_related(ticket, words, each) for each in found.values()]
        best = sorted((each for each in judged if each.likeness >= LEAST_LIKENESS), key=lambda each: -each.score)
        return best[:limit]


def _words(ticket: TicketText) -> frozenset[str]:
    return words_of(f"{ticket.subject}\n{ticket.text}")


def _related(ticket: TicketText, words: frozenset[str], other: TicketText) -> Related:
    alike = likeness(words, _words(other))
    is_same = bool(ticket.customer) and ticket.customer == other.customer
    apart = abs(ticket.created_at - other.created_at)
    score = WORDS * alike + CUSTOMER * is_same + TIME * math.exp(-apart / NEAR)
    is_duplicate = apart <= WEEK and (alike >= SAME_LETTER or (is_same and alike >= SAME_LETTER_OF_ONE))
    return Related(other, round(alike, 3), round(score, 3), is_same, is_duplicate)
