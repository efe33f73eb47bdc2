"""One wait for the disk for many: what job workers wrote survives a power failure before the engine hears that they are done.

SQLite lets one write at a time, and who writes waits for the disk before the next may begin: on a slow disk that, and nothing
else, says how many tickets a second there are. On connections of `quick_database` a commit does not wait for the disk, so the
next writer begins at once; a worker that is `Secured` waits before its job is completed, together with all others that wait at
that moment. The log of the database is one file: what reaches the disk takes everything before it along.

Only for work that ends with its job and would be done again with it. What goes out of the house must be on disk before.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from history.database import open_engine
from services.llm import MODELS, Answered, Ask, LlmGateway, NobodyAnswered
from settings import Settings
from zeebe.job import Job, JobWorker, Variables


@dataclass
class SharedSync:
    """Calls `sync` for all who asked before it began; who asks while it runs waits for the next one."""

    sync: Callable[[], None]
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)
    _running: asyncio.Task[None] | None = None

    async def __call__(self) -> None:
        """Raises what `sync` raises."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        await mine

    async def _run(self) -> None:
        while self._waiting:
            served, self._waiting = self._waiting, []
            [failed] = await asyncio.gather(asyncio.to_thread(self.sync), return_exceptions=True)
            for each in served:
                if each.done():
                    continue
                if isinstance(failed, BaseException):
                    each.set_exception(failed)
                else:
                    each.set_result(None)


@dataclass(frozen=True)
class Secured:
    """A worker whose writes are on disk before its outcome is told."""

    worker: JobWorker
    secure: Callable[[], Awaitable[None]]

    @property
    def job_type(self) -> str:
        return self.worker.job_type

    async def __call__(self, job: Job) -> Variables:
        try:
            return await self.worker(job)
        finally:
            await self.secure()


@dataclass(frozen=True, slots=True)
class SecuredGateway:
    """`LlmGateway` whose calls are on disk before their answer is told; who asked no model does not wait."""

    gateway: LlmGateway
    secure: Callable[[], Awaitable[None]]

    async def ask[Answer: BaseModel](self, ask: Ask[Answer]) -> Answered[Answer]:
        wrote = True
        try:
            return await self.gateway.ask(ask)
        except NobodyAnswered as error:
            wrote = not MODELS.isdisjoint(error.steps)
            raise
        finally:
            if wrote:
                await self.secure()


@dataclass(frozen=True, slots=True)
class QuickDatabase:
    """Connections that do not wait for the disk, and what waits for it."""

    engine: Engine
    secure: SharedSync


@contextmanager
def quick_database(settings: Settings) -> Iterator[QuickDatabase | None]:
    """For the time of a block; None on PostgreSQL, and where no commit waits for the disk anyway."""
    url = make_url(settings.sql_url)
    if not url.drivername.startswith("sqlite") or not url.database or settings.engine_sync != "FULL":
        yield None
        return
    engine = open_engine(settings.sql_url, durable=False)
    log_of_database = Path(f"{url.database}-wal")
    try:
        yield QuickDatabase(engine, SharedSync(lambda: sync_file(log_of_database)))
    finally:
        engine.dispose()


def sync_file(path: Path) -> None:
    """Bring a file to the disk, whoever wrote to it; a log that is gone was brought there before. Raises `OSError`."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
