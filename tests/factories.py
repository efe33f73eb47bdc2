"""Small makers of the things tests are given."""

from typing import Any

from services.sla import InMemoryCalendars, InMemoryClockBook, InMemorySkillBook, SlaDesk
from workers.sla_escalation.every_worker import SlaPorts
from workers.sla_escalation.memory_ports import InMemoryNotifier, InMemoryRoster, InMemoryWorkTasks
from zeebe.job import Job


def make_job(**changes: Any) -> Job:
    """A job that differs from the plainest one in what the test is about."""
    plain: dict[str, Any] = {
        "key": 1,
        "type": "any",
        "process_instance_key": 2,
        "bpmn_process_id": "process",
        "process_definition_version": 1,
        "process_definition_key": 3,
        "element_id": "element",
        "element_instance_key": 4,
        "worker": "test",
        "retries": 3,
        "deadline": 0,
    }
    return Job(**{**plain, **changes})


def make_sla_ports(**changes: Any) -> SlaPorts:
    """The ports of the SLA workers, all in memory."""
    plain: dict[str, Any] = {
        "desk": SlaDesk(InMemoryClockBook(), InMemoryCalendars()),
        "skills": InMemorySkillBook(),
        "tasks": InMemoryWorkTasks(),
        "roster": InMemoryRoster(),
        "notifier": InMemoryNotifier(),
    }
    return SlaPorts(**{**plain, **changes})
