"""Why a part that must answer does not; an empty text when it does."""

import asyncio

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from zeebe.client import ZeebeClient
from zeebe.errors import ZeebeError

# How long a check of readiness waits for the gateway.
READY_SECONDS = 2


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
