"""/health says that this process lives, /ready whether it can serve, with a reason for each part that cannot."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from api.dependencies import Services

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)
PATIENCE_S = 3.0

type Checks = Mapping[str, Callable[[], Awaitable[str]]]


@router.get("/health")
async def health() -> Response:
    return JSONResponse({"status": "UP"})


@router.get("/ready")
async def ready(services: Services) -> Response:
    """Each part answers for itself, all at once; what failed is named, in words that tell an operator where to look.

    A part that is only slow or late makes nobody unready: taken out of the balance, all web processes would be at once.
    """
    down, late = await asyncio.gather(_reasons(services.checks), _reasons(services.late))
    is_ready = not any(down.values())
    parts = {**_told(down, "DOWN"), **_told(late, "LATE")}
    return JSONResponse({"status": "UP" if is_ready else "DOWN", "parts": parts}, 200 if is_ready else 503)


async def _reasons(checks: Checks) -> Mapping[str, str]:
    return dict(zip(checks, await asyncio.gather(*(_reason(check) for check in checks.values())), strict=True))


async def _reason(check: Callable[[], Awaitable[str]]) -> str:
    """Why a part cannot serve, empty when it can."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await check()
    except TimeoutError:
        return f"no answer within {PATIENCE_S:g} s"


def _told(reasons: Mapping[str, str], status: str) -> dict[str, dict[str, str]]:
    return {part: {"status": status, "reason": reason} if reason else {"status": "UP"} for part, reason in reasons.items()}
