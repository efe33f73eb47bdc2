"""Closes, deviations and announcements as rows and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from services.finance.close_nouns import Announcement, Close, CloseState, Deviation, Verdict
from services.finance.moments import from_ms, from_ms_or_none, to_ms
from services.finance.money import from_minor, to_minor
from services.finance.months import Month


def close_of_row(row: RowMapping) -> Close:
    return Close(
        close_id=row["close_id"],
        month=Month.parse(row["month"]),
        state=CloseState(row["state"]),
        version_id=row["version_id"],
        opened_by=row["opened_by"],
        opened_at=from_ms(row["opened_at"]),
        process_instance_key=row["process_instance_key"],
        checked_by=row["checked_by"],
        approved_by=row["approved_by"],
        note=row["note"],
        digest=row["digest"],
    )


def close_row(one: Close, tenant_id: str) -> dict[str, Any]:
    return {
        "close_id": one.close_id,
        "tenant_id": tenant_id,
        "month": str(one.month),
        "state": one.state,
        "version_id": one.version_id,
        "opened_by": one.opened_by,
        "opened_at": to_ms(one.opened_at),
        "process_instance_key": one.process_instance_key,
        "checked_by": one.checked_by,
        "approved_by": one.approved_by,
        "note": one.note,
        "digest": one.digest,
    }


def deviation_of_row(row: RowMapping, base: str) -> Deviation:
    return Deviation(
        month=Month.parse(row["month"]),
        project_id=row["project_id"],
        article_id=row["article_id"],
        plan=from_minor(row["plan_minor"], base),
        fact=from_minor(row["fact_minor"], base),
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        explanation=row["explanation"],
        explained_by=row["explained_by"],
        explained_at=from_ms_or_none(row["explained_at"]),
    )


def deviation_row(one: Deviation, close_id: str, tenant_id: str, base: str) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "month": str(one.month),
        "project_id": one.project_id,
        "article_id": one.article_id,
        "close_id": close_id,
        "plan_minor": to_minor(one.plan, base),
        "fact_minor": to_minor(one.fact, base),
        "verdict": one.verdict,
        "reason": one.reason,
        "explanation": one.explanation,
        "explained_by": one.explained_by,
        "explained_at": _ms(one.explained_at),
    }


def announcement_row(one: Announcement, tenant_id: str) -> dict[str, Any]:
    variables = msgspec.json.encode(one.variables).decode()
    row = {"message_id": one.message_id, "name": one.name, "correlation_key": one.correlation_key}
    return row | {"tenant_id": tenant_id, "variables": variables}


def announcement_of_row(row: RowMapping) -> Announcement:
    variables: Mapping[str, str] = msgspec.json.decode(row["variables"], type=dict[str, str])
    return Announcement(row["message_id"], row["name"], row["correlation_key"], variables)


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)
