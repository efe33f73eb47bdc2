"""Models of Camunda 7, its kin and SpiffArena brought over to Zeebe's dialect, with a note for each thing that was touched.

Nothing is dropped in silence: what has a counterpart is converted, what has none is taken out and handed to a person with the
reason and its old text.
"""

from engine.bpmn.importing.convert import Imported, import_model
from engine.bpmn.importing.files import as_text, file_name
from engine.bpmn.importing.notes import MadeForm, Note, Outcome

__all__ = ["Imported", "MadeForm", "Note", "Outcome", "as_text", "file_name", "import_model"]
