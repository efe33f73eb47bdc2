"""Telling the engine at once what was saved. What it does not take now, the background process tells it later."""

import asyncio
from collections.abc import Awaitable

import structlog

from zeebe.errors import ZeebeError

log = structlog.get_logger(__name__)

# A page must not wait for an engine that is away.
ANNOUNCE_SECONDS = 2.0


async def announce_now(announcing: Awaitable[object], what: str) -> None:
    """Await the announcing of what waits, so long as the engine answers soon."""
    try:
        async with asyncio.timeout(ANNOUNCE_SECONDS):
            await announcing
    except (ZeebeError, TimeoutError) as error:
        log.warning("announced_later", what=what, reason=str(error) or type(error).__name__)
