"""The champion's file, read again when it is another: a new champion answers within seconds, and no worker is restarted."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

import structlog

from services.classification.classifier import Classification, LinearClassifier
from services.classification.model_file import InvalidModel, load_model

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 2.0


class ReloadingClassifier:
    """`Classifier` over a file. A file that cannot be read leaves the model in place that could."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._seen = _identity(path)
        self._model = load_model(path)
        self._looked_at = clock()

    @property
    def threshold(self) -> float:
        return self._present().threshold

    @property
    def labels(self) -> tuple[str, ...]:
        return self._present().labels

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        return self._present().classify(texts)

    def _present(self) -> LinearClassifier:
        with self._lock:
            if self._clock() - self._looked_at >= LOOK_EVERY_S:
                self._looked_at = self._clock()
                self._look()
            return self._model

    def _look(self) -> None:
        identity = _identity(self._path)
        if identity == self._seen:
            return
        try:
            self._model = load_model(self._path)
        except InvalidModel as error:
            log.warning("classifier_not_reloaded", reason=str(error))
        else:
            log.info("classifier_reloaded", model=self._model.name)
        # Also of a damaged file: it is not read again until it is another.
        self._seen = identity


def _identity(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
