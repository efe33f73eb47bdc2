"""From labelled texts to a classifier whose confidence can be believed.

The decision functions are learned on all texts. What their values mean is learned on values for texts that were *not* seen, by
cross-validation: only so does "0.9" mean "right nine times in ten". The threshold is judged on probabilities for texts that the
calibration had not seen either; judged on its own texts it would promise more than it keeps.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from services.classification.classifier import LinearClassifier
from services.classification.committee import SMALLEST, Committee, is_worthwhile, learn_committee
from services.classification.counting import CountedTexts, NoWords
from services.classification.evaluation import calibration_curve
from services.classification.folds import Folds, folds_of
from services.classification.sentence_learning import learn_opinion, unseen_opinions
from services.classification.sentence_opinion import SentenceOpinion
from services.classification.sentences import SentenceModel

DEFAULT_PRECISION = 0.95
# Texts unlike all examples get low confidences that easy examples never showed; below evens no answer goes out alone.
LOWEST_THRESHOLD = 0.5
MINIMUM_PER_LABEL = 2
# The rates a desk may ask for later without training again: the card holds a threshold for each.
PRECISIONS = (0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.99)

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
    sentences: SentenceModel | None = None,
    progress: Progress = lambda _share, _step: None,
) -> LinearClassifier:
    """Learn a classifier and the threshold at which its automatic answers are right at the rate `precision`.

    What `sentences` says of the texts is heard where that makes answers to unseen texts better.

    Raises:
        NotEnoughExamples: fewer than two labels, a label with fewer than two texts, or no words in any text.
        SentencesUnavailable: the sentence model cannot be run here.
    """
    names, targets = _targets(texts, labels)
    held = folds_of(texts, targets, folds)
    with_committee = is_worthwhile(len(texts), len(names))
    # Several threads in one small product wait for each other longer than they work, the more so on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        progress(0, "words")
        counted = _counted(texts)
        held_back = _held_back(counted, targets, held, progress, with_committee=with_committee)
        progress(held.count / (held.count + 1), "all texts")
        everything = counted.weighed_by(np.arange(len(texts)))
        machine = _learn(everything.rows(np.arange(len(texts))), targets, with_committee=with_committee)
        right = targets[held.judged]
        calibrated, opinion = _calibrated(held_back, right, held.count), None
        if sentences is not None:
            progress(held.count / (held.count + 1), "sentences")
            calibrated, opinion = _with_sentences(sentences, texts, targets, held, held_back, calibrated)
    threshold, share = fit_threshold(calibrated.unseen, right, precision)
    progress(1.0, "done")
    return LinearClassifier(
        name=name,
        labels=names,
        features=everything.space(),
        coefficients=machine.coefficients,
        intercepts=machine.intercepts,
        calibration=calibrated.weights,
        calibration_intercepts=calibrated.biases,
        threshold=threshold,
        card=_card(targets, right, names, calibrated.unseen, precision, threshold, share)
        | ({} if sentences is None else {"reads_sentences": opinion is not None}),
        committee=machine.committee,
        sentences=opinion,
    )


@dataclass(frozen=True)
class _Calibrated:
    """What values mean: `unseen` are probabilities by a calibration that had not seen the text."""

    unseen: NDArray[np.float64]
    weights: NDArray[np.float64]
    biases: NDArray[np.float64]


def _calibrated(values: NDArray[np.float64], right: NDArray[np.int64], folds: int) -> _Calibrated:
    # Of one size the values are fitted in a tenth of the steps.
    calibration = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    unseen = cross_val_predict(calibration, values, right, cv=folds, method="predict_proba")
    return _Calibrated(unseen, *_unscaled(*calibration.fit(values, right)))


def _with_sentences(
    model: SentenceModel,
    texts: Sequence[str],
    targets: NDArray[np.int64],
    held: Folds,
    held_back: NDArray[np.float64],
    words_alone: _Calibrated,
) -> tuple[_Calibrated, SentenceOpinion | None]:
    """Words and sentences together, where they say more of unseen texts than words alone."""
    vectors, right = model.vectors(texts), targets[held.judged]
    values = np.hstack([held_back, unseen_opinions(model, vectors, targets, held)])
    together = _calibrated(values, right, held.count)
    rows = np.arange(len(right))
    gain = np.log(together.unseen[rows, right] + SMALLEST) - np.log(words_alone.unseen[rows, right] + SMALLEST)
    return (together, learn_opinion(model, vectors, targets)) if gain.mean() > 0 else (words_alone, None)


@dataclass(frozen=True)
class _Machine:
    """What was learned, before anybody knows what its values mean."""

    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    committee: Committee | None

    def values(self, rows: csr_matrix) -> NDArray[np.float64]:
        decisions = np.asarray(rows @ self.coefficients.T + self.intercepts)
        return decisions if self.committee is None else np.hstack([decisions, self.committee.opinions(rows)])


def _held_back(
    counted: CountedTexts, targets: NDArray[np.int64], held: Folds, progress: Progress, *, with_committee: bool
) -> NDArray[np.float64]:
    """The values of each judged text by a machine that has not seen it."""
    parts: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    for fold, (seen, unseen) in enumerate(held.parts):
        progress(fold / (held.count + 1), f"fold {fold + 1} of {held.count}")
        weighed = counted.weighed_by(seen)
        machine = _learn(weighed.rows(seen), targets[seen], with_committee=with_committee)
        parts.append((unseen, machine.values(weighed.rows(unseen))))
    held_back = np.zeros((len(targets), parts[0][1].shape[1]))
    for unseen, values in parts:
        held_back[unseen] = values
    return held_back[held.judged]


def fit_threshold(probabilities: NDArray[np.float64], targets: NDArray[np.int64], precision: float) -> tuple[float, float]:
    """The lowest confidence from which on answers are right at the rate `precision`, and the share of texts above it.

    It is never under one half. The rate is judged by the lower end of its 90 % Wilson interval, which the true rate is below
    once in twenty times, so that few lucky examples do not lower the bar.
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


