"""Why a part that must answer does not; an empty text when it does."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from history.queries import Queries
from zeebe.client import ZeebeClient
from zeebe.errors import ZeebeError
from zeebe.record_source import RecordSource

# How long a check of readiness waits for the gateway.
READY_SECONDS = 2
# Read models may be so far behind before it is worth a word: records, and seconds that the first of them has waited.
LAG_RECORDS = 10_000
LAG_SECONDS = 30.0


def why_no_database(engine: Engine) -> str:
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return f"the database does not answer: {type(error).__name__}"
    return ""


async def why_no_gateway(client: ZeebeClient) -> str:
    try:
        async with asyncio.timeout(READY_SECONDS):
            topology = await client.topology()
    except TimeoutError:
        return f"the Zeebe gateway at {client.address} does not answer within {READY_SECONDS} s"
    except ZeebeError as error:
        return f"the Zeebe gateway at {client.address} does not answer: {error}"
    return "" if topology.is_healthy else f"the Zeebe gateway at {client.address} has a partition without a healthy leader"


async def why_behind(source: RecordSource, queries: Queries) -> str:
    """How far read models are behind the engine's records, where that is worth a word."""
    try:
        last = await source.last_positions()
        projected = await run_in_threadpool(queries.positions)
        until = await run_in_threadpool(queries.projected_until)
    except (ZeebeError, SQLAlchemyError) as error:
        return f"nobody can say how far read models are: {type(error).__name__}"
    behind = sum(max(0, position - projected.get(partition_id, -1)) for partition_id, position in last.items())
    seconds = 0.0 if until is None else max(0.0, (datetime.now(UTC) - until).total_seconds())
    if not behind or (behind <= LAG_RECORDS and seconds <= LAG_SECONDS):
        return ""
    return (
        f"read models are {behind:,} records behind; the newest they hold is {seconds:,.0f} s old: is the projection running?"
    )
