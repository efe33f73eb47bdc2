"""What an import would do, row by row: which entries are new, which fields change, what a person must say first, what is wrong.

Nothing is changed here, and nothing is guessed: a name that is like a known one, but not the same, is a question.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from services.directories.entries import Entry, EntryKind, InvalidEntry
from services.directories.fields import WHOLE, checked, document_of, value_of
from services.directories.import_files import LEVELS, FileRow
from services.directories.matching import Suggestion, alike, is_named, normalised
from services.directories.tree import standing

NEW = "new"
SEPARATORS = re.compile(r"[;|\n]")


class RowState(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    QUESTION = "question"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Question:
    """Is this name one of these, or a new entry? `key` is what the answer is given under."""

    key: str
    kind: EntryKind
    name: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One item of the change set that the import becomes."""

    entry_id: str
    field: str
    before: Any
    after: Any
    label: str
    row: int


@dataclass(frozen=True, slots=True)
class PlannedRow:
    row: FileRow
    state: RowState
    changes: tuple[FieldChange, ...] = ()
    question: Question | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    rows: tuple[PlannedRow, ...]

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        return tuple(change for row in self.rows for change in row.changes)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Each once, however many rows ask it."""
        return tuple({row.question.key: row.question for row in self.rows if row.question}.values())


class _Asked(Exception):  # a way out of the row, not an error
    def __init__(self, question: Question) -> None:
        super().__init__(question.key)
        self.question = question


def plan_import(
    rows: Sequence[FileRow],
    entries: Sequence[Entry],
    answers: Mapping[str, str] | None = None,
    *,
    make_id: Callable[[], str] = lambda: uuid.uuid4().hex,
) -> ImportPlan:
    """Plan an import into these entries, merged ones included; `answers` say for a question's key an entry's id, or `new`."""
    planner = _Planner(list(entries), dict(answers or {}), make_id)
    return ImportPlan(tuple(planner.row(each) for each in rows))


@dataclass
class _Planner:
    entries: list[Entry]
    answers: dict[str, str]
    make_id: Callable[[], str]
    # Fields that a row of this file has set already, with that row's number.
    written: dict[tuple[str, str], int] = field(default_factory=dict)

    def row(self, row: FileRow) -> PlannedRow:
        known, written = list(self.entries), dict(self.written)
        try:
            changes = self._changes(row)
        except _Asked as asked:
            self.entries, self.written = known, written
            return PlannedRow(row, RowState.QUESTION, question=asked.question)
        except InvalidEntry as error:
            self.entries, self.written = known, written
            return PlannedRow(row, RowState.ERROR, error=str(error))
        if not changes:
            return PlannedRow(row, RowState.SAME)
        is_new = any(change.field == WHOLE for change in changes)
        return PlannedRow(row, RowState.NEW if is_new else RowState.CHANGED, tuple(changes))

    def _changes(self, row: FileRow) -> list[FieldChange]:
        levels = [(EntryKind(level), row.cells[level]) for level in LEVELS if level in row.cells]
        if not levels:
            raise InvalidEntry("this row names neither track, client nor project")
        missing = [level for level in LEVELS[: LEVELS.index(levels[-1][0].value)] if level not in row.cells]
        if missing:
            raise InvalidEntry(f"a {levels[-1][0].value} needs its {missing[0]} in the same row")
        changes: list[FieldChange] = []
        parent: Entry | None = None
        for kind, name in levels:
            found = self._find(kind, checked("name", name), parent)
            if found is None:
                details = row.cells if kind is levels[-1][0] else {}
                found = self._create(kind, name, parent, details, row.number, changes)
            elif kind is levels[-1][0]:
                found = self._update(found, row, changes)
            parent = found
        return changes

    def _find(self, kind: EntryKind, name: str, parent: Entry | None) -> Entry | None:
        by_id = {entry.entry_id: entry for entry in self.entries}
        parent_id = None if parent is None else parent.entry_id
        choices = [
            entry
            for entry in self.entries
            if entry.kind is kind and (parent is None or standing(entry.parent_id, by_id) == parent_id)
        ]
        # A merged entry's name still leads to the one that took its place.
        meant = {standing(entry.entry_id, by_id) for entry in choices if is_named(entry, name)} - {None}
        if len(meant) == 1:
            return by_id[str(meant.pop())]
        standing_choices = [entry for entry in choices if entry.merged_into is None]
        suggestions = alike(name, standing_choices)
        if not suggestions:
            return None
        key = f"{kind.value}:{parent_id or ''}:{normalised(name)}"
        answer = self.answers.get(key)
        if answer == NEW:
            return None
        if answer is not None and (chosen := next((e for e in standing_choices if e.entry_id == answer), None)) is not None:
            return chosen
        raise _Asked(Question(key, kind, name, tuple(suggestions)))

    def _create(
        self,
        kind: EntryKind,
        name: str,
        parent: Entry | None,
        cells: Mapping[str, str],
        number: int,
        changes: list[FieldChange],
    ) -> Entry:
        new = Entry(
            self.make_id(),
            kind,
            checked("name", name),
            None if parent is None else parent.entry_id,
            checked("owner", cells.get("owner")),
            tuple(checked("aliases", _names(cells.get("aliases"))) or ()),
            checked("context", cells.get("context")),
        )
        self.entries.append(new)
        changes.append(FieldChange(new.entry_id, WHOLE, None, document_of(new), new.name, number))
        return new

    def _update(self, held: Entry, row: FileRow, changes: list[FieldChange]) -> Entry:
        wanted: dict[str, Any] = {}
        if "owner" in row.cells:
            wanted["owner"] = checked("owner", row.cells["owner"])
        if "context" in row.cells:
            wanted["context"] = checked("context", row.cells["context"])
        if names := _names(row.cells.get("aliases")):
            # An import adds names; it takes none away.
            wanted["aliases"] = checked("aliases", [*held.aliases, *(name for name in names if name not in held.names)])
        for name, after in wanted.items():
            before = value_of(held, name)
            if after == before:
                continue
            # Where this file itself makes the entry, its first row decides.
            if (earlier := self.written.get((held.entry_id, name))) is not None or held.created_at is None:
                raise InvalidEntry(f"row {earlier or 'above'} says something else about {name} of {held.name}")
            self.written[held.entry_id, name] = row.number
            changes.append(FieldChange(held.entry_id, name, before, after, held.name, row.number))
        updated = replace(
            held,
            owner=wanted.get("owner", held.owner),
            context=wanted.get("context", held.context),
            aliases=tuple(wanted.get("aliases") or held.aliases),
        )
        self.entries[[entry.entry_id for entry in self.entries].index(held.entry_id)] = updated
        return updated


def _names(text: str | None) -> list[str] | None:
    return [name.strip() for name in SEPARATORS.split(text) if name.strip()] if text else None
