"""Directories: tracks, clients and projects; a merged entry's id answers with the one that took its place."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.dependencies import Services
from api.rest.shapes import Shown
from services.directories import EntryKind, Origin, alike, is_named

router = APIRouter(prefix="/directories", tags=["directories"])
EntryId = Annotated[str, Path(max_length=64)]


class EntryShown(Shown):
    entry_id: str
    kind: EntryKind
    name: str
    parent_id: str | None
    owner: str | None
    aliases: list[str]
    context: str | None
    merged_into: str | None


class OriginShown(Shown):
    field: str
    origin: Origin
    changed_by: str
    changed_at: datetime


class EntryWithOriginsShown(EntryShown):
    origins: list[OriginShown] = Field(description="Who filled each field last.")


class MatchShown(Shown):
    entry: EntryShown
    likeness: float


@router.get("")
def list_entries(
    services: Services, kind: EntryKind | None = None, parent_id: Annotated[str | None, Query(max_length=64)] = None
) -> list[EntryShown]:
    """Every entry that stands. To change one, propose a change of the system `directories`."""
    return [
        EntryShown.model_validate(entry)
        for entry in services.directories.entries()
        if (kind is None or entry.kind is kind) and (parent_id is None or entry.parent_id == parent_id)
    ]


@router.get("/matches")
def match_name(
    services: Services, name: Annotated[str, Query(min_length=1, max_length=200)], kind: EntryKind | None = None
) -> list[MatchShown]:
    """The entries that a name probably means, the likeliest first; 1 is the very name or an alias."""
    entries = [entry for entry in services.directories.entries() if kind is None or entry.kind is kind]
    named = [entry for entry in entries if is_named(entry, name)]
    likely = [each for each in alike(name, entries) if each.entry not in named]
    found = [(entry, 1.0) for entry in named] + [(each.entry, min(each.likeness, 0.99)) for each in likely]
    return [MatchShown(entry=EntryShown.model_validate(entry), likeness=likeness) for entry, likeness in found]


@router.get("/{entry_id}")
def get_entry(entry_id: EntryId, services: Services) -> EntryWithOriginsShown:
    """The entry that an id stands for today."""
    entry = services.directories.resolve(entry_id)
    origins = [OriginShown.model_validate(each) for each in services.directories.origins(entry.entry_id).values()]
    return EntryWithOriginsShown(**EntryShown.model_validate(entry).model_dump(), origins=origins)
