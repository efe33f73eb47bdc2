"""The only module that knows which adapter stands behind which port.

Each function builds one part from the settings; nothing here is kept, so a process builds just what it needs.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

import migrations
from history.database import open_engine
from history.projection_loop import run as run_projection
from history.projector import Projector
from services.classification import Classifier, InvalidModel, load_model, save_model, train
from services.crm import SqlTicketDesk, TicketDesk
from services.crm.sample_tickets import training_examples
from services.identity.local import LocalIdentities
from settings import Settings
from workers.background import BackgroundTask
from workers.main import job_workers
from zeebe.answers import Deployment
from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient
from zeebe.deployment import deploy_files
from zeebe.job import JobWorker
from zeebe.publisher import ZeebeMessagePublisher
from zeebe.record_source import EmbeddedRecordSource

OUTBOX_SECONDS = 5


def sql_engine(settings: Settings) -> Engine:
    """Connections to the read models and business tables."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return open_engine(settings.sql_url, durable=settings.engine_sync == "FULL")


def upgrade_database(settings: Settings) -> None:
    """Create the tables, or bring those of an earlier version to this one's."""
    engine = sql_engine(settings)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()


def ensure_administrator(settings: Settings) -> str | None:
    """The password of the first administrator where there was no account yet, else None."""
    engine = sql_engine(settings)
    try:
        return LocalIdentities(engine).make_first_administrator()
    finally:
        engine.dispose()


def record_source(settings: Settings) -> EmbeddedRecordSource:
    """The engine's record stream."""
    return EmbeddedRecordSource(settings.gateway_management_url)


async def project_records(settings: Settings) -> None:
    """Keep the read models up to date until cancelled."""
    # Its commits need no disk sync: after a power failure it continues from the position that is there.
    engine = open_engine(settings.sql_url, durable=False)
    try:
        await run_projection(record_source(settings), Projector(engine))
    finally:
        engine.dispose()


def zeebe_client(settings: Settings, *, patience_seconds: float = 30.0) -> ZeebeClient:
    """The gateway's commands, tried again for so long while it is busy or away; needs a running event loop."""
    retry = RetryPolicy(seconds=patience_seconds)
    return ZeebeClient(settings.gateway_address, settings.gateway_rest_url, retry=retry)


async def deploy(settings: Settings, files: Sequence[Path]) -> list[Deployment]:
    """Hand model files to the gateway."""
    async with zeebe_client(settings) as client:
        return [deployment async for _count, deployment in deploy_files(client, files)]


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
    "deploy",
    "sql_engine",
    "ticket_desk",
    "workers",
    "zeebe_client",
]
