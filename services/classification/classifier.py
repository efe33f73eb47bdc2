"""The port `Classifier` and its default adapter, a calibrated linear model that runs in the worker's own process."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from services.classification.committee import Committee
from services.classification.features import FeatureSpace
from services.classification.sentence_opinion import SentenceOpinion

EVIDENCE_WORDS = 6


class ClassificationUnavailable(Exception):
    """No classifier can answer now; a person decides."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word or word pair of the text and its share, from 0 to 1, of what spoke for the label."""

    words: str
    share: float


@dataclass(frozen=True, slots=True)
class Classification:
    """A label, how sure the model is of it (0 to 1, calibrated: of answers at 0.8, four in five are right), and why."""

    label: str
    confidence: float
    runner_up: str
    runner_up_confidence: float
    evidence: tuple[Evidence, ...]
    model: str


class Classifier(Protocol):
    """Decides what texts are about."""

    @property
    def threshold(self) -> float:
        """The confidence from which on answers are right at the rate the desk asked for."""
        ...

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        """One classification a text, in order.

        Raises:
            ClassificationUnavailable: no answer can be had now.
        """
        ...


class ModelClassifier(Protocol):
    """A language model that may be asked before the classifier, where the model policy says so."""

    async def classify(self, subject: str, text: str, *, request_id: str, tenant: str) -> Classification | None:
        """None leaves the text to the classifier.

        Raises:
            ClassificationUnavailable: the policy lets models decide or a person, and no model answered.
        """
        ...


@dataclass(frozen=True)
class LinearClassifier:
    """TF-IDF features, one linear decision function a label, where there were texts enough a committee of networks beside it,
    where it helps what a sentence model says, and a fitted map from all their values to probabilities.

    `coefficients` has shape (labels, features), `intercepts` (labels,). The calibration is a multinomial logistic model on the
    decision values, followed by the opinions of the committee and on sentences: `calibration` (labels, values),
    `calibration_intercepts` (labels,).
    The words that decided come from the linear part, which knows them.
    """

    name: str
    labels: tuple[str, ...]
    features: FeatureSpace
    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    calibration: NDArray[np.float64]
    calibration_intercepts: NDArray[np.float64]
    threshold: float
    card: dict[str, Any]
    committee: Committee | None = None
    sentences: SentenceOpinion | None = None

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (texts, labels)."""
        return self._probabilities(texts, self.features.transform(texts))

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        rows = self.features.transform(texts)
        probabilities = self._probabilities(texts, rows)
        names = self._feature_names
        answers = []
        for index, row in enumerate(probabilities):
            first, second = (int(label) for label in np.argsort(-row, kind="stable")[:2])
            answers.append(
                Classification(
                    label=self.labels[first],
                    confidence=round(float(row[first]), 4),
                    runner_up=self.labels[second],
                    runner_up_confidence=round(float(row[second]), 4),
                    evidence=self._evidence(rows[index], first, second, names),
                    model=self.name,
                )
            )
        return answers

    @cached_property
    def _feature_names(self) -> list[str]:
        return self.features.feature_names()

    @cached_property
    def _by_feature(self) -> NDArray[np.float64]:
        """The coefficients as a product with sparse rows reads them; turned anew they would be copied for each text."""
        return np.ascontiguousarray(self.coefficients.T)

    def _probabilities(self, texts: Sequence[str], rows: csr_matrix) -> NDArray[np.float64]:
        decisions = rows @ self._by_feature + self.intercepts
        if self.committee is not None:
            decisions = np.hstack([decisions, self.committee.opinions(rows)])
        if self.sentences is not None:
            decisions = np.hstack([decisions, self.sentences.opinions(texts)])
        logits = decisions @ self.calibration.T + self.calibration_intercepts
        logits -= logits.max(axis=1, keepdims=True)
        exponentials = np.exp(logits)
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def _evidence(self, row: csr_matrix, first: int, second: int, names: list[str]) -> tuple[Evidence, ...]:
        """The words that spoke most for the label against the runner-up."""
        is_word = row.indices < len(names)
        columns, values = row.indices[is_word], row.data[is_word]
        votes = values * (self.coefficients[first, columns] - self.coefficients[second, columns])
        total = votes[votes > 0].sum()
        if not total:
            return ()
        best = np.argsort(-votes, kind="stable")[:EVIDENCE_WORDS]
        return tuple(
            Evidence(names[int(columns[vote])], round(float(votes[vote] / total), 3)) for vote in best if votes[vote] > 0
        )
