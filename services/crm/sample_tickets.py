"""Believable tickets in English and Russian, for a first look and for the first classifier.

The same seed gives the same tickets. The phrases are in `sample_phrases.json`: categories, subjects, texts and the words that
fill them.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.crm.tickets import NewTicket

PHRASES = Path(__file__).with_name("sample_phrases.json")
SOURCE = "sample"


@dataclass(frozen=True, slots=True)
class SampleTicket:
    """A ticket and the category its writer had in mind."""

    ticket: NewTicket
    category: str


def sample_tickets(count: int, *, seed: int) -> Iterator[SampleTicket]:
    """Tickets with external ids `seed-number`: the same seed again is recognised as the same tickets."""
    dice = random.Random(seed)  # noqa: S311 -- no secret depends on it
    for number in range(count):
        category = dice.choice(sorted(_phrases()["tickets"]))
        yield _sample(dice, category, "en" if dice.random() < 0.6 else "ru", f"{seed}-{number}")


def training_examples(*, per_category: int = 40, seed: int = 1) -> tuple[list[str], list[str]]:
    """Texts and categories for a first classifier, the same number of each category, half of them Russian."""
    dice = random.Random(seed)  # noqa: S311 -- no secret depends on it
    texts, categories = [], []
    for category in sorted(_phrases()["tickets"]):
        for number in range(per_category):
            ticket = _sample(dice, category, ("en", "ru")[number % 2], str(number)).ticket
            texts.append(f"{ticket.subject}\n{ticket.text}")
            categories.append(category)
    return texts, categories


@cache
def _phrases() -> dict[str, Any]:
    phrases: dict[str, Any] = json.loads(PHRASES.read_text(encoding="utf-8"))
    return phrases


def _sample(dice: random.Random, category: str, language: str, external_id: str) -> SampleTicket:
    phrases = _phrases()
    subject, text = dice.choice(phrases["tickets"][category][language])
    words = {slot: dice.choice(choices) for slot, choices in phrases["slots"].items()}
    name = dice.choice(phrases["names"][language])
    opening, closing = (dice.choice(phrases[part][language]) for part in ("openings", "closings"))
    lines = [line for line in (opening, text.format_map(words), closing, name) if line]
    ticket = NewTicket(
        source=SOURCE,
        external_id=external_id,
        subject=_capitalised(subject.format_map(words)),
        text="\n".join(lines),
        customer_name=name,
        customer_email=f"customer{dice.randrange(1, 400)}@customers.example",
    )
    return SampleTicket(ticket, category)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
