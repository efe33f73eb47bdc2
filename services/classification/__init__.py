"""What a ticket is about: category with a calibrated confidence, runner-up, deciding words, language and priority."""

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
from services.classification.training import MINIMUM_PER_LABEL, NotEnoughExamples, train

__all__ = [
    "MINIMUM_PER_LABEL",
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
    "Priority",
    "ReloadingClassifier",
    "SqlCorrections",
    "detect_language",
    "load_model",
    "save_model",
    "suggest_priority",
    "train",
]
