"""What the servers need of the engine behind them."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from engine.processing.commands import Answer, Command


class Partition(Protocol):
    """One durable, single-writer engine.

    `engine.gateway.partition.DurablePartition` is the one that serves; all methods are called on its event loop.
    """

    async def submit(self, command: Command) -> Answer:
        """Process a command and answer once its effects are durable.

        Raises:
            CommandRejected: the command was refused; nothing of it took effect.
        """
        ...

    def on_jobs_available(self, listener: Callable[[str, Sequence[int]], None]) -> Callable[[], None]:
        """Call `listener(job_type, job_keys)` whenever jobs of a type may have become activatable; returns the unsubscriber."""
        ...

    async def idle(self) -> None:
        """Return when nothing is left to do at this moment of the engine's clock."""
        ...

    def records(self, after_position: int, *, follow: bool = False) -> AsyncIterator[bytes]:
        """Committed records after a position, as chunks of newline-delimited JSON; `follow` waits for more.

        Raises:
            RecordsDropped: some of them are not kept any more.
        """
        ...

    @property
    def last_position(self) -> int:
        """The position of the newest committed record, -1 when there is none."""
        ...

    @property
    def dropped_through(self) -> int:
        """Records up to this position are not kept any more, 0 when all are."""
        ...

    @property
    def readers(self) -> dict[str, int]:
        """How far the readers of the record log are, by name."""
        ...

    def acknowledge(self, reader: str, position: int) -> None:
        """A reader has committed what it made of the records up to a position, and needs them no more.

        Raises:
            ReaderRefused: the name or the position is impossible.
        """
        ...

    def forget_reader(self, reader: str) -> None:
        """A reader reads no more: records need not be kept for it."""
        ...

    async def add_time(self, milliseconds: int) -> int:
        """Move a controlled clock forward, let due work happen, and return the clock's milliseconds since 1970.

        Raises:
            ClockNotControlled: the engine runs on the system's clock.
        """
        ...

    async def pin_time(self, epoch_milliseconds: int) -> int:
        """Stop a controlled clock at a moment."""
        ...

    async def reset_time(self) -> int:
        """Return a controlled clock to the system's time."""
        ...


class ClockNotControlled(Exception):
    """The engine was not started with `--clock controlled`."""
