"""Rows for reports, drawn from a seed: around a month, on its edges, with names that are missing, alike or strange."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine, insert

from history.tables import process_definition, user_task
from services.assistant.tables import drafts
from services.crm.tables import tickets
from services.llm.tables import calls
from services.reports import Period, Scope
from services.sla import SqlCalendars, TeamCalendar
from services.sla.tables import sla_clock

TENANTS = ("<default>", "<default>", "<default>", "another")
TEAMS = ("desk", "field", "=1+1", "Ночь")
ALWAYS = dict.fromkeys(range(7), ((time.min, time.max),))


@dataclass(frozen=True)
class Seeds:
    """Draws for one month: what is drawn from another lies around another month and is to be left out."""

    number: int
    random: Random

    @classmethod
    def of(cls, number: int) -> "Seeds":
        return cls(number, Random(number))  # no secret

    @property
    def scope(self) -> Scope:
        """A month of 2026, asked for on its twentieth at noon."""
        first = date(2026, self.number, 1)
        last = date(2026, self.number + 1, 1) - timedelta(days=1)
        return Scope(Period(first, last), datetime(2026, self.number, 20, 12, tzinfo=UTC))

    def moment(self, latest: datetime | None = None) -> datetime:
        """Around the month, one in five exactly on an edge of it."""
        start, end = self.scope.period.start, self.scope.period.end
        edges = [start, end, start - timedelta(milliseconds=1), end - timedelta(milliseconds=1)]
        found = start + timedelta(milliseconds=self.random.randrange(-15 * 86_400_000, 40 * 86_400_000))
        if self.random.random() < 0.2:
            found = self.random.choice(edges)
        return min(found, latest) if latest else found

    def later(self, moment: datetime, days: float) -> datetime:
        return moment + timedelta(milliseconds=self.random.randrange(int(days * 86_400_000)))

    def name(self, *names: str) -> str:
        return self.random.choice(names)


def seeded_tickets(engine: Engine, seeds: Seeds, count: int = 120) -> None:
    _keep(engine, tickets, count, lambda number: _ticket(seeds, number))


def seeded_tasks(engine: Engine, seeds: Seeds, count: int = 120) -> None:
    definition = {
        "key": seeds.number,
        "tenant_id": "<default>",
        "bpmn_process_id": "p",
        "version": seeds.number,
        "name": "Triage",
        "resource_name": "p.bpmn",
        "checksum": "",
        "xml": "",
        "deployed_at": 0,
    }
    with engine.begin() as connection:
        connection.execute(insert(process_definition).values(definition))
    _keep(engine, user_task, count, lambda number: _task(seeds, number))


def seeded_clocks(engine: Engine, seeds: Seeds, count: int = 120) -> None:
    """Of teams that always work, so that SQL can count the time that passed."""
    for team in TEAMS:
        SqlCalendars(engine).save(TeamCalendar(team, "UTC", ALWAYS))
    _keep(engine, sla_clock, count, lambda number: _clock(seeds, number))


def seeded_drafts(engine: Engine, seeds: Seeds, count: int = 120) -> None:
    _keep(engine, drafts, count, lambda number: _draft(seeds, number))
    _keep(engine, calls, count, lambda number: _call(seeds, number))


def _keep(engine: Engine, table: Any, count: int, row: Callable[[int], dict[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table), [row(number) for number in range(count)])


def _ticket(seeds: Seeds, number: int) -> dict[str, Any]:
    created = seeds.moment()
    closed = seeds.later(created, 9) if seeds.random.random() < 0.6 else None
    return {
        "tenant_id": seeds.name(*TENANTS),
        "source": "mail",
        "external_id": f"{seeds.number}-{number}",
        "subject": "=cmd|calc",
        "text": "<b>text</b>",
        "customer_name": "Ann",
        "customer_email": "",
        "status": "closed" if closed else seeds.name("new", "assigned"),
        "category": seeds.random.choice([None, "", "Water", "вода"]),
        "priority": None,
        "team": seeds.random.choice([None, "", *TEAMS]),
        "created_at": created.replace(tzinfo=None),
        "closed_at": closed.replace(tzinfo=None) if closed else None,
    }


def _task(seeds: Seeds, number: int) -> dict[str, Any]:
    created = seeds.moment(seeds.scope.asked_at)
    ended = min(seeds.later(created, 9), seeds.scope.asked_at) if seeds.random.random() < 0.6 else None
    groups = seeds.random.sample(["support", "finance", "=sum"], seeds.random.randrange(3))
    return {
        "key": seeds.number * 2**53 + number,
        "tenant_id": seeds.name(*TENANTS),
        "state": seeds.name("COMPLETED", "COMPLETED", "CANCELED") if ended else "CREATED",
        "name": "Check",
        "element_id": "check",
        "element_instance_key": number,
        "bpmn_process_id": "p",
        "process_definition_key": seeds.number,
        "process_version": seeds.number,
        "process_instance_key": number,
        "assignee": seeds.name("", "anna", "boris"),
        "candidate_groups": json.dumps(groups),
        "candidate_users": "[]",
        "due_at": 0,
        "follow_up_at": 0,
        "external_form_reference": "",
        "headers": "{}",
        "action": "",
        "created_at": _ms(created),
        "ended_at": _ms(ended) if ended else None,
        "created_position": number,
        "search_text": "",
    }


def _clock(seeds: Seeds, number: int) -> dict[str, Any]:
    started = seeds.moment()
    replied = seeds.later(started, 3) if seeds.random.random() < 0.5 else None
    ended = seeds.later(replied or started, 6) if seeds.random.random() < 0.5 else None
    return {
        "tenant_id": seeds.name(*TENANTS),
        "subject_id": f"T-{seeds.number}-{number}",
        "subject_type": "ticket",
        "subject": "Pump",
        "team": seeds.name(*TEAMS),
        "lead": "",
        "priority": seeds.name("low", "high"),
        "customer": "",
        "process_instance_key": number,
        "started_at": _ms(started),
        "reply_within": 3_600_000,
        "resolve_within": 7_200_000,
        "revision": 1,
        "reply_due_at": seeds.random.choice([None, *[_ms(seeds.later(started, 2))] * 4]),
        "resolve_due_at": seeds.random.choice([None, *[_ms(seeds.later(started, 5))] * 4]),
        "replied_at": _ms(replied) if replied else None,
        "pause_reason": "",
        "ended_at": _ms(ended) if ended else None,
        "outcome": "",
    }


def _draft(seeds: Seeds, number: int) -> dict[str, Any]:
    return {
        "tenant_id": seeds.name(*TENANTS),
        "request_id": f"{seeds.number}-{number}",
        "ticket_id": f"T-{number}",
        "category": seeds.name("", "Water"),
        "language": "en",
        "text": "Dear",
        "citations": "[]",
        "confidence": seeds.random.random(),
        "model": seeds.name("m-1", "m-2"),
        "prompt": "reply",
        "prompt_version": seeds.random.randrange(1, 3),
        "call_id": "",
        "verdict": seeds.name("open", "accepted", "edited", "rejected", "ignored"),
        "reason": "",
        "decided_by": "",
        "created_at": _ms(seeds.moment()),
    }


def _call(seeds: Seeds, number: int) -> dict[str, Any]:
    return {
        "call_id": f"{seeds.number}-{number}",
        "tenant_id": seeds.name(*TENANTS),
        "task": seeds.name("reply", "classify"),
        "subject": "",
        "route": "",
        "endpoint": "",
        "model": seeds.name("m-1", "m-2"),
        "prompt": "reply",
        "prompt_version": 1,
        "prompt_sha256": "",
        "decision_id": "",
        "outcome": seeds.name("answered", "repaired", "refused", "away"),
        "problem": "",
        "prompt_tokens": seeds.random.randrange(3000),
        "completion_tokens": seeds.random.randrange(300),
        # Fractions of a cent: what is rounded too early is lost.
        "cost": seeds.random.randrange(9_999),
        "latency_ms": seeds.random.randrange(9000),
        "tries": 1,
        "created_at": _ms(seeds.moment()),
    }


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
