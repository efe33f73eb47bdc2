"""The management port: health, metrics and clock as Zeebe's, and what tests and projections need besides.

GET  /ready  /health  /startup  /metrics          (also under /actuator/…, where Zeebe 8.5 has them)
GET  /actuator/clock          POST /actuator/clock/add {"offsetMilli": n}
DELETE /actuator/clock        POST /actuator/clock/pin {"epochMilli": n}
POST /actuator/idle           answers when nothing is left to do at this moment of the engine's clock
GET  /actuator/records?from=POSITION&follow=true   the records after a position, newline-delimited JSON; without `from`
                              all there are; 410 where some of them were dropped
GET  /actuator/records/readers            how far the readers of the log are
PUT  /actuator/records/readers/NAME {"position": n}   a reader needs the records up to there no more; DELETE: it reads no more
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from time import time
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from engine.gateway.job_dispatch import JobDispatch
from engine.gateway.metrics import Metrics
from engine.gateway.ports import ClockNotControlled, Partition
from engine.gateway.problem import Problem, on_http_error, on_problem
from engine.gateway.retention import ReaderRefused
from engine.processing.ports import RecordsDropped

# A clock may go to the year 9999 and no further: dates end there. No position comes so far either.
_LARGEST_NUMBER = 253_402_300_799_999


class ManagementCalls:
    """The endpoints of the management port."""

    def __init__(self, partition: Partition, dispatch: JobDispatch, metrics: Metrics) -> None:
        self._partition = partition
        self._dispatch = dispatch
        self._metrics = metrics
        self.is_ready = False
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Be ready no more, and end what follows the record log."""
        self.is_ready = False
        self._stopping.set()

    async def health(self, _request: Request) -> Response:
        if self.is_ready:
            return JSONResponse({"status": "UP"})
        return JSONResponse({"status": "DOWN"}, status_code=HTTPStatus.SERVICE_UNAVAILABLE)

    async def metrics(self, _request: Request) -> Response:
        return PlainTextResponse(self._metrics.text(), media_type="text/plain; version=0.0.4")

    async def clock(self, _request: Request) -> Response:
        try:
            milliseconds = await self._partition.add_time(0)
        except ClockNotControlled:
            milliseconds = int(time() * 1000)
        return _moment(milliseconds)

    async def add_time(self, request: Request) -> Response:
        offset = await _number(request, "offsetMilli", "Expected to add `offsetMilli` to the clock, but none given")
        return await _changed(self._partition.add_time, offset, "Expected to add time to the clock, but it is immutable")

    async def pin_time(self, request: Request) -> Response:
        moment = await _number(request, "epochMilli", "Expected to pin the clock to `epochMilli`, but none given")
        return await _changed(
            self._partition.pin_time, moment, "Expected to pin the clock to the given time, but it is immutable"
        )

    async def reset_time(self, _request: Request) -> Response:
        try:
            return _moment(await self._partition.reset_time())
        except ClockNotControlled:
            return PlainTextResponse("Expected to reset the clock, but the clock is immutable", HTTPStatus.FORBIDDEN)

    async def idle(self, _request: Request) -> Response:
        await self._partition.idle()
        while self._dispatch.is_asking:
            await self._dispatch.settled()
            await self._partition.idle()
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def records(self, request: Request) -> Response:
        dropped_through = self._partition.dropped_through
        text = request.query_params.get("from", str(dropped_through or -1))
        try:
            position = int(text)
        except ValueError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, f"`from` is a record's position, not {text[:40]!r}") from error
        if max(position, 0) < dropped_through:
            raise Problem(HTTPStatus.GONE, str(RecordsDropped(position, dropped_through)))
        follow = request.query_params.get("follow", "").lower() in {"true", "1", "yes"}
        return StreamingResponse(
            self._until_stopped(self._partition.records(position, follow=follow)),
            media_type="application/x-ndjson",
            headers={"X-Last-Position": str(self._partition.last_position), "X-Dropped-Through": str(dropped_through)},
        )

    async def readers(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "readers": self._partition.readers,
                "droppedThrough": self._partition.dropped_through,
                "lastPosition": self._partition.last_position,
            }
        )

    async def acknowledge(self, request: Request) -> Response:
        position = await _number(request, "position", "Expected the `position` a reader has had, but none given")
        try:
            self._partition.acknowledge(request.path_params["reader"], position)
        except ReaderRefused as refused:
            raise Problem(HTTPStatus.BAD_REQUEST, str(refused)) from refused
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def forget_reader(self, request: Request) -> Response:
        self._partition.forget_reader(request.path_params["reader"])
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _until_stopped(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            while True:
                chunk = asyncio.ensure_future(anext(chunks, None))
                try:
                    await asyncio.wait([chunk, stopping], return_when=asyncio.FIRST_COMPLETED)
                finally:
                    if not chunk.done():
                        chunk.cancel()
                if not chunk.done() or (lines := chunk.result()) is None:
                    return
                yield lines
        finally:
            stopping.cancel()


async def _number(request: Request, name: str, missing: str) -> int:
    """A whole number from a small JSON object, or the problem that there is none."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > 1024:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 1024 bytes.")
    try:
        given = msgspec.json.decode(bytes(content) or b"{}", type=dict[str, Any]).get(name)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"Failed to read HTTP message: {error}") from error
    if type(given) is not int or abs(given) > _LARGEST_NUMBER:
        raise Problem(HTTPStatus.BAD_REQUEST, missing)
    return given


async def _changed(change: Callable[[int], Awaitable[int]], by: int, refused: str) -> Response:
    try:
        return _moment(await change(by))
    except ClockNotControlled:
        return PlainTextResponse(refused, HTTPStatus.FORBIDDEN)


def _moment(milliseconds: int) -> Response:
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    return JSONResponse({"epochMilli": milliseconds, "instant": instant.replace("+00:00", "Z")})


def management_app(calls: ManagementCalls) -> Starlette:
    """The server of the management port."""
    health = (
        "/ready",
        "/health",
        "/startup",
        *(f"/actuator/health{part}" for part in ("", "/readiness", "/liveness", "/status", "/startup")),
    )
    routes = [
        *(Route(path, calls.health, methods=["GET"]) for path in health),
        *(Route(path, calls.metrics, methods=["GET"]) for path in ("/metrics", "/actuator/prometheus")),
        Route("/actuator/clock", calls.clock, methods=["GET"]),
        Route("/actuator/clock", calls.reset_time, methods=["DELETE"]),
        Route("/actuator/clock/add", calls.add_time, methods=["POST"]),
        Route("/actuator/clock/pin", calls.pin_time, methods=["POST"]),
        Route("/actuator/idle", calls.idle, methods=["POST"]),
        Route("/actuator/records", calls.records, methods=["GET"]),
        Route("/actuator/records/readers", calls.readers, methods=["GET"]),
        Route("/actuator/records/readers/{reader}", calls.acknowledge, methods=["PUT"]),
        Route("/actuator/records/readers/{reader}", calls.forget_reader, methods=["DELETE"]),
    ]
    return Starlette(routes=routes, exception_handlers={Problem: on_problem, HTTPException: on_http_error})
