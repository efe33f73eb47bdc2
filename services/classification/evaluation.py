"""How good a classifier is on texts it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.classification.classifier import LinearClassifier

COVERAGES = (100, 90, 80)
CURVE_STEPS = 10


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """Of `count` answers with about this `confidence`, the share `accuracy` was right."""

    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`accuracy` maps a coverage in per cent to the accuracy, in per cent, over that surest share of texts.

    `automatic_share` and `automatic_accuracy`, in per cent, are about the texts at or above the classifier's threshold.
    """

    accuracy: dict[int, float]
    automatic_share: float
    automatic_accuracy: float
    calibration: tuple[CalibrationPoint, ...]


def evaluate(classifier: LinearClassifier, texts: Sequence[str], labels: Sequence[str]) -> Evaluation:
    """Judge a classifier; a label it has never seen counts as wrong."""
    probabilities = classifier.probabilities(texts)
    confidence = probabilities.max(axis=1)
    answers = [classifier.labels[place] for place in probabilities.argmax(axis=1)]
    right = np.asarray([answer == label for answer, label in zip(answers, labels, strict=True)], dtype=bool)
    order = np.argsort(-confidence, kind="stable")
    automatic = confidence >= classifier.threshold
    return Evaluation(
        accuracy={share: _percent(right[order[: max(1, len(order) * share // 100)]].mean()) for share in COVERAGES},
        automatic_share=_percent(automatic.mean()),
        automatic_accuracy=_percent(right[automatic].mean()) if automatic.any() else 0.0,
        calibration=calibration_curve(confidence, right),
    )


def calibration_curve(confidence: np.ndarray, right: np.ndarray) -> tuple[CalibrationPoint, ...]:
    """For each tenth of confidence that occurs, what share was right."""
    steps = np.minimum((confidence * CURVE_STEPS).astype(int), CURVE_STEPS - 1)
    points = []
    for step in range(CURVE_STEPS):
        inside = steps == step
        if inside.any():
            mean = round(float(confidence[inside].mean()), 3)
            points.append(CalibrationPoint(mean, round(float(right[inside].mean()), 3), int(inside.sum())))
    return tuple(points)


def _percent(share: float) -> float:
    return round(float(share) * 100, 2)
