"""Rows of the tables as records, and back."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import RowMapping

from services.sla.promises import Promise
from services.sla.records import (
    Change,
    ChangeKind,
    ClockPause,
    SlaClock,
    StepKind,
    StepTaken,
    TargetChange,
    TargetReason,
)

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENTS = ("started_at", "reply_due_at", "resolve_due_at", "replied_at", "paused_at", "ended_at")
_PLAIN = (
    "subject_type",
    "subject",
    "team",
    "lead",
    "priority",
    "customer",
    "process_instance_key",
    "revision",
    "pause_reason",
    "outcome",
)


def milliseconds(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // MILLISECOND


def moment(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + value * MILLISECOND


def _moment(value: int) -> datetime:
    return EPOCH + value * MILLISECOND


def row_of_clock(clock: SlaClock) -> dict[str, Any]:
    values = {name: getattr(clock, name) for name in _PLAIN}
    values |= {name: milliseconds(getattr(clock, name)) for name in _MOMENTS}
    values |= {name: getattr(clock, name) // MILLISECOND for name in ("reply_within", "resolve_within")}
    return values


_CLOCK_COLUMNS = ("subject_id", *_PLAIN, *_MOMENTS, "reply_within", "resolve_within")


def clock_of(row: RowMapping) -> SlaClock:
    return _clock_of(tuple([row[name] for name in _CLOCK_COLUMNS]))


@lru_cache(maxsize=8192)
def _clock_of(row: tuple[Any, ...]) -> SlaClock:
    """A list is read again and again, and few of its rows change in between."""
    values: dict[str, Any] = dict(zip(_CLOCK_COLUMNS, row, strict=True))
    values |= {name: moment(values[name]) for name in _MOMENTS}
    values |= {name: values[name] * MILLISECOND for name in ("reply_within", "resolve_within")}
    return SlaClock(**values)


def row_of_pause(pause: ClockPause) -> dict[str, Any]:
    return {
        "started_at": milliseconds(pause.started_at),
        "ended_at": milliseconds(pause.ended_at),
        "reason": pause.reason,
        "note": pause.note,
        "started_by": pause.started_by,
        "ended_by": pause.ended_by,
    }


def pause_of(row: RowMapping) -> ClockPause:
    return ClockPause(
        _moment(row["started_at"]), moment(row["ended_at"]), row["reason"], row["note"], row["started_by"], row["ended_by"]
    )


def row_of_target(change: TargetChange) -> dict[str, Any]:
    dues = ("reply_due_at", "resolve_due_at", "old_reply_due_at", "old_resolve_due_at")
    plain = ("note", "who", "revision", "priority", "old_priority")
    return {
        "at": milliseconds(change.at),
        "reason": change.reason.value,
        **{name: getattr(change, name) for name in plain},
        **{name: milliseconds(getattr(change, name)) for name in dues},
    }


def target_of(row: RowMapping) -> TargetChange:
    return TargetChange(
        at=_moment(row["at"]),
        reason=TargetReason(row["reason"]),
        note=row["note"],
        who=row["who"],
        revision=row["revision"],
        priority=row["priority"],
        reply_due_at=moment(row["reply_due_at"]),
        resolve_due_at=moment(row["resolve_due_at"]),
        old_priority=row["old_priority"],
        old_reply_due_at=moment(row["old_reply_due_at"]),
        old_resolve_due_at=moment(row["old_resolve_due_at"]),
    )


def row_of_step(step: StepTaken) -> dict[str, Any]:
    return {
        "request_id": step.request_id,
        "at": milliseconds(step.at),
        "kind": step.kind.value,
        "promise": step.promise.value,
        "share": step.share,
        "revision": step.revision,
        "told": "\n".join(step.told),
        "who": step.who,
        "note": step.note,
    }


def step_of(row: RowMapping) -> StepTaken:
    return StepTaken(
        request_id=row["request_id"],
        at=_moment(row["at"]),
        kind=StepKind(row["kind"]),
        promise=Promise(row["promise"]),
        share=row["share"],
        revision=row["revision"],
        told=tuple(name for name in row["told"].split("\n") if name),
        who=row["who"],
        note=row["note"],
    )


def row_of_change(change: Change) -> dict[str, Any]:
    return {
        "change_id": change.change_id,
        "kind": change.kind.value,
        "at": milliseconds(change.at),
        "who": change.who,
        "reason": change.reason,
        "note": change.note,
        "priority": change.priority,
    }


def change_of(row: RowMapping) -> Change:
    return Change(
        change_id=row["change_id"],
        subject_id=row["subject_id"],
        kind=ChangeKind(row["kind"]),
        at=_moment(row["at"]),
        who=row["who"],
        reason=row["reason"],
        note=row["note"],
        priority=row["priority"],
    )
