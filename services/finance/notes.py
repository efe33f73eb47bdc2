"""Comments and attachments on a cell: a project's article in a month."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, insert, select

from services.finance.locks import writing
from services.finance.moments import from_ms, to_ms, utc_now
from services.finance.months import Month
from services.finance.nouns import DEFAULT_TENANT, Invalid, NotFound
from services.finance.tables import note
from services.finance.versions import CellKey

MAX_TEXT = 4000
MAX_FILE = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Note:
    note_id: str
    text: str
    written_by: str
    written_at: datetime
    file_name: str
    file_size: int


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of one tenant."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def add(self, cell: CellKey, text: str, person: str, file_name: str = "", content: bytes | None = None) -> str:
        """Raises `MonthLocked`, or `Invalid` where there is nothing in it or too much."""
        if not text.strip() and content is None:
            raise Invalid("write something, or attach a file")
        if content is not None and len(content) > MAX_FILE:
            raise Invalid(f"an attachment has at most {MAX_FILE // 1024 // 1024} MB")
        project_id, article_id, month = cell
        note_id = uuid.uuid4().hex
        with writing(self.engine, self.tenant_id, [month]) as connection:
            connection.execute(
                insert(note).values(
                    note_id=note_id,
                    tenant_id=self.tenant_id,
                    month=str(month),
                    project_id=project_id,
                    article_id=article_id,
                    text=text[:MAX_TEXT].strip(),
                    written_by=person,
                    written_at=to_ms(self.clock()),
                    file_name="" if content is None else file_name[-255:],
                    file_size=0 if content is None else len(content),
                    content=content,
                )
            )
        return note_id

    def of(self, cell: CellKey) -> Sequence[Note]:
        """The oldest first."""
        project_id, article_id, month = cell
        columns = [column for column in note.c if column is not note.c.content]
        query = select(*columns).where(note.c.tenant_id == self.tenant_id, note.c.month == str(month))
        query = query.where(note.c.project_id == project_id, note.c.article_id == article_id).order_by(note.c.number)
        with self.engine.connect() as connection:
            return [
                Note(row.note_id, row.text, row.written_by, from_ms(row.written_at), row.file_name, row.file_size)
                for row in connection.execute(query)
            ]

    def counts(self, months: Sequence[Month]) -> Mapping[CellKey, int]:
        columns = (note.c.project_id, note.c.article_id, note.c.month)
        mine = (note.c.tenant_id == self.tenant_id) & note.c.month.in_([str(month) for month in months])
        query = select(*columns, func.count()).where(mine).group_by(*columns)
        with self.engine.connect() as connection:
            return {
                (project, article, Month.parse(month)): count for project, article, month, count in connection.execute(query)
            }

    def file(self, note_id: str) -> tuple[str, bytes]:
        """Name and content. Raises `NotFound`."""
        query = select(note.c.file_name, note.c.content).where(note.c.tenant_id == self.tenant_id, note.c.note_id == note_id)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None or row.content is None:
            raise NotFound(f"there is no attachment {note_id[:80]!r}")
        return row.file_name, row.content
