"""/health says that this process lives, /ready whether it can serve, with a reason for each part that cannot."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from api.dependencies import Services

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)
PATIENCE_S = 3.0


@router.get("/health")
async def health() -> Response:
    return JSONResponse({"status": "UP"})


@router.get("/ready")
async def ready(services: Services) -> Response:
    """Each part answers for itself; what failed is named, in words that tell an operator where to look."""
    reasons = {part: await _reason(check) for part, check in services.checks.items()}
    is_ready = not any(reasons.values())
    parts = {part: {"status": "DOWN", "reason": reason} if reason else {"status": "UP"} for part, reason in reasons.items()}
    return JSONResponse({"status": "UP" if is_ready else "DOWN", "parts": parts}, 200 if is_ready else 503)


async def _reason(check: Callable[[], Awaitable[str]]) -> str:
    """Why a part cannot serve, empty when it can."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await check()
    except TimeoutError:
        return f"no answer within {PATIENCE_S:g} s"
