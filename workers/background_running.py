"""Running background tasks: claimed in the book, renewed while they run, put off or laid aside when they fail."""

import os
import random
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import structlog
from celery import Celery

from services.background_work import QueuedTask, Schedule, TaskBook
from workers.background import BackgroundTask

log = structlog.get_logger(__name__)

# A third of how long a claim lasts: two renewals may fail.
RENEW_SECONDS = 20.0


def worker_name() -> str:
    """Which machine, process and thread."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.current_thread().name}"[:200]


@dataclass(frozen=True, slots=True)
class TaskRunner:
    """`around` stands around each task that was sent, by whose it is."""

    book: TaskBook
    schedule: Schedule
    renew_seconds: float = RENEW_SECONDS
    draw: Callable[[], float] = random.random
    around: Callable[[str], AbstractContextManager[object]] = nullcontext

    def register(self, app: Celery, tasks: Sequence[BackgroundTask]) -> None:
        """Let the application run these tasks."""
        for task in tasks:
            app.task(name=task.name)(self._by_the_clock(task) if task.every_seconds else self._by_id(task))

    def _by_id(self, task: BackgroundTask) -> Callable[[str], None]:
        def call(task_id: str) -> None:
            self.run(task, task_id)

        return call

    def _by_the_clock(self, task: BackgroundTask) -> Callable[[int], None]:
        def call(token: int) -> None:
            self.tick(task, token)

        return call

    def run(self, task: BackgroundTask, task_id: str) -> None:
        """Do a task that was written down, unless it is done or another does it."""
        claimed = self.book.claim(task_id, worker_name())
        if claimed is None:
            log.info("task_not_claimed", task=task.name, task_id=task_id)
            return
        try:
            with _renewing(lambda: self.book.renew(claimed), self.renew_seconds), self.around(claimed.tenant_id):
                task.run(claimed.subject_id, claimed.tenant_id)
        except Exception as error:  # noqa: BLE001 -- whatever a task raises is its failure, told in the book
            self._failed(task, claimed, error)
        else:
            self.book.done(claimed)

    def tick(self, task: BackgroundTask, token: int) -> None:
        """Do what the clock asked for, unless it is being done or was just now."""
        gap = (task.every_seconds or 0) / 2
        number = self.schedule.begin(task.name, token=token, worker=worker_name(), gap_seconds=gap)
        if number is None:
            log.info("tick_not_claimed", task=task.name, token=token)
            return
        problem = ""
        try:
            with _renewing(lambda: self.schedule.renew(task.name, number), self.renew_seconds):
                task.run()
        except Exception as error:
            problem = told(error)
            log.exception("task_failed", task=task.name)
        self.schedule.end(task.name, number, problem)

    def _failed(self, task: BackgroundTask, claimed: QueuedTask, error: Exception) -> None:
        wait = task.retry.wait(claimed.attempts, self.draw)
        self.book.failed(claimed, told(error), again_in_seconds=wait)
        keys = {"task": task.name, "task_id": claimed.task_id, "attempt": claimed.attempts}
        log.error("task_dead" if wait is None else "task_put_off", **keys, exc_info=error)


def told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


@contextmanager
def _renewing(renew: Callable[[], object], seconds: float) -> Iterator[None]:
    """Renew a claim beside what the block does."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(seconds):
            try:
                renew()
            except Exception as error:  # noqa: BLE001 -- a database that is away for a moment; the next renewal may succeed
                log.warning("claim_not_renewed", reason=type(error).__name__)

    thread = threading.Thread(target=keep, name="renewing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
