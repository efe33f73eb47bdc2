"""A document's text cut into passages: along headings and paragraphs, none longer than a person reads at a glance."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.knowledge.documents import Part

LONGEST = 1_100
MOST_PASSAGES = 5_000
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or heading as it stands in a document."""

    text: str
    page: int = 1
    is_heading: bool = False


def cut(blocks: Iterable[Block]) -> list[Part]:
    """Passages in the document's order."""
    parts: list[Part] = []
    heading, page, held = "", 1, ""
    for block in blocks:
        text = _clean(block.text)
        if not text:
            continue
        begins_anew = block.is_heading or block.page != page or len(held) + len(text) > LONGEST
        if begins_anew and held:
            parts.append(Part(page, heading, held))
            held = ""
        page = block.page
        if block.is_heading:
            heading = text[:200]
            continue
        *whole, rest = _pieces(text)
        if whole and held:
            parts.append(Part(page, heading, held))
            held = ""
        parts += [Part(page, heading, piece) for piece in whole]
        held = f"{held}\n{rest}" if held else rest
    if held:
        parts.append(Part(page, heading, held))
    return parts[:MOST_PASSAGES]


def _clean(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\x00", "").splitlines())
    return "\n".join(line for line in lines if line)


def _pieces(text: str) -> Iterator[str]:
    """A long paragraph at its sentences, a sentence without end at its words."""
    piece = ""
    for sentence in _SENTENCE_END.split(text) if len(text) > LONGEST else [text]:
        for run in (sentence[start : start + LONGEST] for start in range(0, len(sentence), LONGEST)):
            if piece and len(piece) + len(run) > LONGEST:
                yield piece
                piece = ""
            piece = f"{piece} {run}" if piece else run
    yield piece
