"""Learning from corrections: train a challenger, let it meet the champion, and put it in its place only if it is better."""

import fcntl
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from services.classification.classifier import LinearClassifier
from services.classification.corrections import ENOUGH_NEW, Correction, Corrections
from services.classification.judging import compare
from services.classification.model_file import load_model
from services.classification.training import DEFAULT_PRECISION, MINIMUM_PER_LABEL, NotEnoughExamples, train
from services.classification.versions import Origin, Version, Versions

log = structlog.get_logger(__name__)

# A few new corrections are worth a training a night.
SOME_NEW = 5
NIGHT = timedelta(hours=24)

type Examples = Callable[[], tuple[list[str], list[str]]]


class PrecisionUnknown(ValueError):
    """The champion's card holds no threshold for this rate."""


@dataclass(frozen=True, slots=True)
class Learner:
    """`examples` gives what the first champion was trained on."""

    corrections: Corrections
    versions: Versions
    examples: Examples
    lock: Path
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def learn_if_due(self) -> Version | None:
        """Learn where enough was corrected since the last training."""
        learned = next((each for each in self.versions.latest() if each.origin is not Origin.PRECISION), None)
        new = self.corrections.count_after(learned.corrections_to if learned else 0)
        is_night = learned is None or self.clock() - learned.made_at >= NIGHT
        return self.learn("clock") if new >= (SOME_NEW if is_night else ENOUGH_NEW) else None

    def learn(self, made_by: str) -> Version | None:
        """Train a challenger on examples and corrections, and judge it. None where one is in training already."""
        with _alone(self.lock) as is_alone:
            return self._learn(made_by) if is_alone else None

    def ensure_version(self) -> Version:
        """The champion as a version; one that came from elsewhere (a file put in place) becomes one."""
        model, known = load_model(self.versions.champion_path), self.versions.champion()
        if known is not None and known.name == model.name and dict(known.card) == model.card:
            return known
        added = self.versions.add(model, Origin.TRAINED, made_by="", corrections_to=0)
        return self.versions.make_champion(added.number)

    def set_precision(self, precision: float, made_by: str) -> Version:
        """Ask the champion for another rate of right answers; the threshold follows.

        Raises:
            PrecisionUnknown: the card has no threshold for it.
        """
        known = self.ensure_version()
        model = load_model(self.versions.champion_path)
        choice = next((each for each in model.card.get("thresholds", ()) if each["precision"] == precision), None)
        if choice is None:
            raise PrecisionUnknown(f"the classifier's card has no threshold for {precision:.1%}: train it again")
        new = {"asked_precision": precision, "threshold": choice["threshold"], "automatic_share": choice["automatic_share"]}
        changed = replace(model, threshold=float(choice["threshold"]), card={**model.card, **new})
        added = self.versions.add(changed, Origin.PRECISION, made_by=made_by, corrections_to=known.corrections_to)
        return self.versions.make_champion(added.number)

    def _learn(self, made_by: str) -> Version:
        self.ensure_version()
        champion = load_model(self.versions.champion_path)
        last = self.corrections.last_number()
        known = [each for each in self.corrections.latest_of_each() if each.number <= last]
        challenger = self._challenger(champion, [each for each in known if not each.is_held_back])
        comparison = compare(champion, challenger, [each for each in known if each.is_held_back])
        added = self.versions.add(challenger, Origin.LEARNED, made_by=made_by, corrections_to=last, comparison=comparison)
        log.info("challenger_judged", version=added.number, verdict=comparison.verdict, chance=comparison.chance)
        return self.versions.make_champion(added.number) if comparison.is_better else added

    def _challenger(self, champion: LinearClassifier, lessons: Sequence[Correction]) -> LinearClassifier:
        texts, labels = self.examples()
        all_texts, all_labels = [*texts, *(each.text for each in lessons)], [*labels, *(each.label for each in lessons)]
        counts = Counter(all_labels)
        scarce = sorted(label for label, count in counts.items() if count < MINIMUM_PER_LABEL)
        kept = [(text, label) for text, label in zip(all_texts, all_labels, strict=True) if label not in scarce]
        if not kept:
            raise NotEnoughExamples("there are neither examples nor corrections to learn from")
        name = f"learned-{self.clock():%Y%m%d-%H%M%S}"
        precision = float(champion.card.get("asked_precision", DEFAULT_PRECISION))
        reads = champion.sentences.model if champion.sentences else None
        model = train([text for text, _ in kept], [label for _, label in kept], precision=precision, name=name, sentences=reads)
        about = {
            "examples": len(texts),
            "corrections_learned": len(lessons),
            "corrected_from": min((each.made_at for each in lessons), default=None),
            "corrected_to": max((each.made_at for each in lessons), default=None),
            "learned_after": champion.name,
            "labels_new": sorted(set(model.labels) - set(champion.labels)),
            "labels_left_out": scarce,
        }
        return replace(model, card=model.card | {key: _plain(value) for key, value in about.items()})


def _plain(value: object) -> object:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Whether nobody else trains on this machine; the system lets go of the lock of a killed process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
