"""From the engine's record log into the read models, and the word back that records are needed no more."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bootstrap.connections import record_source
from bootstrap.element_spans import element_teller
from history.database import open_engine
from history.projection_loop import run as run_projection
from history.projector import Projector
from settings import Settings
from zeebe.errors import ZeebeError
from zeebe.record_source import EmbeddedRecordSource, RecordSource

log = structlog.get_logger(__name__)

# The name under which the gateway knows the projection.
READER = "history"
ACKNOWLEDGE_SECONDS = 30.0


async def project_records(
    settings: Settings,
    *,
    acknowledge_seconds: float = ACKNOWLEDGE_SECONDS,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Keep the read models up to date until cancelled, and let the gateway know how far they are."""
    # Its commits need no disk sync: after a power failure it continues from the position that is there.
    engine = open_engine(settings.sql_url, durable=False)
    durable = open_engine(settings.sql_url, durable=True)
    source = record_source(settings, engine)
    acknowledging = asyncio.create_task(_acknowledge(source, Projector(durable), acknowledge_seconds))
    try:
        on_batch = element_teller(engine, is_embedded=settings.is_embedded)
        await run_projection(source, Projector(engine), on_progress=on_progress, on_batch=on_batch)
    finally:
        acknowledging.cancel()
        with suppress(asyncio.CancelledError):
            await acknowledging
        engine.dispose()
        durable.dispose()


async def _acknowledge(source: RecordSource, projector: Projector, seconds: float) -> None:
    """Only what would survive a power failure here may be dropped there; a cluster's records lie in this very database."""
    if not isinstance(source, EmbeddedRecordSource):
        return
    said = -1
    while True:
        await asyncio.sleep(seconds)
        try:
            if await asyncio.to_thread(projector.position) == said:
                continue
            position = await asyncio.to_thread(projector.secure)
            await source.acknowledge(READER, position)
            said = position
        except (ZeebeError, SQLAlchemyError) as error:
            # The gateway keeps its records meanwhile, and the next round says it again.
            log.warning("records_not_acknowledged", reason=str(error))
