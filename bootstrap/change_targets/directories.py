"""Directory entries behind the port `ChangeTarget`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from services.changes import PlannedRequest, Reading, RecordUnknown, TargetBusy, Write, WriteConflict, WriteRefused
from services.directories import (
    FIELDS,
    WHOLE,
    Directories,
    EntryChanged,
    EntryUnknown,
    InvalidEntry,
    Origin,
    value_of,
)

ORIGINS = {"person": Origin.HAND, "import": Origin.IMPORT}


@dataclass(frozen=True, slots=True)
class DirectoryTarget:
    """A field's write, its key and its origin are one transaction."""

    settles_within: ClassVar[float] = 0

    directories: Directories

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        return await asyncio.to_thread(self._read, record, fields)

    def _read(self, record: str, fields: Sequence[str]) -> Reading:
        if unknown := set(fields) - {*FIELDS, WHOLE}:
            raise RecordUnknown(f"a directory entry has no field {min(unknown)!r}; it has {', '.join(FIELDS)}")
        try:
            entry = self.directories.entry(record)
            origins = self.directories.origins(record)
        except EntryUnknown as error:
            if set(fields) == {WHOLE}:
                # An entry that is to be made.
                return Reading({WHOLE: None})
            raise RecordUnknown(str(error)) from error
        by_hand = frozenset(name for name, each in origins.items() if each.origin is Origin.HAND)
        return Reading({name: value_of(entry, name) for name in fields}, label=entry.name, by_hand=by_hand)

    def render(self, write: Write) -> PlannedRequest:
        condition = {"If-Unchanged": "yes", "Idempotency-Key": write.idempotency_key}
        return PlannedRequest("UPDATE", f"directories/{write.record}", condition, {write.field: write.after})

    async def apply(self, write: Write) -> None:
        try:
            await asyncio.to_thread(
                self.directories.write,
                write.record,
                write.field,
                before=write.before,
                after=write.after,
                key=write.idempotency_key,
                origin=ORIGINS.get(write.author_kind, Origin.PROGRAM),
                changed_by=write.author,
            )
        except EntryUnknown as error:
            if error.entry_id != write.record:
                raise TargetBusy(f"{error}: it may be made by another item of this change") from error
            raise RecordUnknown(str(error)) from error
        except EntryChanged as error:
            raise WriteConflict(str(error)) from error
        except InvalidEntry as error:
            raise WriteRefused(str(error)) from error
