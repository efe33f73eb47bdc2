"""Which texts are held back together, so that a model is judged on texts it has not seen.

Desks get the same text again and again: alerts, forms, chain letters. Were one copy learned and another held back, the model
would be judged on what it knows by heart, and promise a rate that it does not keep on new texts. So copies stand on the same
side, and each text counts once, however often it came.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

type Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Folds:
    """`judged` are the rows that count, one of each text and label; `parts` what is seen and what of `judged` is not."""

    judged: Rows
    parts: tuple[tuple[Rows, Rows], ...]

    @property
    def count(self) -> int:
        return len(self.parts)


def folds_of(texts: Sequence[str], targets: Rows, most: int) -> Folds:
    """As many folds as every label has different texts for, at most `most`; each label has two rows at least."""
    copies = _copies(texts, targets)
    parts = tuple(_split(copies, targets, most))
    every = set(targets.tolist())
    if any(set(targets[seen].tolist()) != every for seen, _unseen in parts):
        # The same texts stand under several labels, and a label has no others: then each row is a text of its own.
        copies = np.arange(len(targets))
        parts = tuple(_split(copies, targets, most))
    judged = _first_of_each(copies, targets)
    counts = np.isin(np.arange(len(targets)), judged)
    return Folds(judged, tuple((seen, unseen[counts[unseen]]) for seen, unseen in parts))


def _split(copies: Rows, targets: Rows, most: int) -> Iterator[tuple[Rows, Rows]]:
    """Rows that are seen, and rows that are not."""
    firsts = np.unique(copies)
    leading = targets[firsts]
    count = max(2, min(most, *Counter(leading.tolist()).values()))
    for seen, unseen in StratifiedKFold(count, shuffle=True, random_state=20).split(leading, leading):
        yield np.nonzero(np.isin(copies, firsts[seen]))[0], np.nonzero(np.isin(copies, firsts[unseen]))[0]


def _copies(texts: Sequence[str], targets: Rows) -> Rows:
    """The first row with the text of each row. A label with a single text is judged on copies of it: it has nothing else."""
    known: dict[str, int] = {}
    found = np.asarray(
        [known.setdefault(" ".join(text.lower().split()), row) for row, text in enumerate(texts)], dtype=np.int64
    )
    different = Counter(targets[np.unique(found)].tolist())
    alone = np.asarray([different[target] < 2 for target in targets.tolist()], dtype=bool)
    return np.where(alone, np.arange(len(found)), found)


def _first_of_each(copies: Rows, targets: Rows) -> Rows:
    pairs = np.stack([copies, targets], axis=1)
    return np.sort(np.unique(pairs, axis=0, return_index=True)[1])
