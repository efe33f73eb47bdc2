"""Server-sent events at /events: `changed` with the topics of the read models that changed, while somebody listens.

One task asks the read models for all listeners of a tenant, and only while there are any. A listener that comes back tells by
`Last-Event-ID` what it has seen, so nothing is missed between two connections.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
import structlog
from fastapi import APIRouter, Request
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.dependencies import Services
from history.queries import Changes, InvalidCursor

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)
# A comment this often keeps proxies from closing a quiet connection.
KEEP_ALIVE_S = 15.0
# A browser that lost the connection tries again after this long.
RETRY_MS = 2000


class ChangeSource(Protocol):
    """What the read models tell about changes."""

    def changed_since(self, token: str | None) -> Changes: ...


@dataclass
class Broadcaster:
    """Tells every listener of changes."""

    source: ChangeSource
    interval_s: float
    _listeners: set[asyncio.Event] = field(default_factory=set)
    _task: asyncio.Task[None] | None = None
    _is_stopping: bool = False

    async def changes(self, token: str | None) -> AsyncIterator[Changes | None]:
        """Changes from a token on, as they come; None now and then when there are none."""
        news = asyncio.Event()
        self._listeners.add(news)
        try:
            seen = await self._changed_since(token)
            self._ask_from(seen.token)
            yield seen
            while not self._is_stopping:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        await news.wait()
                except TimeoutError:
                    yield None
                    continue
                news.clear()
                seen = await self._changed_since(seen.token)
                if seen.topics:
                    yield seen
        finally:
            self._leave(news)

    def stop(self) -> None:
        """End every stream, so that the server can."""
        self._is_stopping = True
        for news in self._listeners:
            news.set()

    def _ask_from(self, token: str) -> None:
        """The first listener's token is where asking begins: nothing falls between its answer and the first question."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll(token))

    def _leave(self, news: asyncio.Event) -> None:
        self._listeners.discard(news)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _poll(self, token: str) -> None:
        while self._listeners:
            try:
                changes = await self._changed_since(token)
            except OperationalError as error:
                # A database that is away for a moment ends no stream; pages show what they have.
                log.warning("changes_unknown", reason=type(error).__name__)
            else:
                token = changes.token
                if changes.topics:
                    for news in self._listeners:
                        news.set()
            await asyncio.sleep(self.interval_s)

    async def _changed_since(self, token: str | None) -> Changes:
        return await run_in_threadpool(self.source.changed_since, token)


@router.get("/events")
async def events(request: Request, services: Services) -> Response:
    broadcaster: Broadcaster = request.app.state.broadcaster
    last_seen = request.headers.get("last-event-id")
    try:
        await run_in_threadpool(services.queries.changed_since, last_seen)
    except InvalidCursor:
        last_seen = None
    return StreamingResponse(
        _stream(broadcaster, last_seen),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(broadcaster: Broadcaster, last_seen: str | None) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    async for changes in broadcaster.changes(last_seen):
        yield b": quiet\n\n" if changes is None else _event(changes)


def _event(changes: Changes) -> bytes:
    """The first event has no topics when nothing was missed; it tells the browser its token."""
    data = msgspec.json.encode({"topics": sorted(changes.topics)}).decode()
    return f"event: changed\nid: {changes.token}\ndata: {data}\n\n".encode()
