"""Calls in SQL, on SQLite or PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Engine, RowMapping, case, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from services.llm.calls import GOOD, Call, CallSummary, Outcome, month_of
from services.llm.tables import calls, usage


@dataclass(frozen=True, slots=True)
class SqlCalls:
    """`CallLog` of all tenants."""

    engine: Engine

    def used(self, tenant: str, month: str) -> int:
        query = select(usage.c.tokens).where(usage.c.tenant_id == tenant, usage.c.month == month)
        with self.engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def record(self, call: Call) -> int:
        row: dict[str, Any] = {each.name: getattr(call, each.name) for each in fields(Call)}
        row["tenant_id"] = row.pop("tenant")
        row["created_at"] = round(call.created_at.timestamp() * 1000)
        used = {"tenant_id": call.tenant, "month": month_of(call.created_at), "tokens": call.tokens, "cost": call.cost}
        with self.engine.begin() as connection:
            connection.execute(insert(calls), row)
            return int(connection.scalar(_add_up(self.engine.dialect.name), used) or 0)

    def latest(self, tenant: str, limit: int = 20) -> Sequence[Call]:
        newest = select(calls).where(calls.c.tenant_id == tenant).order_by(calls.c.created_at.desc(), calls.c.call_id)
        with self.engine.connect() as connection:
            return [_call(row) for row in connection.execute(newest.limit(limit)).mappings()]

    def summaries(self, tenant: str, since: datetime) -> Sequence[CallSummary]:
        key = (calls.c.endpoint, calls.c.model, calls.c.task, calls.c.prompt_version)
        query = (
            select(
                *key,
                func.count(),
                func.sum(case((calls.c.outcome.in_(GOOD), 1), else_=0)),
                func.sum(calls.c.prompt_tokens + calls.c.completion_tokens),
                func.sum(calls.c.cost),
                func.avg(calls.c.latency_ms),
            )
            .where(calls.c.tenant_id == tenant, calls.c.created_at >= round(since.timestamp() * 1000))
            .group_by(*key)
            .order_by(func.count().desc())
        )
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return [_summary(tuple(row)) for row in rows]


@cache
def _add_up(dialect_name: str) -> ReturningInsert[tuple[int]]:
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    first = dialect.insert(usage)
    added = {name: usage.c[name] + first.excluded[name] for name in ("tokens", "cost")}
    statement: ReturningInsert[tuple[int]] = first.on_conflict_do_update(
        index_elements=["tenant_id", "month"], set_=added
    ).returning(usage.c.tokens)
    return statement


def _call(row: RowMapping) -> Call:
    values = {each.name: row["tenant_id" if each.name == "tenant" else each.name] for each in fields(Call)}
    values |= {"outcome": Outcome(row["outcome"]), "created_at": datetime.fromtimestamp(row["created_at"] / 1000, UTC)}
    return Call(**values)


def _summary(row: tuple[Any, ...]) -> CallSummary:
    endpoint, model, task, version, count, good, tokens, cost, latency = row
    return CallSummary(endpoint, model, task, version, count, int(good), int(tokens), int(cost), float(latency))
