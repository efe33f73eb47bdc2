"""What the workers of this process need of the house: notifications, the user tasks of the work, and who is in a team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Audience(StrEnum):
    PERSON = "person"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person by username, or everybody of a group."""

    audience: Audience
    name: str


class Notifier(Protocol):
    """Tells people. The same `request_id` again tells nobody anything."""

    async def notify(
        self, event: str, recipients: Sequence[Recipient], subject_key: str, values: Mapping[str, Any], request_id: str
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of a team, with how much is on their desk."""

    username: str
    open_tasks: int


class WorkTasks(Protocol):
    """The user tasks beside which the promises are watched: those of the instance that called this process.

    Each call names the instance of the watching process, and may be repeated.
    """

    async def holder(self, process_instance_key: int) -> str | None:
        """Who has the work, None where nobody took it."""
        ...

    async def pass_on(self, process_instance_key: int, to: str) -> bool:
        """Give the work to somebody; False where no task is open any more."""
        ...

    async def move_due(self, process_instance_key: int, due_at: datetime | None) -> None:
        """Show another due date, or none while the clock stands."""
        ...


class TeamRoster(Protocol):
    """Who is in a team."""

    async def candidates(self, team: str) -> Sequence[Candidate]: ...
