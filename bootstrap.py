"""The only module that knows which adapter stands behind which port.

Each function builds one part from the settings; nothing here is kept, so a process builds just what it needs.
"""

import asyncio
from pathlib import Path

from sqlalchemy import Engine, create_engine, event

from services.classification import Classifier, InvalidModel, load_model, save_model, train
from services.crm import SqlTicketDesk, TicketDesk
from services.crm.sample_tickets import training_examples
from settings import Settings
from workers.background import BackgroundTask
from workers.main import job_workers
from zeebe.client import ZeebeClient
from zeebe.job import JobWorker
from zeebe.publisher import ZeebeMessagePublisher

# Another process may hold SQLite's one write lock; a moment's patience beats an error.
SQLITE_PATIENCE_SECONDS = 30
OUTBOX_SECONDS = 5


def sql_engine(settings: Settings) -> Engine:
    """Connections to the read models and business tables."""
    url = settings.sql_url
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": SQLITE_PATIENCE_SECONDS})

    @event.listens_for(engine, "connect")
    def _prepare(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- SQLAlchemy's hook
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    return engine


def zeebe_client(settings: Settings) -> ZeebeClient:
    """The gateway's commands; needs a running event loop."""
    return ZeebeClient(settings.gateway_address, settings.gateway_rest_url)


def ticket_desk(engine: Engine) -> TicketDesk:
    return SqlTicketDesk(engine)


def classifier_path(settings: Settings) -> Path:
    return settings.data_dir / "classifier.npz"


def classifier(settings: Settings) -> Classifier:
    """The trained model; where there is none yet, one trained on the shipped samples."""
    path = classifier_path(settings)
    if not path.exists():
        save_model(train(*training_examples(), name="samples"), path)
    return load_model(path)


def workers(settings: Settings, engine: Engine) -> list[JobWorker]:
    return job_workers(ticket_desk(engine), classifier(settings))


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """What Celery runs."""

    def announce_tickets() -> int:
        return asyncio.run(_announce_tickets(settings))

    return [BackgroundTask("tickets.announce", announce_tickets, every_seconds=OUTBOX_SECONDS)]


async def _announce_tickets(settings: Settings) -> int:
    engine = sql_engine(settings)
    try:
        async with zeebe_client(settings) as client:
            return await ticket_desk(engine).publish_pending(ZeebeMessagePublisher(client))
    finally:
        engine.dispose()


__all__ = [
    "InvalidModel",
    "background_tasks",
    "classifier",
    "classifier_path",
    "sql_engine",
    "ticket_desk",
    "workers",
    "zeebe_client",
]
