"""A committee of small neural networks that look at a compressed view of the features.

Where the linear machine weighs each word by itself, the networks see which words stand together. Their opinions are averaged;
what that average is worth beside the linear decision is for the calibration to say. A committee is plain arrays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.neural_network import MLPClassifier

# The features with the most weight in all texts; the rest say nothing that survives the compression.
COLUMNS = 40_000
DIMENSIONS = 300
MEMBERS = 5
HIDDEN = 256
# Below these a network learns the texts by heart.
MINIMUM_TEXTS = 2_000
MINIMUM_MEAN_PER_LABEL = 20
# What an impossible label's logarithm is.
SMALLEST = 1e-6

type Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Committee:
    """`projection` (columns, dimensions); `hidden` (members, dimensions, units), `output` (members, units, labels)."""

    columns: NDArray[np.int32]
    projection: Floats
    hidden: Floats
    hidden_biases: Floats
    output: Floats
    output_biases: Floats

    def opinions(self, rows: csr_matrix) -> NDArray[np.float64]:
        """The mean logarithm of the members' probabilities, shape (texts, labels)."""
        view = np.asarray(self._own(rows) @ self.projection)
        opinions = np.zeros((view.shape[0], self.output.shape[2]))
        for hidden, hidden_bias, output, output_bias in zip(
            self.hidden, self.hidden_biases, self.output, self.output_biases, strict=True
        ):
            logits = np.maximum(view @ hidden + hidden_bias, 0) @ output + output_bias
            logits = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
            exponentials = np.exp(logits)
            opinions += np.log(exponentials / exponentials.sum(axis=1, keepdims=True) + SMALLEST)
        return opinions / len(self.hidden)

    def _own(self, rows: csr_matrix) -> csr_matrix:
        """The columns that the committee looks at, as numbers of the projection's size.

        Of another size, the projection itself, a hundred megabytes, would be copied for each text.
        """
        places = np.minimum(np.searchsorted(self.columns, rows.indices), len(self.columns) - 1)
        kept = self.columns[places] == rows.indices
        starts = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
        shape = (rows.shape[0], len(self.columns))
        return csr_matrix((rows.data[kept].astype(np.float32), places[kept], starts), shape=shape)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What a model file holds of it, in half precision: the rest is below the noise of training."""
        half = ("projection", "hidden", "hidden_biases", "output", "output_biases")
        return {"columns": self.columns, **{name: getattr(self, name).astype(np.float16) for name in half}}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[np.generic]], *, width: int, labels: int) -> "Committee":
        """Raises ValueError or KeyError where the arrays do not fit together, the features or the labels."""
        whole = {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items() if name != "columns"}
        columns = np.asarray(arrays["columns"], dtype=np.int32)
        committee = cls(columns, **whole)
        members, dimensions, units = committee.hidden.shape
        shapes = {
            "projection": (len(columns), dimensions),
            "hidden_biases": (members, units),
            "output": (members, units, labels),
            "output_biases": (members, labels),
        }
        for name, shape in shapes.items():
            if whole[name].shape != shape:
                raise ValueError(f"the committee's {name} has shape {whole[name].shape}, not {shape}")
        if columns.ndim != 1 or (len(columns) and not 0 <= columns.min() <= columns.max() < width):
            raise ValueError("the committee looks at features that are not there")
        return committee


def is_worthwhile(texts: int, labels: int) -> bool:
    """Whether there are texts enough for networks to learn something general."""
    return texts >= max(MINIMUM_TEXTS, MINIMUM_MEAN_PER_LABEL * labels)


def learn_committee(rows: csr_matrix, targets: NDArray[np.int64]) -> Committee:
    """Learn from feature rows. The same rows give the same committee."""
    weight = np.asarray(rows.multiply(rows).sum(axis=0)).ravel()
    columns = np.sort(np.argsort(-weight, kind="stable")[:COLUMNS]).astype(np.int32)
    seen = rows[:, columns].astype(np.float32)
    compression = TruncatedSVD(min(DIMENSIONS, len(columns) - 1), n_iter=1, random_state=20).fit(seen)
    view = seen @ compression.components_.T
    # The networks learn quickest from values of about one.
    scale = 1 / max(float(view.std()), 1e-9)
    view *= scale
    members = [
        MLPClassifier(
            (HIDDEN,), alpha=1e-2, early_stopping=True, n_iter_no_change=4, validation_fraction=0.08, random_state=seed
        ).fit(view, targets)
        for seed in range(MEMBERS)
    ]
    outputs = [_a_column_a_label(one.coefs_[1], one.intercepts_[1]) for one in members]
    return Committee(
        columns,
        (compression.components_.T * scale).astype(np.float32),
        np.stack([one.coefs_[0] for one in members]).astype(np.float32),
        np.stack([one.intercepts_[0] for one in members]).astype(np.float32),
        np.stack([weights for weights, _biases in outputs]).astype(np.float32),
        np.stack([biases for _weights, biases in outputs]).astype(np.float32),
    )


def _a_column_a_label(weights: Floats, biases: Floats) -> tuple[Floats, Floats]:
    """scikit-learn gives one column for two labels: how much more the second is likely than the first."""
    if weights.shape[1] == 1:
        return np.hstack([np.zeros_like(weights), weights]), np.concatenate([np.zeros_like(biases), biases])
    return weights, biases
