"""Champion against challenger, on tickets that neither has learned from.

Both answer the same held-back tickets. What counts are those that one gets right and the other wrong: the exact one-sided
McNemar test asks how likely so many in the challenger's favour were by chance alone. It wins where that is under 5 %, where it
is ahead by at least one ticket in a hundred, and where there are tickets enough to say anything. A draw is the champion's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from services.classification.classifier import LinearClassifier
from services.classification.corrections import Correction
from services.classification.evaluation import evaluate

FEWEST_HELD_BACK = 20
LARGEST_CHANCE = 0.05
SMALLEST_LEAD = 0.01


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts of held-back tickets; `chance` is the test's p, shares and accuracies are in per cent.

    `verdict` is `better`, `not-better`, or `too-few` where there was too little to judge by.
    """

    held_back: int
    champion: str
    champion_right: int
    challenger_right: int
    only_champion: int
    only_challenger: int
    chance: float
    champion_automatic_share: float
    champion_automatic_accuracy: float
    challenger_automatic_share: float
    challenger_automatic_accuracy: float
    verdict: str

    @property
    def is_better(self) -> bool:
        return self.verdict == "better"


def compare(champion: LinearClassifier, challenger: LinearClassifier, held_back: Sequence[Correction]) -> Comparison:
    """Judge both on the same tickets, which neither has learned from."""
    texts, labels = [each.text for each in held_back], [each.label for each in held_back]
    ours, theirs = _right(champion, texts, labels), _right(challenger, texts, labels)
    only_champion, only_challenger = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    disputed = only_champion + only_challenger
    chance = float(binomtest(only_challenger, disputed, alternative="greater").pvalue) if disputed else 1.0
    figures = [evaluate(model, texts, labels) if texts else None for model in (champion, challenger)]
    shares = [(each.automatic_share, each.automatic_accuracy) if each else (0.0, 0.0) for each in figures]
    lead = only_challenger - only_champion
    return Comparison(
        held_back=len(texts),
        champion=champion.name,
        champion_right=int(ours.sum()),
        challenger_right=int(theirs.sum()),
        only_champion=only_champion,
        only_challenger=only_challenger,
        chance=round(chance, 6),
        champion_automatic_share=shares[0][0],
        champion_automatic_accuracy=shares[0][1],
        challenger_automatic_share=shares[1][0],
        challenger_automatic_accuracy=shares[1][1],
        verdict=_verdict(len(texts), lead, chance),
    )


def _verdict(count: int, lead: int, chance: float) -> str:
    if count < FEWEST_HELD_BACK:
        return "too-few"
    return "better" if chance < LARGEST_CHANCE and lead >= SMALLEST_LEAD * count else "not-better"


def _right(model: LinearClassifier, texts: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    if not texts:
        return np.zeros(0, dtype=bool)
    places = model.probabilities(texts).argmax(axis=1)
    return np.asarray([model.labels[place] == label for place, label in zip(places, labels, strict=True)])
