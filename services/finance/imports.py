"""Importing facts: a file is previewed row by row, mended or left out where it is wrong, and imported once.

The same content again, by its checksum, is the import that is known: nothing is booked twice. While a row is wrong nothing is
booked, unless the person takes the good rows alone.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.finance.auditing import note_down
from services.finance.checking import Checked, Checker, Finding
from services.finance.ledger import AT_ONCE, Ledger
from services.finance.locks import lock_of, writing
from services.finance.moments import from_ms, from_ms_or_none, to_ms, utc_now
from services.finance.months import Month
from services.finance.nouns import DEFAULT_TENANT, Lock, NewPosting, NotFound, Posting, ProjectDirectory, Refused
from services.finance.reading import FIELDS, RawRow, read_file
from services.finance.repeats import booked, without_repeats
from services.finance.tables import import_file, import_row


class ImportState(StrEnum):
    PREVIEW = "preview"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row of the file; `posting` is what it becomes, None where there are findings."""

    number: int
    cells: Mapping[str, str]
    findings: tuple[Finding, ...]
    posting: NewPosting | None = None
    mended_by: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    import_id: str
    checksum: str
    file_name: str
    shape: str
    state: ImportState
    uploaded_by: str
    uploaded_at: datetime
    imported_by: str = ""
    imported_at: datetime | None = None
    left_out: int = 0
    rows: tuple[ImportRow, ...] = ()
    is_known: bool = field(default=False, compare=False)

    @property
    def good(self) -> tuple[ImportRow, ...]:
        return tuple(row for row in self.rows if not row.findings)

    @property
    def bad(self) -> tuple[ImportRow, ...]:
        return tuple(row for row in self.rows if row.findings)

    @property
    def sums(self) -> Mapping[str, Decimal]:
        """What the good rows add up to, by currency."""
        found: dict[str, Decimal] = {}
        for row in self.rows:
            if row.posting is not None:
                found[row.posting.currency] = found.get(row.posting.currency, Decimal(0)) + row.posting.amount
        return dict(sorted(found.items()))


class ErrorsStand(Refused):
    """Nothing was imported: some rows are wrong."""

    def __init__(self, count: int) -> None:
        wrong = "1 row is wrong; mend it" if count == 1 else f"{count} rows are wrong; mend them"
        super().__init__(f"nothing was imported: {wrong}, or import the good rows alone")
        self.count = count


