"""The beat: what the clock starts, what a queue lost, and what a worker left lying.

Every background process of a fleet has one, and a lease in the database lets one of them act. Its token goes along with each
tick, so that a beat that was paused, and lost its lease meanwhile, is not heard. Celery's own beat knows no other beat.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from celery import Celery
from celery.signals import worker_ready, worker_shutting_down
from kombu.exceptions import KombuError

from services.background_work import Lease, Schedule, TaskBook
from workers.background import BackgroundTask, send_written

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0
# A tick nobody began to run within this time is asked for again.
UNHEARD_SECONDS = 60.0


@dataclass(slots=True)
class Beat:
    app: Celery
    tasks: Sequence[BackgroundTask]
    lease: Lease
    schedule: Schedule
    book: TaskBook
    clock: Callable[[], float] = time.time
    _asked_at: dict[str, float] = field(default_factory=dict)

    def beat(self) -> bool:
        """One turn; False while another beat has the lease."""
        token = self.lease.hold()
        if token is None:
            self._asked_at.clear()
            return False
        self._take_back_what_was_lost()
        send_written(self.app, self.book.to_send())
        self._ask_for_what_is_due(token)
        return True

    def _ask_for_what_is_due(self, token: int) -> None:
        began = {run.name: run.started_at.timestamp() for run in self.schedule.runs()}
        for task in self.tasks:
            every, now = task.every_seconds, self.clock()
            if not every or now - began.get(task.name, 0.0) < every:
                continue
            patience = min(every, UNHEARD_SECONDS)
            if now - self._asked_at.get(task.name, 0.0) < patience:
                continue
            try:
                self.app.send_task(task.name, args=[token], expires=patience, retry=False)
            except (KombuError, OSError) as error:
                log.warning("tick_not_sent", task=task.name, reason=type(error).__name__)
                return
            self._asked_at[task.name] = now

    def _take_back_what_was_lost(self) -> None:
        retries = {task.name: task.retry for task in self.tasks}
        for lost in self.book.lost():
            retry = retries.get(lost.name)
            wait = retry.wait(lost.attempts, lambda: 0.0) if retry else 0.0
            self.book.failed(lost, f"WorkerLost: nothing was heard of {lost.worker}", again_in_seconds=wait)
            log.warning("task_lost", task=lost.name, task_id=lost.task_id, worker=lost.worker)


class BeatThread:
    """Beats beside a Celery worker until it stops."""

    def __init__(self, beat: Beat, seconds: float = BEAT_SECONDS) -> None:
        self._beat, self._seconds = beat, seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def attach(self) -> None:
        """Begin when the worker of this process is ready, and end with it."""
        worker_ready.connect(self._start, weak=False)
        worker_shutting_down.connect(self._stop, weak=False)

    def _start(self, **_signal: object) -> None:
        self._thread.start()

    def _stop(self, **_signal: object) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(self._seconds):
            try:
                self._beat.beat()
            except Exception as error:  # noqa: BLE001 -- the database may be away; a beat that ends would stop the clock
                log.warning("beat_failed", reason=type(error).__name__, detail=str(error)[:200])
        self._beat.lease.release()
