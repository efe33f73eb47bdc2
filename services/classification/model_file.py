"""A model on disk: one .npz of arrays and JSON. Loading it runs no code, whoever wrote it."""

import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from services.classification.classifier import LinearClassifier
from services.classification.committee import Committee
from services.classification.features import FeatureSpace
from services.classification.sentence_opinion import SentenceOpinion, opinion_from

# Format 1 had no committee, format 2 read no sentences; both are still read.
FORMAT = 3
_COMMITTEE = "committee_"
_SENTENCES = "sentences_"


class InvalidModel(ValueError):
    """The file is no model of ours, or is damaged."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path} holds no classifier: {why}. Train one: penstock classifier train FILE.csv")


def save_model(model: LinearClassifier, path: Path) -> None:
    """Write the model; a reader sees the old file or the new one, never half of one."""
    about = {
        # What needs no newer reader can be read by older ones.
        "format": 2 if model.sentences is None else FORMAT,
        "name": model.name,
        "labels": model.labels,
        "threshold": model.threshold,
        "card": model.card,
        "words": _terms(model.features.words),
        "characters": _terms(model.features.characters),
        **({} if model.sentences is None else {"sentences": model.sentences.about}),
    }
    arrays = {
        "about": np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8),
        "word_idf": model.features.words.idf_,
        "character_idf": model.features.characters.idf_,
        "coefficients": model.coefficients.astype(np.float32),
        "intercepts": model.intercepts,
        "calibration": model.calibration,
        "calibration_intercepts": model.calibration_intercepts,
    }
    if model.committee is not None:
        arrays |= {_COMMITTEE + name: array for name, array in model.committee.arrays().items()}
    if model.sentences is not None:
        arrays |= {_SENTENCES + name: getattr(model.sentences, name) for name in ("coefficients", "intercepts")}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def load_model(path: Path) -> LinearClassifier:
    """Read a model that `save_model` wrote.

    Raises:
        InvalidModel: the file is missing, damaged, or of another format.
    """
    if not zipfile.is_zipfile(path):
        raise InvalidModel(path, "it is missing or no archive")
    try:
        # NumPy leaves a file open that it opened and could not read.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return _model({name: arrays[name] for name in arrays.files})
    except (OSError, EOFError, LookupError, TypeError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise InvalidModel(path, error) from error


def _model(arrays: dict[str, NDArray[Any]]) -> LinearClassifier:
    about = json.loads(arrays["about"].tobytes())
    if about["format"] not in {1, 2, FORMAT}:
        message = f"format {about['format']} is not {FORMAT}"
        raise ValueError(message)
    features = FeatureSpace.with_state(
        _vocabulary(about["words"]), arrays["word_idf"], _vocabulary(about["characters"]), arrays["character_idf"]
    )
    labels = tuple(about["labels"])
    width = len(about["words"]) + len(about["characters"])
    if arrays["coefficients"].shape != (len(labels), width):
        message = f"coefficients have shape {arrays['coefficients'].shape}, not {(len(labels), width)}"
        raise ValueError(message)
    committee = _committee(arrays, width=width, labels=len(labels))
    opinion = _opinion(arrays, about, labels=len(labels))
    values = len(labels) * (1 + (committee is not None) + (opinion is not None))
    if arrays["calibration"].shape != (len(labels), values):
        message = f"the calibration has shape {arrays['calibration'].shape}, not {(len(labels), values)}"
        raise ValueError(message)
    return LinearClassifier(
        name=about["name"],
        labels=labels,
        features=features,
        coefficients=arrays["coefficients"].astype(np.float64),
        intercepts=arrays["intercepts"],
        calibration=arrays["calibration"],
        calibration_intercepts=arrays["calibration_intercepts"],
        threshold=float(about["threshold"]),
        card=about["card"],
        committee=committee,
        sentences=opinion,
    )


def _committee(arrays: dict[str, NDArray[Any]], *, width: int, labels: int) -> Committee | None:
    own = {name.removeprefix(_COMMITTEE): array for name, array in arrays.items() if name.startswith(_COMMITTEE)}
    return Committee.from_arrays(own, width=width, labels=labels) if own else None


def _opinion(arrays: dict[str, NDArray[Any]], about: dict[str, Any], *, labels: int) -> SentenceOpinion | None:
    if "sentences" not in about:
        return None
    coefficients, intercepts = (arrays[_SENTENCES + name] for name in ("coefficients", "intercepts"))
    if coefficients.ndim != 2 or len(coefficients) != labels or intercepts.shape != (labels,):
        message = f"what it says of sentences has shape {coefficients.shape}, not {labels} labels"
        raise ValueError(message)
    return opinion_from(about["sentences"], coefficients, intercepts)


def _terms(vectoriser: TfidfVectorizer) -> list[str]:
    return list(vectoriser.get_feature_names_out())


def _vocabulary(terms: list[str]) -> dict[str, int]:
    return {term: place for place, term in enumerate(terms)}