@dataclass(frozen=True, slots=True)
class Imports:
    """The imports of one tenant."""

    engine: Engine
    ledger: Ledger
    projects: ProjectDirectory
    base: str
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def preview(self, file_name: str, content: bytes, person: str) -> Import:
        """Read a file and keep its rows for looking at; known content is the import that is there.

        Raises:
            UnreadableFile: there are no rows to be found in it.
        """
        checksum = hashlib.sha256(content).hexdigest()
        known = self._by_checksum(checksum)
        if known is not None:
            return known
        shape, raw = read_file(content)
        import_id = uuid.uuid4().hex[:16]
        values = {"import_id": import_id, "tenant_id": self.tenant_id, "checksum": checksum, "file_name": file_name[-255:]}
        values |= {"shape": shape.value, "state": ImportState.PREVIEW, "uploaded_by": person, "imported_by": ""}
        with self.engine.connect() as connection:
            checked = self._checked(connection, [(each.number, each.cells) for each in raw])
        rows = [_row(import_id, each, found.findings) for each, found in zip(raw, checked, strict=True)]
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(import_file).values(**values, uploaded_at=to_ms(self.clock()), left_out=0))
                for start in range(0, len(rows), AT_ONCE):
                    connection.execute(insert(import_row), rows[start : start + AT_ONCE])
        except IntegrityError:
            # Somebody uploaded the same content a moment ago.
            known = self._by_checksum(checksum)
            if known is None:
                raise
            return known
        return self.get(import_id)

    def get(self, import_id: str) -> Import:
        """An import with its rows, checked against what is known now. Raises `NotFound`."""
        with self.engine.connect() as connection:
            found = self._head(connection, import_id)
            return self._with_rows(connection, found)

    def recent(self, *, limit: int = 30) -> Sequence[Import]:
        """The newest first, without their rows."""
        mine = select(import_file).where(import_file.c.tenant_id == self.tenant_id).order_by(import_file.c.number.desc())
        with self.engine.connect() as connection:
            return [_import_of_row(row) for row in connection.execute(mine.limit(limit)).mappings()]

    def mend(self, import_id: str, corrections: Mapping[int, Mapping[str, str]], person: str) -> Import:
        """Replace cells of rows; who did it stays beside the row. Raises `Refused` once it is imported."""
        with self.engine.begin() as connection:
            self._require_preview(connection, import_id)
            for number, cells in corrections.items():
                key = (import_row.c.import_id == import_id) & (import_row.c.row_number == number)
                before = connection.scalar(select(import_row.c.cells).where(key))
                if before is None:
                    raise NotFound(f"the file has no row {number}")
                known = msgspec.json.decode(before, type=dict[str, str])
                mended = {name: cells.get(name, known.get(name, "")).strip()[:4000] for name in FIELDS}
                kept = {name: value for name, value in mended.items() if value}
                if kept != known:
                    text = msgspec.json.encode(kept).decode()
                    connection.execute(update(import_row).where(key).values(cells=text, mended_by=person))
        return self.get(import_id)

    def discard(self, import_id: str) -> None:
        """Forget a preview, so that the file may come again. Raises `Refused` once it is imported."""
        with self.engine.begin() as connection:
            self._require_preview(connection, import_id)
            connection.execute(delete(import_row).where(import_row.c.import_id == import_id))
            connection.execute(delete(import_file).where(import_file.c.import_id == import_id))

    def accept(self, import_id: str, person: str, *, only_good: bool = False) -> Import:
        """Book the rows, all in one transaction.

        Raises:
            ErrorsStand: rows are wrong and `only_good` was not asked for.
            MonthLocked: a month was locked since the preview.
            Refused: it was imported before.
        """
        with self.engine.connect() as connection:
            self._require_preview(connection, import_id)
        shown = self.get(import_id)
        if shown.bad and not only_good:
            raise ErrorsStand(len(shown.bad))
        good = [(row.number, row.posting) for row in shown.good if row.posting is not None]
        if not good:
            raise Refused("there is no good row to import")
        postings = [posting for _number, posting in good]
        with writing(self.engine, self.tenant_id, {posting.month for posting in postings}) as connection:
            now = self.clock()
            once = (import_file.c.import_id == import_id) & (import_file.c.state == ImportState.PREVIEW)
            done = {"state": ImportState.IMPORTED, "imported_by": person, "imported_at": to_ms(now), "left_out": len(shown.bad)}
            if connection.execute(update(import_file).where(once).values(**done)).rowcount != 1:
                raise Refused(f"{shown.file_name} was imported before")
            for row in shown.rows:
                key = (import_row.c.import_id == import_id) & (import_row.c.row_number == row.number)
                connection.execute(update(import_row).where(key).values(findings=msgspec.json.encode(row.findings).decode()))
            self.ledger.enter(connection, postings, person, import_id, [number for number, _posting in good])
            for month in sorted({posting.month for posting in postings}):
                count = sum(posting.month == month for posting in postings)
                note_down(connection, self.tenant_id, month, now, person, "imported", f"{shown.file_name}: {count}")
        return self.get(import_id)

    def _by_checksum(self, checksum: str) -> Import | None:
        mine = select(import_file).where(import_file.c.tenant_id == self.tenant_id, import_file.c.checksum == checksum)
        with self.engine.connect() as connection:
            row = connection.execute(mine).mappings().first()
            if row is None:
                return None
            return self._with_rows(connection, _import_of_row(row, is_known=True))

    def _head(self, connection: Connection, import_id: str) -> Import:
        mine = select(import_file).where(import_file.c.tenant_id == self.tenant_id, import_file.c.import_id == import_id)
        row = connection.execute(mine).mappings().first()
        if row is None:
            raise NotFound(f"there is no import {import_id[:80]!r}, or it was discarded")
        return _import_of_row(row)

    def _require_preview(self, connection: Connection, import_id: str) -> None:
        found = self._head(connection, import_id)
        if found.state is not ImportState.PREVIEW:
            raise Refused(f"{found.file_name} was imported before, by {found.imported_by}")

    def _with_rows(self, connection: Connection, found: Import) -> Import:
        mine = select(import_row).where(import_row.c.import_id == found.import_id).order_by(import_row.c.row_number)
        stored = connection.execute(mine).mappings().all()
        cells = [msgspec.json.decode(row["cells"], type=dict[str, str]) for row in stored]
        if found.state is ImportState.IMPORTED:
            checked = [Checked(None, msgspec.json.decode(row["findings"], type=tuple[Finding, ...])) for row in stored]
        else:
            checked = self._checked(connection, [(row["row_number"], each) for row, each in zip(stored, cells, strict=True)])
        rows = (
            ImportRow(row["row_number"], each, one.findings, one.posting, row["mended_by"])
            for row, each, one in zip(stored, cells, checked, strict=True)
        )
        return replace(found, rows=tuple(rows))

    def _checked(self, connection: Connection, rows: Sequence[tuple[int, Mapping[str, str]]]) -> list[Checked]:
        """Each row by itself, then all of them beside each other and beside what is booked."""
        checker = self._checker(connection)
        return without_repeats(
            [(number, checker.check(cells)) for number, cells in rows],
            lambda months: booked(connection, self.tenant_id, months),
        )

    def _checker(self, connection: Connection) -> Checker:
        locks: dict[Month, Lock | None] = {}
        last: dict[str, Posting | None] = {}

        def lock_on(month: Month) -> Lock | None:
            if month not in locks:
                locks[month] = lock_of(connection, self.tenant_id, month)
            return locks[month]

        def last_of(counterparty: str) -> Posting | None:
            if counterparty not in last:
                last[counterparty] = self.ledger.last_of(counterparty)
            return last[counterparty]

        return Checker.of(self.base, self.projects.projects(), self.ledger.articles(), lock_on, last_of)


def _row(import_id: str, raw: RawRow, findings: Sequence[Finding]) -> dict[str, object]:
    return {
        "import_id": import_id,
        "row_number": raw.number,
        "cells": msgspec.json.encode(dict(raw.cells)).decode(),
        "findings": msgspec.json.encode(findings).decode(),
        "mended_by": "",
    }


def _import_of_row(row: RowMapping, *, is_known: bool = False) -> Import:
    return Import(
        import_id=row["import_id"],
        checksum=row["checksum"],
        file_name=row["file_name"],
        shape=row["shape"],
        state=ImportState(row["state"]),
        uploaded_by=row["uploaded_by"],
        uploaded_at=from_ms(row["uploaded_at"]),
        imported_by=row["imported_by"],
        imported_at=from_ms_or_none(row["imported_at"]),
        left_out=row["left_out"],
        is_known=is_known,
    )
