"""What the meaning of a text says of its label: a linear machine over sentence vectors, beside the one over words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.classification.sentences import OnnxSentences, SentenceModel, SentencesUnavailable, Vectors

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SentenceOpinion:
    """`coefficients` has shape (labels, dimensions), `intercepts` (labels,)."""

    model: SentenceModel
    coefficients: Floats
    intercepts: Floats

    @property
    def about(self) -> dict[str, str]:
        """Which sentence model it was learned with."""
        return {"folder": str(self.model.folder), "fingerprint": self.model.fingerprint}

    def opinions(self, texts: Sequence[str]) -> Floats:
        """The logarithm of each label's probability, shape (texts, labels)."""
        return self.of_vectors(self.model.vectors(texts))

    def of_vectors(self, vectors: Vectors) -> Floats:
        """Zeros, which is no opinion, for a text without a vector."""
        logits = vectors.astype(np.float64) @ self.coefficients.T + self.intercepts
        logits -= logits.max(axis=1, keepdims=True)
        opinions = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return np.asarray(opinions * vectors.any(axis=1)[:, None])


def opinion_from(about: dict[str, str], coefficients: Floats, intercepts: Floats) -> SentenceOpinion:
    """What a model file holds of it, with the sentence model that it names.

    Raises:
        ValueError: the sentence model is missing, or is another one than it was learned with.
    """
    try:
        model = OnnxSentences.open(Path(about["folder"]))
    except SentencesUnavailable as error:
        raise ValueError(f"it reads sentences, and {error}") from error
    if model.fingerprint != about["fingerprint"]:
        raise ValueError(f"the sentence model in {model.folder} is another one than it was learned with")
    return SentenceOpinion(model, coefficients, intercepts)