def _wilson_lower(rate: NDArray[np.float64], counts: NDArray[np.int64], z: float = 1.6449) -> NDArray[np.float64]:
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


def _counted(texts: Sequence[str]) -> CountedTexts:
    try:
        return CountedTexts.of(texts, min_df=2 if len(texts) > 1000 else 1)
    except NoWords as error:
        raise NotEnoughExamples(str(error)) from error


def _learn(rows: csr_matrix, targets: NDArray[np.int64], *, with_committee: bool) -> _Machine:
    linear = LinearSVC(C=0.35, random_state=20).fit(rows, targets)
    coefficients, intercepts = _both_sides(linear.coef_, linear.intercept_)
    committee = learn_committee(rows, targets) if with_committee else None
    return _Machine(coefficients, intercepts, committee)


def _both_sides(weights: NDArray[np.float64], biases: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """scikit-learn gives one row for two labels; a row a label is easier to use."""
    if weights.shape[0] == 1:
        return np.vstack([-weights, weights]), np.concatenate([-biases, biases])
    return weights, biases


def _unscaled(scaler: StandardScaler, regression: LogisticRegression) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What a regression over scaled values says over the values themselves."""
    weights, biases = _both_sides(regression.coef_, regression.intercept_)
    weights = weights / scaler.scale_
    return weights, biases - weights @ scaler.mean_


def _card(
    targets: NDArray[np.int64],
    right: NDArray[np.int64],
    names: tuple[str, ...],
    probabilities: NDArray[np.float64],
    precision: float,
    threshold: float,
    share: float,
) -> dict[str, Any]:
    """What a person should know before trusting the model; figures are from cross-validation, where each text counts once."""
    counts = Counter(targets.tolist())
    accuracy = float((probabilities.argmax(axis=1) == right).mean())
    return {
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "texts": len(targets),
        "texts_per_label": {name: counts[place] for place, name in enumerate(names)},
        "cross_validated_accuracy": round(accuracy, 4),
        "asked_precision": precision,
        "threshold": round(threshold, 4),
        "automatic_share": round(share, 4),
        "thresholds": [_choice(probabilities, right, each) for each in sorted({*PRECISIONS, precision})],
        "calibration": [
            asdict(point) for point in calibration_curve(probabilities.max(axis=1), probabilities.argmax(axis=1) == right)
        ],
    }


def _choice(probabilities: NDArray[np.float64], targets: NDArray[np.int64], precision: float) -> dict[str, float]:
    """The threshold that keeps a rate, and what share of texts then goes without a person."""
    threshold, share = fit_threshold(probabilities, targets, precision)
    return {"precision": precision, "threshold": round(threshold, 4), "automatic_share": round(share, 4)}
