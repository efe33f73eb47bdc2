"""Drafts: models that are worked on. Every save is a version; saving over somebody else's newer one is refused."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, delete, select

from services.modelling.model_kind import ModelKind
from services.modelling.tables import draft, draft_version

DEFAULT_TENANT = "<default>"
MAX_NAME_CHARS = 255
MAX_CONTENT_CHARS = 4 * 1024 * 1024


class DraftNotFound(LookupError):
    def __init__(self, draft_id: str) -> None:
        super().__init__(f"there is no draft {draft_id[:80]!r}, or it has been removed")
        self.draft_id = draft_id


class InvalidDraft(ValueError):
    """A draft's name or size is not acceptable; the text says why."""


class DraftConflict(Exception):
    """Somebody saved a newer version in the meantime."""

    def __init__(self, expected: int, actual: int, changed_by: str) -> None:
        super().__init__(f"{changed_by} saved version {actual} while you were working on version {expected}: reload it first")
        self.expected = expected
        self.actual = actual
        self.changed_by = changed_by


@dataclass(frozen=True, slots=True)
class Draft:
    draft_id: str
    kind: ModelKind
    # The resource name it will be deployed under.
    name: str
    version: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """One save; `content` is empty in a list."""

    version: int
    saved_by: str
    saved_at: datetime
    content: str = ""


class Drafts(Protocol):
    """Where drafts live. Calls are short and blocking."""

    def drafts(self) -> Sequence[Draft]:
        """All of them, the last changed first."""
        ...

    def draft(self, draft_id: str) -> Draft:
        """Raises `DraftNotFound`."""
        ...

    def content(self, draft_id: str, version: int | None = None) -> DraftVersion:
        """A version with its content, the newest unless named. Raises `DraftNotFound`."""
        ...

    def versions(self, draft_id: str) -> Sequence[DraftVersion]:
        """Every version without its content, newest first. Raises `DraftNotFound`."""
        ...

    def create(self, kind: ModelKind, name: str, content: str, author: str) -> Draft:
        """A new draft. Raises `InvalidDraft`."""
        ...

    def save(self, draft_id: str, content: str, author: str, *, expected_version: int, name: str | None = None) -> Draft:
        """A new version on top of the expected one. Raises `DraftNotFound`, `DraftConflict`, `InvalidDraft`."""
        ...

    def remove(self, draft_id: str) -> None:
        """Remove a draft and its versions; one that is gone already is left alone."""
        ...


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class SqlDrafts:
    """Drafts of one tenant in SQL; each method is one transaction."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = system_clock

    def drafts(self) -> Sequence[Draft]:
        columns = draft.c
        ordered = select(draft).where(columns.tenant_id == self.tenant_id).order_by(columns.changed_at.desc(), columns.draft_id)
        with self.engine.connect() as connection:
            return [_draft(row) for row in connection.execute(ordered)]

    def draft(self, draft_id: str) -> Draft:
        with self.engine.connect() as connection:
            return self._get(connection, draft_id)

    def content(self, draft_id: str, version: int | None = None) -> DraftVersion:
        columns = draft_version.c
        with self.engine.connect() as connection:
            wanted = version if version is not None else self._get(connection, draft_id).version
            self._get(connection, draft_id)
            row = connection.execute(
                select(draft_version).where(columns.draft_id == draft_id, columns.version == wanted)
            ).first()
        if row is None:
            raise DraftNotFound(f"{draft_id} version {wanted}")
        return DraftVersion(row.version, row.saved_by, _moment(row.saved_at), row.content)

    def versions(self, draft_id: str) -> Sequence[DraftVersion]:
        columns = draft_version.c
        listed = select(columns.version, columns.saved_by, columns.saved_at).where(columns.draft_id == draft_id)
        with self.engine.connect() as connection:
            self._get(connection, draft_id)
            rows = connection.execute(listed.order_by(columns.version.desc())).all()
        return [DraftVersion(row.version, row.saved_by, _moment(row.saved_at)) for row in rows]

    def create(self, kind: ModelKind, name: str, content: str, author: str) -> Draft:
        checked = _checked_name(kind, name)
        _require_size(content)
        now = self.clock()
        created = Draft(uuid.uuid4().hex, kind, checked, 1, author, now, author, now)
        with self.engine.begin() as connection:
            connection.execute(
                draft.insert().values(
                    draft_id=created.draft_id,
                    tenant_id=self.tenant_id,
                    kind=kind.value,
                    name=checked,
                    version=1,
                    created_by=author,
                    created_at=_ms(now),
                    changed_by=author,
                    changed_at=_ms(now),
                )
            )
            _add_version(connection, created, content)
        return created

    def save(self, draft_id: str, content: str, author: str, *, expected_version: int, name: str | None = None) -> Draft:
        _require_size(content)
        columns = draft.c
        with self.engine.begin() as connection:
            before = self._get(connection, draft_id)
            new_name = before.name if name is None else _checked_name(before.kind, name)
            values = {"version": expected_version + 1, "name": new_name, "changed_by": author, "changed_at": _ms(self.clock())}
            # The condition, not the row read above, decides between two who save at once.
            saved = connection.execute(
                draft.update().where(columns.draft_id == draft_id, columns.version == expected_version).values(**values)
            )
            now = self._get(connection, draft_id)
            if not saved.rowcount:
                raise DraftConflict(expected_version, now.version, now.changed_by)
            _add_version(connection, now, content)
        return now

    def remove(self, draft_id: str) -> None:
        mine = select(draft.c.draft_id).where(draft.c.draft_id == draft_id, draft.c.tenant_id == self.tenant_id)
        with self.engine.begin() as connection:
            connection.execute(delete(draft_version).where(draft_version.c.draft_id.in_(mine)))
            connection.execute(delete(draft).where(draft.c.draft_id == draft_id, draft.c.tenant_id == self.tenant_id))

    def _get(self, connection: Connection, draft_id: str) -> Draft:
        row = connection.execute(select(draft).where(draft.c.draft_id == draft_id, draft.c.tenant_id == self.tenant_id)).first()
        if row is None:
            raise DraftNotFound(draft_id)
        return _draft(row)


def _add_version(connection: Connection, saved: Draft, content: str) -> None:
    connection.execute(
        draft_version.insert().values(
            draft_id=saved.draft_id,
            version=saved.version,
            content=content,
            saved_by=saved.changed_by,
            saved_at=_ms(saved.changed_at),
        )
    )


def _checked_name(kind: ModelKind, name: str) -> str:
    checked = kind.resource_name(name.strip())
    if len(checked) > MAX_NAME_CHARS or not checked.isprintable() or "/" in checked or "\\" in checked or not name.strip():
        raise InvalidDraft(f"the name of a draft has 1 to {MAX_NAME_CHARS} printable characters and no slash")
    return checked


def _require_size(content: str) -> None:
    if len(content) > MAX_CONTENT_CHARS:
        raise InvalidDraft(f"a draft has at most {MAX_CONTENT_CHARS} characters; this one has {len(content)}")
    if "\x00" in content:
        raise InvalidDraft("a draft is text; this one contains a null character")


def _draft(row: Row[Any]) -> Draft:
    return Draft(
        row.draft_id,
        ModelKind(row.kind),
        row.name,
        row.version,
        row.created_by,
        _moment(row.created_at),
        row.changed_by,
        _moment(row.changed_at),
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
