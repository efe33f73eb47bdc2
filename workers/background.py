"""Background tasks: what happens by the clock or beside a request, run by Celery.

Whoever wants a task writes it into the book first, after the commit of what it is about, with an id only (`sender`). The queue
carries the book's id; a worker claims it there, so a message that is lost is sent again and one that comes twice does nothing.
The embedded broker is a pair of folders, enough for one machine; Redis takes its place by setting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from celery import Celery, current_task
from kombu.exceptions import KombuError

from services import tracing
from services.background_work import TaskBook
from workers.background_broker import folder_broker, redis_broker

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a task is tried and how long it waits in between; each wait is drawn from its upper half."""

    attempts: int = 6
    first_seconds: float = 5.0
    factor: float = 3.0
    longest_seconds: float = 900.0

    def wait(self, attempt: int, draw: Callable[[], float]) -> float | None:
        """Seconds before the next attempt, None after the last; `draw` gives numbers from 0 to 1."""
        if attempt >= self.attempts:
            return None
        longest = min(self.first_seconds * self.factor ** (attempt - 1), self.longest_seconds)
        return longest * (0.5 + draw() / 2)


@dataclass(frozen=True, slots=True)
class BackgroundTask:
    """A task, called with the id it was sent with and its tenant; if the clock starts it, with neither, every so many seconds.

    It may run twice and must do its work once. One that the clock starts is not tried again: its next time comes.
    """

    name: str
    run: Callable[..., object]
    every_seconds: float | None = None
    retry: Retry = field(default_factory=Retry)


def background_app(*, folder: Path, redis_url: str | None) -> Celery:
    """The Celery application without tasks, as whoever only sends needs it; `folder` holds the embedded broker."""
    app = Celery("penstock")
    app.conf.update(
        **(redis_broker(redis_url) if redis_url else folder_broker(folder)),
        task_ignore_result=True,
        # A message is gone from the queue only when its task is done; killed in between, it is given out again.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # A worker waits for its broker for ever when it starts. One that loses it ends what it does and then itself, and is
        # started anew by who supervises it: reconnected, Celery may hold acknowledgements back and take nothing more.
        broker_connection_retry=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        # Our log lines go to standard output as they are: Celery would wrap each in a warning of its own.
        worker_redirect_stdouts=False,
        timezone="UTC",
    )
    return app


def sender(app: Celery, book: TaskBook, task_name: str) -> Callable[[str], None]:
    """Writes a task down and sends it. Where the broker is away the log says so, and the beat sends it when it is back."""

    def send(subject_id: str) -> None:
        send_written(app, [(book.add(task_name, subject_id), task_name)])

    return send


def send_written(app: Celery, tasks: Sequence[tuple[str, str]]) -> int:
    """Hand ids and names of written tasks to the queue; returns how many it took."""
    for sent, (task_id, task_name) in enumerate(tasks):
        try:
            app.send_task(task_name, args=[task_id], retry=False, headers=dict(tracing.variables()))
        except (KombuError, OSError) as error:
            log.warning("tasks_not_sent", count=len(tasks) - sent, task=task_name, reason=type(error).__name__)
            return sent
    return len(tasks)


def sent_from() -> str:
    """In which trace the task that runs here was sent; empty where none is known: what a beat sends again was not."""
    found = getattr(getattr(current_task, "request", None), tracing.VARIABLE, "")
    return found if isinstance(found, str) else ""
