"""What a directory entry is: a track, a client or a project, referred to by its id everywhere."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

MAX_NAME = 200
MAX_CONTEXT = 10_000
MAX_ALIASES = 50


class EntryKind(StrEnum):
    """From the outside in: a track has clients, a client has projects."""

    TRACK = "track"
    CLIENT = "client"
    PROJECT = "project"

    @property
    def parent(self) -> "EntryKind | None":
        return {EntryKind.CLIENT: EntryKind.TRACK, EntryKind.PROJECT: EntryKind.CLIENT}.get(self)


class EntryUnknown(LookupError):
    def __init__(self, entry_id: str) -> None:
        super().__init__(f"the directories have no entry {entry_id[:80]!r}")
        self.entry_id = entry_id


class InvalidEntry(ValueError):
    """A field does not take this value; the text says why."""


class EntryChanged(Exception):
    """A field no longer holds what a change was made from."""


class Origin(StrEnum):
    """Who filled a field last; what a person filled, no import overwrites unasked."""

    HAND = "hand"
    IMPORT = "import"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Entry:
    entry_id: str
    kind: EntryKind
    name: str
    parent_id: str | None = None
    owner: str | None = None
    aliases: tuple[str, ...] = ()
    context: str | None = None
    # The entry it was merged into: whoever asks for this id gets that one.
    merged_into: str | None = None
    created_at: datetime | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class FieldOrigin:
    field: str
    origin: Origin
    changed_by: str
    changed_at: datetime


class Directories(Protocol):
    """Where entries live. Calls are short and blocking."""

    def entry(self, entry_id: str) -> Entry:
        """Exactly this one, merged or not. Raises `EntryUnknown`."""
        ...

    def resolve(self, entry_id: str) -> Entry:
        """The entry an id stands for today: merges are followed. Raises `EntryUnknown`."""
        ...

    def entries(self, *, with_merged: bool = False) -> list[Entry]:
        """All of them, by kind and name."""
        ...

    def origins(self, entry_id: str) -> dict[str, FieldOrigin]: ...

    def write(
        self, entry_id: str, field: str, *, before: object, after: object, key: str, origin: Origin, changed_by: str
    ) -> None:
        """Set one field if it still holds `before`, once per key.

        The field `entry` is the whole of a new one: null before, an object of its fields after; the other way round removes it.

        Raises:
            EntryUnknown, InvalidEntry, EntryChanged.
        """
        ...
