"""Putting a file on the disk without waiting for it: the kernel does it, and the event loop goes on meanwhile.

Asked for through Linux's asynchronous input and output (io_submit(2), `IOCB_CMD_FDSYNC`), which tells of its end by a file
descriptor that the event loop watches. A thread that calls fdatasync(2) would have to win Python's lock back from a busy loop.
"""

import asyncio
import os
from pathlib import Path

from engine.processing.ports import StoreLost


class FileFlush:
    """Flushes one file, one flush at a time."""

    def __init__(self, path: Path) -> None:
        """Open a file, within the event loop that will wait for it.

        Raises:
            OSError: the file cannot be opened, or this machine knows no such flush.
        """
        try:
            from caio.linux_aio import Context, Operation  # noqa: PLC0415 - on Linux alone, and a tenth of a second to load
        except ImportError as error:
            raise OSError(f"no asynchronous flush on this machine: {error}") from error
        self._make = Operation.fdsync
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._kernel = Context(max_requests=1)
        except Exception as error:
            os.close(self._file)
            raise OSError(f"no asynchronous flush on this machine: {error}") from error
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._kernel.fileno, self._collect)
        self._flushed: asyncio.Future[None] | None = None

    async def flush(self) -> None:
        """Return when all that was written to the file so far is on the disk.

        Raises:
            StoreLost: the disk did not take it.
        """
        operation = self._make(self._file)
        self._flushed = self._loop.create_future()
        operation.set_callback(self._told)
        try:
            self._kernel.submit(operation)
            await self._flushed
            # Raises where the kernel ended it with an error.
            operation.get_value()
        except Exception as error:
            raise StoreLost(f"what was committed did not reach the disk: {error}") from error

    def _collect(self) -> None:
        try:
            self._kernel.poll()
        except BlockingIOError:
            return
        self._kernel.process_events()

    def _told(self, _result: int) -> None:
        if self._flushed is not None and not self._flushed.done():
            self._flushed.set_result(None)

    def close(self) -> None:
        """Let the file go."""
        self._loop.remove_reader(self._kernel.fileno)
        os.close(self._file)
