"""Text to numbers: words, word pairs and character runs, weighted by how rare they are.

The vectorisers are scikit-learn's; their fitted state is plain arrays, so that a model file holds data and never code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer

# Letters of any script, digits inside words kept ("win10"); single letters say nothing.
WORD_PATTERN = r"(?u)\b\w\w+\b"
CHARACTER_RUNS = 120_000
# What a ticket is about stands before this; the rest of a megabyte of log would cost seconds and say nothing.
LONGEST_TEXT = 20_000

type State = int | dict[str, int]


def shortened(text: str) -> str:
    """What of a text is read."""
    return text[:LONGEST_TEXT]


def word_counter() -> CountVectorizer:
    """Words and pairs of neighbours."""
    return CountVectorizer(ngram_range=(1, 2), token_pattern=WORD_PATTERN, strip_accents=None)


def character_counter() -> CountVectorizer:
    """Runs of letters inside words: they carry Russian endings, typing errors and compound words."""
    return CountVectorizer(analyzer="char_wb", ngram_range=(2, 5))


def weighting() -> TfidfTransformer:
    """From how often a term stands in a text to how much it says there."""
    return TfidfTransformer(sublinear_tf=True)


def _vectoriser(counter: CountVectorizer, vocabulary: dict[str, int], rarity: NDArray[np.float64]) -> TfidfVectorizer:
    parameters = {name: value for name, value in counter.get_params().items() if name not in {"dtype", "vocabulary"}}
    vectoriser = TfidfVectorizer(**parameters, vocabulary=vocabulary, sublinear_tf=True, dtype=np.float64)
    vectoriser.idf_ = rarity
    return vectoriser


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """Both fitted vectorisers side by side; word columns come first."""

    words: TfidfVectorizer
    characters: TfidfVectorizer

    @classmethod
    def with_state(
        cls,
        words: dict[str, int],
        word_rarity: NDArray[np.float64],
        characters: dict[str, int],
        character_rarity: NDArray[np.float64],
    ) -> "FeatureSpace":
        """Of known terms by their columns, and how rare each is."""
        return cls(
            _vectoriser(word_counter(), words, word_rarity), _vectoriser(character_counter(), characters, character_rarity)
        )

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Rows of unit-length word features and unit-length character features, in one sparse matrix."""
        short = [shortened(text) for text in texts]
        return hstack([self.words.transform(short), self.characters.transform(short)], format="csr")

    @property
    def word_count(self) -> int:
        return len(self.words.vocabulary_)

    def feature_names(self) -> list[str]:
        """The word features by column; character runs are left out, for they explain nothing to a person."""
        return list(self.words.get_feature_names_out())
