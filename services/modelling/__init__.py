"""What designers work on before it is deployed: drafts with their versions, and findings about a model."""

from services.modelling.drafts import (
    Draft,
    DraftConflict,
    DraftNotFound,
    Drafts,
    DraftVersion,
    InvalidDraft,
    SqlDrafts,
)
from services.modelling.findings import Finding, ModelLinter, Severity
from services.modelling.importing import ImportedModel, ImportNote, ImportOutcome, ModelImporter, ModelOpening
from services.modelling.model_kind import ModelKind, UnknownModelKind
from services.modelling.rejection import findings_of_rejection

__all__ = [
    "Draft",
    "DraftConflict",
    "DraftNotFound",
    "DraftVersion",
    "Drafts",
    "Finding",
    "ImportNote",
    "ImportOutcome",
    "ImportedModel",
    "InvalidDraft",
    "ModelImporter",
    "ModelKind",
    "ModelLinter",
    "ModelOpening",
    "Severity",
    "SqlDrafts",
    "UnknownModelKind",
    "findings_of_rejection",
]
