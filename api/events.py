"""Server-sent events at /events: `changed` with the topics of the read models that changed, while somebody listens.

One task asks the read models for all listeners, and only while there are any. A listener says which topics its page shows and
what the page has seen: its own token, or after a lost connection `Last-Event-ID`. So nothing is missed, and a page that is
fresh is not asked for again.

Whoever is told asks for its page anew. Where hundreds listen that would be hundreds of pages in the moment in which one task is
completed, and people who click would wait behind them. So a few are told at once and the others in turn, the longest untold
first: a small team sees everything at once, in a large one a page is some seconds late while much is going on.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Protocol

import msgspec
import structlog
from fastapi import APIRouter, Query, Request
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.dependencies import Services
from history.queries import Changes, InvalidCursor

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)
# A comment this often keeps proxies from closing a quiet connection.
KEEP_ALIVE_S = 15.0
# A browser that lost the connection tries again after this long.
RETRY_MS = 2000
# So many listeners of a process are told at once, and so many a second after that.
TOLD_AT_ONCE = 5
TOLD_A_SECOND = 5.0


class ChangeSource(Protocol):
    """What the read models tell about changes."""

    def changed_since(self, token: str | None) -> Changes: ...


@dataclass(eq=False, slots=True)
class Listener:
    """One open page: the topics it shows (none named: all), and those that changed since it was told."""

    wanted: frozenset[str]
    missed: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def misses(self, topics: frozenset[str]) -> bool:
        """Note what concerns it; whether anything waits to be told."""
        self.missed |= topics & self.wanted if self.wanted else topics
        return bool(self.missed)


@dataclass
class Turns:
    """Who is told when: a few at once, then so many a second, in the order in which they began to wait."""

    at_once: int = TOLD_AT_ONCE
    a_second: float = TOLD_A_SECOND
    _waiting: dict[Listener, None] = field(default_factory=dict)
    _allowed: float = 0.0
    _counted_at: float = float("-inf")

    def wait(self, listener: Listener) -> None:
        self._waiting.setdefault(listener)

    def leave(self, listener: Listener) -> None:
        self._waiting.pop(listener, None)

    def due(self, now: float) -> list[Listener]:
        """Those whose turn has come by `now`, in seconds; they no longer wait."""
        self._allowed = min(self.at_once, self._allowed + (now - self._counted_at) * self.a_second)
        self._counted_at = now
        told = list(self._waiting)[: int(self._allowed)]
        self._allowed -= len(told)
        for listener in told:
            del self._waiting[listener]
        return told


@dataclass
class Broadcaster:
    """Tells every listener of changes."""

    source: ChangeSource
    interval_s: float
    turns: Turns = field(default_factory=Turns)
    _listeners: set[Listener] = field(default_factory=set)
    _task: asyncio.Task[None] | None = None
    _token: str | None = None
    _is_stopping: bool = False

    @property
    def token(self) -> str | None:
        """Everything before it can be read by now; None while nobody listens, and so nobody asks."""
        return self._token

    async def changes(self, token: str | None, wanted: frozenset[str] = frozenset()) -> AsyncIterator[Changes | None]:
        """Changes from a token on, as they come; None now and then when there are none."""
        listener = Listener(wanted)
        # From here on it misses nothing; what it is told twice costs one page.
        self._listeners.add(listener)
        try:
            seen = await self._seen(token)
            self._ask_from(seen.token)
            yield Changes(seen.token, frozenset(seen.topics & wanted if wanted else seen.topics))
            while not self._is_stopping:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        await listener.news.wait()
                except TimeoutError:
                    yield None
                    continue
                listener.news.clear()
                if listener.missed:
                    changes = Changes(self._token or seen.token, frozenset(listener.missed))
                    listener.missed.clear()
                    yield changes
        finally:
            self._leave(listener)

    async def _seen(self, token: str | None) -> Changes:
        """A page that was made a moment ago has seen it all: nobody needs to be asked."""
        if token is not None and token == self._token:
            return Changes(token, frozenset())
        return await self._changed_since(token)

    def stop(self) -> None:
        """End every stream, so that the server can."""
        self._is_stopping = True
        for listener in self._listeners:
            listener.news.set()

    def _ask_from(self, token: str) -> None:
        """The first listener's token is where asking begins: nothing falls between its answer and the first question."""
        if self._task is None or self._task.done():
            self._token = token
            self._task = asyncio.create_task(self._poll())

    def _leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        self.turns.leave(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = self._token = None

    async def _poll(self) -> None:
        while self._listeners:
            try:
                changes = await self._changed_since(self._token)
            except OperationalError as error:
                # A database that is away for a moment ends no stream; pages show what they have.
                log.warning("changes_unknown", reason=type(error).__name__)
            else:
                self._token = changes.token
                self._note(changes.topics)
            for listener in self.turns.due(time.monotonic()):
                listener.news.set()
            await asyncio.sleep(self.interval_s)

    def _note(self, topics: frozenset[str]) -> None:
        for listener in self._listeners:
            if topics and listener.misses(topics):
                self.turns.wait(listener)

    async def _changed_since(self, token: str | None) -> Changes:
        return await run_in_threadpool(self.source.changed_since, token)


@dataclass(frozen=True, slots=True)
class AsOf:
    """Notes for each request what the read models are known to hold when it begins: the page that answers it says so."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})["live_token"] = scope["app"].state.broadcaster.token or ""
        await self.app(scope, receive, send)


@router.get("/events")
async def events(
    request: Request,
    services: Services,
    since: Annotated[str, Query(max_length=4000)] = "",
    topics: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    broadcaster: Broadcaster = request.app.state.broadcaster
    # A browser that comes back has seen more than its page had.
    last_seen: str | None = request.headers.get("last-event-id") or since or None
    if last_seen not in {None, broadcaster.token}:
        try:
            await run_in_threadpool(services.queries.changed_since, last_seen)
        except InvalidCursor:
            last_seen = None
    return StreamingResponse(
        _stream(broadcaster, last_seen, frozenset(filter(None, topics.split(",")))),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(broadcaster: Broadcaster, last_seen: str | None, wanted: frozenset[str]) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    async for changes in broadcaster.changes(last_seen, wanted):
        yield b": quiet\n\n" if changes is None else _event(changes)


def _event(changes: Changes) -> bytes:
    """The first event has no topics when nothing was missed; it tells the browser its token."""
    data = msgspec.json.encode({"topics": sorted(changes.topics)}).decode()
    return f"event: changed\nid: {changes.token}\ndata: {data}\n\n".encode()
