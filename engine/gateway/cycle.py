"""What the pump carries from a command to its answer."""

import asyncio
from dataclasses import dataclass, field

from engine.processing.commands import Answer, Command, CommandRejected, RejectionType
from engine.processing.ports import Batch


@dataclass(slots=True)
class Waiting:
    """A command, who waits for it, and what came of it."""

    command: Command
    answered: asyncio.Future[Answer]
    answer: Answer | None = None
    rejected: CommandRejected | None = None
    # Set where the client also waits for the end of the instance it creates.
    request_id: int = 0

    def reject(self, rejection_type: RejectionType, reason: str) -> None:
        """Answer that it was refused, if nothing was answered before."""
        if not self.answered.done():
            self.answered.set_exception(CommandRejected(rejection_type, reason))


@dataclass(slots=True)
class Cycle:
    """What was processed for one commit."""

    batch: Batch
    answered: list[Waiting] = field(default_factory=list)
    results: dict[int, Answer] = field(default_factory=dict)
