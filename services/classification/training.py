"""From labelled texts to a classifier whose confidence can be believed.

The decision functions are learned on all texts. What their values mean is learned on values for texts that were *not* seen, by
cross-validation: only so does "0.9" mean "right nine times in ten".
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from services.classification.classifier import LinearClassifier
from services.classification.features import FeatureSpace

DEFAULT_PRECISION = 0.95
# Texts unlike all examples get low confidences that easy examples never showed; below evens no answer goes out alone.
LOWEST_THRESHOLD = 0.5
MINIMUM_PER_LABEL = 4

type Progress = Callable[[float, str], None]


class NotEnoughExamples(ValueError):
    """A label has too few texts to learn from, or there is only one label."""


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    precision: float = DEFAULT_PRECISION,
    name: str = "tfidf-linear",
    folds: int = 4,
    progress: Progress = lambda _share, _step: None,
) -> LinearClassifier:
    """Learn a classifier and the threshold at which its automatic answers are right at the rate `precision`.

    Raises:
        NotEnoughExamples: fewer than two labels, or a label with fewer than four texts.
    """
    names, targets = _targets(texts, labels)
    folds = min(folds, *Counter(targets.tolist()).values())
    held_back = np.zeros((len(texts), len(names)))
    splitter = StratifiedKFold(folds, shuffle=True, random_state=20)
    array = np.asarray(texts, dtype=object)
    for fold, (seen, unseen) in enumerate(splitter.split(array, targets)):
        progress(fold / (folds + 1), f"fold {fold + 1} of {folds}")
        features, machine = _learn(array[seen], targets[seen])
        held_back[unseen] = _decisions(machine, features.transform(array[unseen]))
    progress(folds / (folds + 1), "all texts")
    features, machine = _learn(array, targets)
    calibration = LogisticRegression(C=1.0, max_iter=1000).fit(held_back, targets)
    coefficients, intercepts = _both_sides(machine.coef_, machine.intercept_)
    weights, biases = _both_sides(calibration.coef_, calibration.intercept_)
    threshold, share = fit_threshold(_softmax(held_back @ weights.T + biases), targets, precision)
    progress(1.0, "done")
    return LinearClassifier(
        name=name,
        labels=names,
        features=features,
        coefficients=coefficients,
        intercepts=intercepts,
        calibration=weights,
        calibration_intercepts=biases,
        threshold=threshold,
        card=_card(targets, names, held_back @ weights.T + biases, precision, threshold, share),
    )


def fit_threshold(probabilities: NDArray[np.float64], targets: NDArray[np.int64], precision: float) -> tuple[float, float]:
    """The lowest confidence from which on answers are right at the rate `precision`, and the share of texts above it.

    It is never under one half. The rate is judged by the lower end of its 90 % Wilson interval, so that few lucky examples do
    not lower the bar.
    Returns (1.01, 0.0) where no confidence is good enough: then every text goes to a person.
    """
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(probabilities.argmax(axis=1)[order] == targets[order])
    counts = np.arange(1, len(order) + 1)
    good = _wilson_lower(hits / counts, counts) >= precision
    if not good.any():
        return 1.01, 0.0
    last = int(np.nonzero(good)[0][-1])
    threshold = max(float(confidence[order][last]), LOWEST_THRESHOLD)
    return threshold, float((confidence >= threshold).mean())


def _wilson_lower(rate: NDArray[np.float64], counts: NDArray[np.int64], z: float = 1.2816) -> NDArray[np.float64]:
    centre = rate + z * z / (2 * counts)
    spread = z * np.sqrt(rate * (1 - rate) / counts + z * z / (4 * counts * counts))
    return np.asarray((centre - spread) / (1 + z * z / counts))


def _targets(texts: Sequence[str], labels: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    if len(texts) != len(labels):
        message = f"{len(texts)} texts but {len(labels)} labels"
        raise ValueError(message)
    counts = Counter(labels)
    scarce = sorted(label for label, count in counts.items() if count < MINIMUM_PER_LABEL)
    if len(counts) < 2:
        raise NotEnoughExamples("a classifier needs at least two labels")
    if scarce:
        raise NotEnoughExamples(f"each label needs at least {MINIMUM_PER_LABEL} texts; too few for: {', '.join(scarce)}")
    names = tuple(sorted(counts))
    places = {label: place for place, label in enumerate(names)}
    return names, np.asarray([places[label] for label in labels], dtype=np.int64)


def _learn(texts: NDArray[np.object_], targets: NDArray[np.int64]) -> tuple[FeatureSpace, LinearSVC]:
    features = FeatureSpace.fit(list(texts), min_df=2 if len(texts) > 1000 else 1)
    machine = LinearSVC(C=0.35, random_state=20).fit(features.transform(list(texts)), targets)
    return features, machine


def _decisions(machine: LinearSVC, rows: csr_matrix) -> NDArray[np.float64]:
    coefficients, intercepts = _both_sides(machine.coef_, machine.intercept_)
    return np.asarray(rows @ coefficients.T + intercepts)


def _both_sides(weights: NDArray[np.float64], biases: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """scikit-learn gives one row for two labels; a row a label is easier to use."""
    if weights.shape[0] == 1:
        return np.vstack([-weights, weights]), np.concatenate([-biases, biases])
    return weights, biases


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _card(
    targets: NDArray[np.int64],
    names: tuple[str, ...],
    logits: NDArray[np.float64],
    precision: float,
    threshold: float,
    share: float,
) -> dict[str, Any]:
    """What a person should know before trusting the model; figures are from cross-validation."""
    counts = Counter(targets.tolist())
    accuracy = float((logits.argmax(axis=1) == targets).mean())
    return {
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "texts": len(targets),
        "texts_per_label": {name: counts[place] for place, name in enumerate(names)},
        "cross_validated_accuracy": round(accuracy, 4),
        "asked_precision": precision,
        "threshold": round(threshold, 4),
        "automatic_share": round(share, 4),
    }
