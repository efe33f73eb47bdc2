"""Entries as a tree, with children of merged entries under the one that took their place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.directories.entries import Entry

MOST_MERGES = 100


@dataclass(frozen=True, slots=True)
class Branch:
    entry: Entry
    children: tuple["Branch", ...] = ()


def tree(entries: Sequence[Entry]) -> list[Branch]:
    """The tracks with all below them; `entries` includes merged ones, which themselves are not shown."""
    by_id = {entry.entry_id: entry for entry in entries}
    below: defaultdict[str | None, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.merged_into is None:
            below[standing(entry.parent_id, by_id)].append(entry)
    return [_branch(entry, below) for entry in _by_name(below[None])]


def standing(entry_id: str | None, by_id: Mapping[str, Entry]) -> str | None:
    """The id that an id stands for after merges."""
    for _ in range(MOST_MERGES):
        entry = by_id.get(entry_id or "")
        if entry is None or entry.merged_into is None:
            return entry_id
        entry_id = entry.merged_into
    return entry_id


def _branch(entry: Entry, below: Mapping[str | None, list[Entry]]) -> Branch:
    return Branch(entry, tuple(_branch(child, below) for child in _by_name(below.get(entry.entry_id, ()))))


def _by_name(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.name.casefold(), entry.entry_id))
