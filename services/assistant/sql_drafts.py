"""Drafts in SQL, on SQLite or PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Engine, RowMapping, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from services.assistant.drafts import (
    Citation,
    Draft,
    DraftNotFound,
    Figure,
    NewDraft,
    Verdict,
    VerdictRefused,
    require_reason,
    settled,
    utc_now,
)
from services.assistant.tables import drafts

LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True)
class SqlDrafts:
    """`Drafts` of one tenant."""

    engine: Engine
    tenant_id: str = "<default>"
    clock: Callable[[], datetime] = utc_now

    def save(self, draft: NewDraft) -> Draft:
        values: dict[str, Any] = {each.name: getattr(draft, each.name) for each in fields(NewDraft)}
        values["citations"] = msgspec.json.encode([asdict(citation) for citation in draft.citations]).decode()
        values |= {"tenant_id": self.tenant_id, "verdict": Verdict.OPEN, "reason": "", "decided_by": ""}
        values["created_at"] = _ms(self.clock())
        with self.engine.begin() as connection:
            row = connection.execute(_save(self.engine.dialect.name), values).mappings().first()
        saved = _draft(row) if row is not None else self.of_request(draft.request_id)
        if saved is None:
            raise DraftNotFound(draft.request_id)
        return saved

    def of_request(self, request_id: str) -> Draft | None:
        query = select(drafts).where(self._mine(), drafts.c.request_id == request_id)
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _draft(row)

    def get(self, draft_id: str) -> Draft:
        with self.engine.connect() as connection:
            row = connection.execute(select(drafts).where(self._one(draft_id))).mappings().first()
        if row is None:
            raise DraftNotFound(draft_id)
        return _draft(row)

    def decide(self, draft_id: str, verdict: Verdict, *, by: str, reason: str = "") -> Draft:
        said = require_reason(verdict, reason)
        change = update(drafts).where(self._one(draft_id), drafts.c.likeness.is_(None))
        with self.engine.begin() as connection:
            changed = connection.execute(change.values(verdict=verdict, reason=said, decided_by=by)).rowcount
        draft = self.get(draft_id)
        if not changed:
            raise VerdictRefused("the reply is sent: the verdict stands")
        return draft

    def settle(self, draft_id: str, reply: str) -> Draft:
        draft = self.get(draft_id)
        if draft.likeness is not None:
            return draft
        verdict, likeness = settled(draft, reply)
        change = update(drafts).where(self._one(draft_id), drafts.c.likeness.is_(None))
        with self.engine.begin() as connection:
            connection.execute(change.values(verdict=verdict, likeness=likeness))
        return self.get(draft_id)

    def figures(self, since: datetime) -> Sequence[Figure]:
        key = (drafts.c.model, drafts.c.prompt, drafts.c.prompt_version, drafts.c.category)
        query = (
            select(*key, drafts.c.verdict, func.count())
            .where(self._mine(), drafts.c.created_at >= _ms(since))
            .group_by(*key, drafts.c.verdict)
        )
        counts: dict[tuple[str, str, int, str], Counter[Verdict]] = {}
        with self.engine.connect() as connection:
            for model, prompt, version, category, verdict, count in connection.execute(query):
                counts.setdefault((model, prompt, version, category), Counter())[Verdict(verdict)] += count
        figures = [Figure(*each, counts=dict(by_verdict)) for each, by_verdict in counts.items()]
        return sorted(figures, key=lambda figure: -sum(figure.counts.values()))

    def reasons(self, limit: int = 20) -> Sequence[Draft]:
        rejected = select(drafts).where(self._mine(), drafts.c.verdict == Verdict.REJECTED)
        with self.engine.connect() as connection:
            rows = connection.execute(rejected.order_by(drafts.c.number.desc()).limit(limit)).mappings()
            return [_draft(row) for row in rows]

    def _mine(self) -> ColumnElement[bool]:
        return drafts.c.tenant_id == self.tenant_id

    def _one(self, draft_id: str) -> ColumnElement[bool]:
        number = draft_id.removeprefix("D-")
        if not number.isascii() or not number.isdigit() or len(number) > LONGEST_NUMBER:
            raise DraftNotFound(draft_id)
        return (drafts.c.number == int(number)) & self._mine()


@cache
def _save(dialect_name: str) -> ReturningInsert[tuple[Any, ...]]:
    insert = postgresql.insert if dialect_name == "postgresql" else sqlite.insert
    return insert(drafts).on_conflict_do_nothing().returning(*drafts.columns)


def _draft(row: RowMapping) -> Draft:
    values = {each.name: row[each.name] for each in fields(NewDraft)}
    values["citations"] = tuple(Citation(**citation) for citation in msgspec.json.decode(row["citations"]))
    return Draft(
        **values,
        draft_id=f"D-{row['number']}",
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        decided_by=row["decided_by"],
        likeness=row["likeness"],
        created_at=datetime.fromtimestamp(row["created_at"] / 1000, UTC),
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
