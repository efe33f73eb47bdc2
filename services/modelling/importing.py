"""Models of other engines: what they become here, and what is left for the designer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.modelling.drafts import Draft, Drafts
from services.modelling.model_kind import ModelKind


class ImportOutcome(StrEnum):
    """What became of a thing that another engine knows."""

    PERSON = "person"
    DROPPED = "dropped"
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True)
class ImportNote:
    """One remark about one element; `source` is what stood there, where that is more than a few words."""

    outcome: ImportOutcome
    element_id: str
    element_type: str
    what: str
    why: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """A model in Zeebe's dialect. `forms` are the names and contents of forms that stood inside it."""

    dialect: str
    content: str
    notes: tuple[ImportNote, ...] = ()
    forms: tuple[tuple[str, str], ...] = ()

    def with_outcome(self, outcome: ImportOutcome) -> list[ImportNote]:
        return [note for note in self.notes if note.outcome is outcome]


class ModelImporter(Protocol):
    """Reads what other modellers write; it never raises for what is in the file."""

    def name(self, file_name: str) -> str:
        """The name of a file here: other engines end it in `.bpmn20.xml`."""
        ...

    def text(self, content: bytes) -> str:
        """A file's text, whichever encoding it declares. Raises `UnicodeDecodeError` where it is no text."""
        ...

    def imported(self, kind: ModelKind, resource_name: str, content: str) -> ImportedModel | None:
        """What a model of another engine becomes; None for one that is at home here, or that nobody can read."""
        ...


@dataclass(frozen=True, slots=True)
class ModelOpening:
    """Files from a designer's disk become drafts; a foreign one is kept as it was in the draft's first version."""

    drafts: Drafts
    importer: ModelImporter

    def open(self, file_name: str, content: bytes, author: str) -> tuple[Draft, bool]:
        """The draft, and whether it was imported. Raises `UnknownModelKind`, `InvalidDraft`, `UnicodeDecodeError`."""
        name = self.importer.name(file_name)
        kind, text = ModelKind.of(name), self.importer.text(content)
        found = self.importer.imported(kind, name, text)
        draft = self.drafts.create(kind, name, text, author)
        if found is None:
            return draft, False
        draft = self.drafts.save(draft.draft_id, found.content, author, expected_version=draft.version)
        for form_name, form in found.forms:
            self.drafts.create(ModelKind.FORM, form_name, form, author)
        return draft, True

    def report(self, draft: Draft) -> ImportedModel | None:
        """What its import told."""
        return self.importer.imported(draft.kind, draft.name, self.drafts.content(draft.draft_id, 1).content)

    def parts(self, draft: Draft, imported: ImportedModel | None) -> Sequence[tuple[Draft, str]]:
        """The draft and those of the forms that stood in it, newest of each name, with what they hold now."""
        names = {name for name, _content in imported.forms} if imported is not None else set()
        forms: dict[str, Draft] = {}
        for each in self.drafts.drafts():
            if each.kind is ModelKind.FORM and each.name in names:
                forms.setdefault(each.name, each)
        return [(each, self.drafts.content(each.draft_id).content) for each in (draft, *forms.values())]
