"""Rows for tests of reports."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from services.reports import DraftRow, ElementRow, ModelUseRow, Period, PromiseRow, Scope, TaskRow, TicketRow

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_scope(language: str = "en") -> Scope:
    return Scope(Period(date(2026, 11, 1), date(2026, 11, 30)), datetime(2026, 12, 1, 9, tzinfo=UTC), language)


def make_ticket(number: int = 1, **changes) -> TicketRow:
    values = {
        "ticket_id": f"T-{number}",
        "created_at": NOON,
        "source": "mail",
        "status": "assigned",
        "category": "access",
        "priority": "high",
        "team": "service-desk",
        "customer": "Ivan",
        "subject": "Printer",
        "text": "It is on fire",
        "outcome": "",
        "closed_at": None,
    }
    return TicketRow(**(values | changes))


def make_task(key: int = 2_251_799_813_685_250, **changes) -> TaskRow:
    values = {
        "key": key,
        "name": "Decide",
        "process": "Ticket triage",
        "state": "CREATED",
        "assignee": "",
        "groups": ("service-desk",),
        "priority": "high",
        "created_at": NOON,
        "due_at": None,
        "ended_at": None,
    }
    return TaskRow(**(values | changes))


def make_promise(number: int = 1, **changes) -> PromiseRow:
    values = {
        "subject_id": f"T-{number}",
        "subject": "Printer",
        "promise": "resolution",
        "priority": "high",
        "team": "service-desk",
        "started_at": NOON - HOUR,
        "due_at": NOON,
        "done_at": NOON,
        "promised_ms": 3_600_000,
        "used_ms": 3_600_000,
        "late_ms": 0,
    }
    return PromiseRow(**(values | changes))


def make_element(element_id: str = "decide", **changes) -> ElementRow:
    values = {
        "process": "Ticket triage",
        "element_id": element_id,
        "name": "Decide",
        "element_type": "USER_TASK",
        "entered": 5,
        "completed": 4,
        "active": 1,
        "incidents": 0,
        "p50_ms": 1000.0,
        "p95_ms": 2000.0,
    }
    return ElementRow(**(values | changes))


def make_draft(**changes) -> DraftRow:
    values = {
        "created_at": NOON,
        "ticket_id": "T-1",
        "category": "Access",
        "language": "en",
        "model": "local",
        "prompt": "suggest_reply",
        "prompt_version": 1,
        "confidence": 0.8,
        "verdict": "accepted",
        "likeness": 1.0,
        "reason": "",
        "decided_by": "ada",
    }
    return DraftRow(**(values | changes))


def make_use(**changes) -> ModelUseRow:
    values = {
        "model": "local",
        "task": "suggest_reply",
        "calls": 3,
        "believed": 2,
        "tokens": 900,
        "cost": Decimal("0.5"),
        "mean_ms": 850.0,
    }
    return ModelUseRow(**(values | changes))
