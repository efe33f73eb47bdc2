"""The book of background tasks and what stands on it: whoever sends, the Celery worker with its beat, and the page."""

import os
import socket
import uuid
from collections.abc import Callable

import redis
from celery import Celery
from sqlalchemy import Engine

from api.background_desk import BackgroundDesk, QueueState
from bootstrap.connections import open_database, sql_engine
from history.database import for_tenant
from services.background_work import SqlLease, SqlSchedule, SqlTaskBook
from services.identity import DEFAULT_TENANT
from settings import Settings
from workers.background import BackgroundTask, background_app, sender
from workers.background_beat import Beat, BeatThread
from workers.background_running import TaskRunner

TIDY_SECONDS = 3600
# Tasks that were done can be looked at for so long.
KEPT_DAYS = 7
# Celery's name of it, as the list in Redis is called.
QUEUE = "celery"


def task_sender(settings: Settings, engine: Engine, task_name: str, tenant_id: str = DEFAULT_TENANT) -> Callable[[str], None]:
    """Sends one kind of a tenant's tasks by an id; call it after the commit of what the id stands for."""
    return sender(_app(settings), SqlTaskBook(engine, tenant_id=tenant_id), task_name)


def celery_worker(settings: Settings, tasks: list[BackgroundTask]) -> Celery:
    """The application that runs the tasks; its beat begins with the worker."""
    engine, app = sql_engine(settings), _app(settings)
    # Runs by the clock are done again: their marks need not wait for the disk.
    marks = sql_engine(settings.model_copy(update={"engine_sync": "NORMAL"}))
    book, schedule = SqlTaskBook(engine, tenant_id=None), SqlSchedule(marks)
    TaskRunner(book, schedule, around=for_tenant).register(app, tasks)
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    BeatThread(Beat(app, tasks, SqlLease(marks, "beat", holder), schedule, book)).attach()
    return app


def background_desk(
    settings: Settings, engine: Engine, tasks: list[BackgroundTask], tenant_id: str = DEFAULT_TENANT
) -> BackgroundDesk:
    """What the page of background work stands on: a tenant's own tasks.

    Clock and queue serve all tenants: who runs the installation sees them, and that is the default tenant's operator.
    """
    book, schedule = SqlTaskBook(engine, tenant_id=tenant_id), SqlSchedule(engine)
    if tenant_id != DEFAULT_TENANT:
        return BackgroundDesk(book, schedule, lambda: None, {})
    by_the_clock = {task.name: task.every_seconds for task in tasks if task.every_seconds}
    return BackgroundDesk(book, schedule, lambda: queue_state(settings), by_the_clock)


def queue_state(settings: Settings) -> QueueState:
    """How many messages wait in the queue that the settings name."""
    if not settings.redis_url:
        folder = settings.data_dir / "background" / "queue"
        return QueueState("folders", sum(1 for _file in folder.glob("*.msg")))
    try:
        with redis.Redis.from_url(settings.redis_url, socket_timeout=1, socket_connect_timeout=1) as client:
            return QueueState("redis", int(client.llen(QUEUE)))
    except redis.RedisError:
        return QueueState("redis", None)


def why_no_queue(settings: Settings) -> str:
    """Nothing is lost without it: tasks are written down."""
    if queue_state(settings).depth is not None:
        return ""
    return "Redis does not answer: background tasks are written down and wait for it"


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def forget_done() -> int:
        with open_database(settings) as engine:
            return SqlTaskBook(engine, tenant_id=None).forget_done(older_than_days=KEPT_DAYS)

    return [BackgroundTask("background.forget_done", forget_done, every_seconds=TIDY_SECONDS)]


def _app(settings: Settings) -> Celery:
    return background_app(folder=settings.data_dir / "background", redis_url=settings.redis_url)
