"""Learning what sentence vectors say of labels."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from services.classification.folds import Folds
from services.classification.sentence_opinion import Floats, SentenceOpinion
from services.classification.sentences import SentenceModel, Vectors

# Vectors have length one, so weights must be free to grow.
REGULARISATION = 10.0


def learn_opinion(model: SentenceModel, vectors: Vectors, targets: NDArray[np.int64]) -> SentenceOpinion:
    """Learn from texts that have a vector."""
    known = vectors.any(axis=1)
    labels = int(targets.max()) + 1
    coefficients, intercepts = np.zeros((labels, vectors.shape[1])), np.full(labels, -10.0)
    present = np.unique(targets[known])
    if len(present) > 1:
        fitted = LogisticRegression(C=REGULARISATION, max_iter=1000).fit(vectors[known].astype(np.float64), targets[known])
        own, biases = fitted.coef_, fitted.intercept_
        if len(present) == 2:
            own, biases = np.vstack([np.zeros_like(own), own]), np.concatenate([np.zeros(1), biases])
        coefficients[present], intercepts[present] = own, biases
    elif len(present):
        intercepts[present] = 0.0
    return SentenceOpinion(model, coefficients, intercepts)


def unseen_opinions(model: SentenceModel, vectors: Vectors, targets: NDArray[np.int64], held: Folds) -> Floats:
    """The opinions on each judged text by a machine that has not seen it, shape (judged, labels)."""
    found = np.zeros((len(targets), int(targets.max()) + 1))
    for seen, unseen in held.parts:
        found[unseen] = learn_opinion(model, vectors[seen], targets[seen]).of_vectors(vectors[unseen])
    return found[held.judged]
