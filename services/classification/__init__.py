"""What a ticket is about: category with a calibrated confidence, runner-up, deciding words, language and priority.

A part is imported when it is first asked for: the libraries that learn take a second of every process that only needs tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.classification.classifier import (
        Classification,
        ClassificationUnavailable,
        Classifier,
        Evidence,
        LinearClassifier,
        ModelClassifier,
    )
    from services.classification.corrections import Correction, Corrections, SqlCorrections
    from services.classification.language import detect_language
    from services.classification.model_file import InvalidModel, load_model, save_model
    from services.classification.priority import Priority, suggest_priority
    from services.classification.reloading import ReloadingClassifier
    from services.classification.sentences import OnnxSentences, SentencesUnavailable
    from services.classification.together import AskedTogether
    from services.classification.training import MINIMUM_PER_LABEL, NotEnoughExamples, train

_PLACES = {
    "AskedTogether": "services.classification.together",
    "Classification": "services.classification.classifier",
    "ClassificationUnavailable": "services.classification.classifier",
    "Classifier": "services.classification.classifier",
    "Correction": "services.classification.corrections",
    "Corrections": "services.classification.corrections",
    "Evidence": "services.classification.classifier",
    "InvalidModel": "services.classification.model_file",
    "LinearClassifier": "services.classification.classifier",
    "MINIMUM_PER_LABEL": "services.classification.training",
    "ModelClassifier": "services.classification.classifier",
    "NotEnoughExamples": "services.classification.training",
    "OnnxSentences": "services.classification.sentences",
    "Priority": "services.classification.priority",
    "ReloadingClassifier": "services.classification.reloading",
    "SentencesUnavailable": "services.classification.sentences",
    "SqlCorrections": "services.classification.corrections",
    "detect_language": "services.classification.language",
    "load_model": "services.classification.model_file",
    "save_model": "services.classification.model_file",
    "suggest_priority": "services.classification.priority",
    "train": "services.classification.training",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


__all__ = [
    "MINIMUM_PER_LABEL",
    "AskedTogether",
    "Classification",
    "ClassificationUnavailable",
    "Classifier",
    "Correction",
    "Corrections",
    "Evidence",
    "InvalidModel",
    "LinearClassifier",
    "ModelClassifier",
    "NotEnoughExamples",
    "OnnxSentences",
    "Priority",
    "ReloadingClassifier",
    "SentencesUnavailable",
    "SqlCorrections",
    "detect_language",
    "load_model",
    "save_model",
    "suggest_priority",
    "train",
]
