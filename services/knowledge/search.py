"""Finding passages: by words, by meaning where vectors are installed, merged by reciprocal rank.

What has too little in common with the question is not found at all: better no answer than one from the wrong page.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import structlog

from services.knowledge.documents import Found, Library, StoredPassage
from services.knowledge.stems import stem, stems, words

log = structlog.get_logger(__name__)

# A question longer than this is cut to its most frequent stems; a ticket's first words count most.
MOST_STEMS = 48
CANDIDATES = 40
# The constant of reciprocal rank fusion: it dampens the difference between the first places.
RANK_CONSTANT = 60
# A passage must hold this share of the question's stems, and so many of them where the question has as many.
LEAST_FIT = 0.18
LEAST_STEMS = 2
# From this likeness on a vector counts; below it, meaning is noise.
LEAST_LIKENESS = 0.55
# A passage in the language of the question goes before an equal one in another.
OTHER_LANGUAGE = 0.7


class EmbeddingUnavailable(Exception):
    """No vectors can be had now."""


class Embedder(Protocol):
    """Texts to vectors of one length; optional."""

    @property
    def model(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Raises `EmbeddingUnavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class KnowledgeSearch:
    library: Library
    embedder: Embedder | None = None

    def search(self, question: str, *, language: str = "", limit: int = 10) -> list[Found]:
        """The best passages first, with the words of the question marked; none where nothing fits."""
        asked = _asked(question)
        words_asked = frozenset(asked)
        return [
            Found(each, _fit(each, asked), marked(each.heading or each.title, words_asked), marked(each.text, words_asked))
            for each in self._best(question, asked, language, limit)
        ]

    def best(self, question: str, *, language: str = "", limit: int = 10) -> list[StoredPassage]:
        """The same passages without marks, for who quotes them."""
        return self._best(question, _asked(question), language, limit)

    def _best(self, question: str, asked: Sequence[str], language: str, limit: int) -> list[StoredPassage]:
        by_words = [each for each in self.library.matching(asked, CANDIDATES) if _fits(each, asked)]
        rankings: list[Sequence[StoredPassage]] = [by_words]
        if self.embedder is not None:
            rankings.append(self._by_meaning(self.embedder, question))
        scores: dict[int, float] = {}
        known: dict[int, StoredPassage] = {}
        for ranking in rankings:
            for place, passage in enumerate(ranking):
                score = _language_share(passage, language) / (RANK_CONSTANT + place)
                scores[passage.passage_id] = scores.get(passage.passage_id, 0.0) + score
                known[passage.passage_id] = passage
        return [known[number] for number in sorted(scores, key=lambda number: -scores[number])[:limit]]

    def _by_meaning(self, embedder: Embedder, question: str) -> Sequence[StoredPassage]:
        numbers, content = self.library.vectors(embedder.model)
        if not numbers:
            return []
        matrix = np.frombuffer(content, dtype=np.float32).reshape(len(numbers), -1)
        try:
            asked = _normal(np.asarray(embedder.embed([question]), dtype=np.float32))[0]
        except EmbeddingUnavailable as error:
            # Words alone find most.
            log.warning("search_without_vectors", reason=str(error))
            return []
        if len(asked) != matrix.shape[1]:
            return []
        likeness = matrix @ asked
        best = [int(place) for place in np.argsort(-likeness)[:CANDIDATES] if likeness[place] >= LEAST_LIKENESS]
        return self.library.with_ids([numbers[place] for place in best])


def add_vectors(library: Library, embedder: Embedder, *, batch: int = 64) -> int:
    """Give every passage without a vector one; returns how many."""
    count = 0
    while passages := library.without_vector(embedder.model, batch):
        try:
            made = embedder.embed([f"{each.title}\n{each.heading}\n{each.text}" for each in passages])
        except EmbeddingUnavailable as error:
            log.warning("passages_without_vectors", reason=str(error))
            break
        rows = _normal(np.asarray(made, dtype=np.float32))
        library.put_vectors(
            embedder.model, [(each.passage_id, row.tobytes()) for each, row in zip(passages, rows, strict=True)]
        )
        count += len(passages)
    return count


def marked(text: str, asked: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, those that share a stem with the question marked."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in words(text):
        if stem(match[0]) in asked:
            if match.start() > end:
                pieces.append((text[end : match.start()], False))
            pieces.append((match[0], True))
            end = match.end()
    if end < len(text):
        pieces.append((text[end:], False))
    return tuple(pieces)


def _asked(question: str) -> list[str]:
    counted = Counter(stems(question))
    # Of equal counts the earlier word first: Counter keeps their order.
    return [each for each, _count in counted.most_common(MOST_STEMS)]


def _fit(passage: StoredPassage, asked: Sequence[str]) -> float:
    return round(sum(each in passage.stems for each in asked) / max(len(asked), 1), 3)


def _fits(passage: StoredPassage, asked: Sequence[str]) -> bool:
    held = sum(each in passage.stems for each in asked)
    return held >= min(LEAST_STEMS, len(asked)) and held >= LEAST_FIT * len(asked)


def _language_share(passage: StoredPassage, language: str) -> float:
    return 1.0 if not language or passage.language in {"", language} else OTHER_LANGUAGE


def _normal(matrix: "np.ndarray[tuple[int, int], np.dtype[np.float32]]") -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.maximum(lengths, 1e-9), dtype=np.float32)
