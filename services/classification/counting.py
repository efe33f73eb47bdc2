"""Texts counted once, to be weighed as often as a model is learned from a part of them.

Taking a text apart into words, pairs and runs of letters is most of the work of making features, and the same in whichever
fold the text stands. What is rare, and how rare, is worked out from the seen part alone, as if the others were not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from services.classification.features import CHARACTER_RUNS, FeatureSpace, character_counter, shortened, weighting, word_counter

type Rows = NDArray[np.int64]


class NoWords(ValueError):
    """There is no text with a word of two letters."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """How often each term stands in each text."""

    table: csr_matrix
    terms: NDArray[np.object_]

    @classmethod
    def of(cls, texts: Sequence[str], counter: CountVectorizer, min_df: int) -> "_Counts":
        try:
            table = counter.fit_transform(texts)
        except ValueError as error:
            raise NoWords("no text has a word of two letters or more") from error
        often = _often(table, min_df)
        return cls(table[:, often], counter.get_feature_names_out()[often])

    def weigh(self, seen: Rows, min_df: int, most: int | None) -> "_Weights":
        part = self.table[seen]
        columns = _often(part, min_df)
        if most is not None and len(columns) > most:
            totals = np.asarray(part.sum(axis=0)).ravel()[columns]
            columns = np.sort(columns[np.argsort(-totals, kind="stable")[:most]])
        return _Weights(self, columns, weighting().fit(part[:, columns]))


@dataclass(frozen=True, slots=True)
class _Weights:
    """Which terms count for the seen texts, and how much."""

    counts: _Counts
    columns: Rows
    rarity: TfidfTransformer

    def rows(self, texts: Rows) -> csr_matrix:
        return self.rarity.transform(self.counts.table[texts][:, self.columns])

    def vocabulary(self) -> dict[str, int]:
        return {str(term): place for place, term in enumerate(self.counts.terms[self.columns])}


@dataclass(frozen=True, slots=True)
class WeighedTexts:
    """The features of all texts, as who has seen some of them would make them."""

    words: _Weights
    characters: _Weights

    def rows(self, texts: Rows) -> csr_matrix:
        return hstack([self.words.rows(texts), self.characters.rows(texts)], format="csr")

    def space(self) -> FeatureSpace:
        """The same for texts that were not counted."""
        return FeatureSpace.with_state(
            self.words.vocabulary(), self.words.rarity.idf_, self.characters.vocabulary(), self.characters.rarity.idf_
        )


@dataclass(frozen=True, slots=True)
class CountedTexts:
    """All texts there are to learn from."""

    words: _Counts
    characters: _Counts
    min_df: int

    @classmethod
    def of(cls, texts: Sequence[str], *, min_df: int) -> "CountedTexts":
        """Take texts apart; a term must stand in `min_df` of those that are seen.

        Raises:
            NoWords: there is nothing to count.
        """
        short = [shortened(text) for text in texts]
        return cls(_Counts.of(short, word_counter(), min_df), _Counts.of(short, character_counter(), min_df), min_df)

    def weighed_by(self, seen: Rows) -> WeighedTexts:
        # Character runs are many: the frequent ones carry nearly all of the signal.
        return WeighedTexts(self.words.weigh(seen, self.min_df, None), self.characters.weigh(seen, self.min_df, CHARACTER_RUNS))


def _often(table: csr_matrix, min_df: int) -> Rows:
    """The terms that stand in so many texts; where there are none, all that stand anywhere."""
    frequencies = np.bincount(table.indices, minlength=table.shape[1])
    found = np.nonzero(frequencies >= min_df)[0]
    return found if len(found) else np.nonzero(frequencies)[0]
