"""What a process says about its subject when it asks for due times, and how that differs from what is known."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.sla.records import SlaClock, TargetReason


@dataclass(frozen=True, slots=True)
class TargetsAsked:
    subject_id: str
    subject_type: str
    subject: str
    team: str
    lead: str
    priority: str
    customer: str
    process_instance_key: int
    reply_within: timedelta
    resolve_within: timedelta
    started_at: datetime
    now: datetime


def as_asked(before: SlaClock | None, asked: TargetsAsked) -> tuple[SlaClock, TargetReason | None]:
    """The clock with what the process says, and why that differs from before."""
    said: dict[str, Any] = {
        "team": asked.team,
        "lead": asked.lead,
        "subject": asked.subject,
        "priority": asked.priority,
        "customer": asked.customer,
        "reply_within": asked.reply_within,
        "resolve_within": asked.resolve_within,
    }
    if before is None or before.ended_at is not None:
        revision = 1 if before is None else before.revision + 1
        fresh = SlaClock(
            subject_id=asked.subject_id,
            subject_type=asked.subject_type,
            process_instance_key=asked.process_instance_key,
            started_at=asked.started_at if before is None else asked.now,
            revision=revision,
            **said,
        )
        return fresh, TargetReason.STARTED if before is None else TargetReason.REOPENED
    clock = replace(before, **said)
    if clock.priority != before.priority:
        return replace(clock, revision=before.revision + 1), TargetReason.PRIORITY
    same = (clock.reply_within, clock.resolve_within, clock.team) == (before.reply_within, before.resolve_within, before.team)
    return (clock, None) if same else (replace(clock, revision=before.revision + 1), TargetReason.AGREEMENT)
