"""The ports of this process in memory, for trying it without a house."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workers.sla_escalation.ports import Candidate, Recipient


@dataclass(frozen=True, slots=True)
class Sent:
    event: str
    recipients: tuple[Recipient, ...]
    subject_key: str
    values: Mapping[str, Any]


@dataclass
class InMemoryNotifier:
    """`Notifier` that only remembers."""

    sent: dict[str, Sent] = field(default_factory=dict)

    async def notify(
        self, event: str, recipients: Sequence[Recipient], subject_key: str, values: Mapping[str, Any], request_id: str
    ) -> None:
        self.sent.setdefault(request_id, Sent(event, tuple(recipients), subject_key, dict(values)))


@dataclass
class InMemoryWorkTasks:
    """`WorkTasks` of work that has one open task."""

    assignee: str | None = None
    is_open: bool = True
    due_times: list[datetime | None] = field(default_factory=list)

    async def holder(self, process_instance_key: int) -> str | None:  # noqa: ARG002 -- there is only one
        return self.assignee

    async def pass_on(self, process_instance_key: int, to: str) -> bool:  # noqa: ARG002
        if self.is_open:
            self.assignee = to
        return self.is_open

    async def move_due(self, process_instance_key: int, due_at: datetime | None) -> None:  # noqa: ARG002
        self.due_times.append(due_at)


@dataclass
class InMemoryRoster:
    """`TeamRoster` of fixed teams."""

    teams: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)

    async def candidates(self, team: str) -> Sequence[Candidate]:
        return self.teams.get(team, ())
