"""The engine's importer behind the port `ModelImporter`."""

from dataclasses import dataclass

from engine.bpmn import InvalidBpmn, Limits
from engine.bpmn.importing import Imported, Outcome, as_text, file_name, import_model
from services.modelling import ImportedModel, ImportNote, ImportOutcome, ModelKind

_OUTCOMES = {
    Outcome.PERSON: ImportOutcome.PERSON,
    Outcome.DROPPED: ImportOutcome.DROPPED,
    Outcome.CONVERTED: ImportOutcome.CONVERTED,
}
# Files of these are opened as they are: the editor itself says what a deployment would refuse.
_AT_HOME = {"Zeebe", "BPMN"}


@dataclass(frozen=True, slots=True)
class EngineImporter:
    max_bytes: int

    def name(self, file_name_given: str) -> str:
        return file_name(file_name_given)

    def text(self, content: bytes) -> str:
        return as_text(content)

    def imported(self, kind: ModelKind, resource_name: str, content: str) -> ImportedModel | None:
        if kind is ModelKind.FORM:
            return None
        try:
            found = import_model(content.encode(), resource_name, Limits(content_bytes=self.max_bytes))
        except InvalidBpmn:
            return None
        if found.dialect in _AT_HOME or (found.dialect == "DMN" and not found.notes):
            return None
        return _imported(found)


def _imported(found: Imported) -> ImportedModel:
    notes = (
        ImportNote(_OUTCOMES[note.outcome], note.element_id, note.element_type, note.what, note.why, note.source)
        for note in found.notes
    )
    forms = tuple((form.file_name, form.content.decode()) for form in found.forms)
    return ImportedModel(found.dialect, found.content.decode(), tuple(notes), forms)
