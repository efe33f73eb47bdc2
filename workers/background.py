"""Background tasks: what happens by the clock or beside a request, run by Celery.

A task is sent by name and with ids only, after the commit of what it is about; it may run twice and must do its work once. The
embedded broker is a pair of folders, enough for one machine; Redis takes its place by setting.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from celery import Celery
from kombu.exceptions import KombuError

log = structlog.get_logger(__name__)

# With kombu's default of one second a task would wait that long.
FOLDER_POLLING_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class BackgroundTask:
    """A task, called with the ids it was sent with, and, if the clock starts it, every how many seconds."""

    name: str
    run: Callable[..., object]
    every_seconds: float | None = None


def background_app(tasks: list[BackgroundTask], *, folder: Path, redis_url: str | None) -> Celery:
    """The Celery application; `folder` holds the embedded broker and the beat's memory."""
    folder.mkdir(parents=True, exist_ok=True)
    app = Celery("penstock")
    app.conf.update(
        **_broker(folder, redis_url),
        task_ignore_result=True,
        # A task is gone from the queue only when it is done; killed in between, it runs again.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        beat_schedule_filename=str(folder / "beat"),
        beat_max_loop_interval=5,
        worker_hijack_root_logger=False,
        timezone="UTC",
        beat_schedule={
            task.name: {"task": task.name, "schedule": task.every_seconds, "options": {"expires": task.every_seconds * 2}}
            for task in tasks
            if task.every_seconds
        },
    )
    for task in tasks:
        app.task(name=task.name)(_with_ids(task.run))
    return app


def sender(app: Celery, task_name: str) -> Callable[[str], None]:
    """Sends a task by its name and an id. Where the broker is away it says so in the log: the clock finds what was missed."""

    def send(subject_id: str) -> None:
        try:
            app.send_task(task_name, args=[subject_id], retry=False)
        except (KombuError, OSError) as error:
            log.warning("task_not_sent", task=task_name, id=subject_id, reason=type(error).__name__)

    return send


def _with_ids(run: Callable[..., object]) -> Callable[..., None]:
    def call(*ids: str) -> None:
        run(*ids)

    return call


def _broker(folder: Path, redis_url: str | None) -> Mapping[str, Any]:
    if redis_url:
        return {"broker_url": redis_url, "broker_transport_options": {"visibility_timeout": 600}}
    queue, control = folder / "queue", folder / "control"
    for place in (queue, control):
        place.mkdir(exist_ok=True)
    return {
        "broker_url": "filesystem://",
        "broker_transport_options": {
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "control_folder": str(control),
            "polling_interval": FOLDER_POLLING_SECONDS,
        },
    }
