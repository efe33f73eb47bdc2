"""Text to numbers: words, word pairs and character runs, weighted by how rare they are.

The vectorisers are scikit-learn's; their fitted state is plain arrays, so that a model file holds data and never code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

# Letters of any script, digits inside words kept ("win10"); single letters say nothing.
WORD_PATTERN = r"(?u)\b\w\w+\b"


def word_vectoriser(**state: int | dict[str, int]) -> TfidfVectorizer:
    """Words and pairs of neighbours."""
    return TfidfVectorizer(
        sublinear_tf=True, ngram_range=(1, 2), token_pattern=WORD_PATTERN, strip_accents=None, dtype=np.float64, **state
    )


def character_vectoriser(**state: int | dict[str, int]) -> TfidfVectorizer:
    """Runs of letters inside words: they carry Russian endings, typing errors and compound words."""
    return TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5), dtype=np.float64, **state)


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """Both fitted vectorisers side by side; word columns come first."""

    words: TfidfVectorizer
    characters: TfidfVectorizer

    @classmethod
    def fit(cls, texts: Sequence[str], *, min_df: int) -> "FeatureSpace":
        """Learn the vocabulary; a feature must stand in `min_df` texts."""
        words = word_vectoriser(min_df=min_df).fit(texts)
        # Character runs are many: the frequent ones carry nearly all of the signal.
        characters = character_vectoriser(min_df=min_df, max_features=120_000).fit(texts)
        return cls(words, characters)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Rows of unit-length word features and unit-length character features, in one sparse matrix."""
        return hstack([self.words.transform(texts), self.characters.transform(texts)], format="csr")

    @property
    def word_count(self) -> int:
        return len(self.words.vocabulary_)

    def feature_names(self) -> list[str]:
        """The word features by column; character runs are left out, for they explain nothing to a person."""
        return list(self.words.get_feature_names_out())
