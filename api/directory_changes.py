"""From what a person typed or uploaded for the directories to items of a change set."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from services.changes import NewItem
from services.directories import (
    WHOLE,
    Entry,
    EntryKind,
    FieldChange,
    FileRow,
    InvalidEntry,
    UnreadableFile,
    document_of,
    read_rows,
    value_of,
)
from services.directories.fields import checked
from services.directories.import_files import HEADERS, MAX_BYTES, MAX_CELL, MAX_ROWS

DIRECTORIES = "directories"
EDITABLE = ("name", "parent_id", "owner", "aliases", "context")
# A large import becomes several change sets, each of which a person can look through.
ITEMS_IN_A_SET = 500


class FileRefused(ValueError):
    """What was sent cannot be imported; the text says why."""


def wanted_entry(kind: EntryKind, name: str, parent_id: str | None, owner: str) -> NewItem:
    """A new entry. Raises `InvalidEntry`."""
    new = Entry(uuid.uuid4().hex, kind, checked("name", name), parent_id, checked("owner", owner))
    if kind.parent is not None and parent_id is None:
        raise InvalidEntry(f"a {kind.value} belongs to a {kind.parent.value}: choose one")
    return NewItem(DIRECTORIES, new.entry_id, WHOLE, document_of(new), None, is_before_known=True, record_label=new.name)


def as_shown(entry: Entry) -> dict[str, Any]:
    """An entry's fields as a page shows them, to be compared with what comes back."""
    return {name: value_of(entry, name) for name in EDITABLE}


def wanted_fields(entry: Entry, wanted: Mapping[str, Any], seen: object) -> tuple[NewItem, ...]:
    """The fields that a person changed, with the values they saw.

    Raises:
        InvalidEntry: a field does not take its value.
    """
    if not isinstance(seen, dict):
        raise InvalidEntry("the page is out of date: reload it")
    items = []
    for name, typed in wanted.items():
        lines = [each for each in typed if each.strip()] if isinstance(typed, list) else typed
        after = checked(name, lines or None if name != "name" else lines)
        if after != seen.get(name):
            items.append(NewItem(DIRECTORIES, entry.entry_id, name, after, seen.get(name), is_before_known=True))
    return tuple(items)


def import_items(changes: Sequence[FieldChange]) -> Iterator[tuple[NewItem, ...]]:
    """The items of an import's change sets; parents stand before their children."""
    for batch in batched(changes, ITEMS_IN_A_SET):
        yield tuple(
            NewItem(
                DIRECTORIES,
                change.entry_id,
                change.field,
                change.after,
                change.before,
                is_before_known=True,
                record_label=change.label,
                evidence=f"row {change.row}",
            )
            for change in batch
        )


async def uploaded_rows(file: object) -> list[FileRow]:
    """Raises `FileRefused`."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise FileRefused("choose a file first")
    content = await file.read(MAX_BYTES + 1)
    try:
        return await run_in_threadpool(read_rows, file.filename, content)
    except UnreadableFile as error:
        raise FileRefused(str(error)) from error


def rows_to_form(rows: Sequence[FileRow]) -> str:
    """Rows as text for a hidden field: a preview is asked again with each answer, and keeps nothing here meanwhile."""
    return json.dumps([[row.number, row.cells] for row in rows], ensure_ascii=False, separators=(",", ":"))


def rows_from_form(text: str) -> list[FileRow]:
    """The same rows; what a form sends is as foreign as a file. Raises `FileRefused`."""
    try:
        found = json.loads(text)
        rows = [FileRow(int(number), {str(name): str(cell) for name, cell in cells.items()}) for number, cells in found]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FileRefused("the preview is out of date: choose the file again") from error
    is_sound = len(rows) <= MAX_ROWS and all(
        set(row.cells) <= set(HEADERS) and all(len(cell) <= MAX_CELL for cell in row.cells.values()) for row in rows
    )
    if not is_sound:
        raise FileRefused("the preview is out of date: choose the file again")
    return rows
