"""Any system with a plain JSON interface: GET and PATCH of one record, with an idempotency key and, where it has them, ETags.

    GET   BASE/RECORD   -> {"field": value, …}, perhaps an ETag
    PATCH BASE/RECORD   {"field": value}, Idempotency-Key, If-Match

Redirects are not followed, answers are limited, and a status decides what is known: 409 and 412 say that the record changed,
429 and 503 that nothing happened, any other 4xx that it never will. A time-out, a broken connection or another 5xx says
nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

import httpx
import msgspec

from services.changes.nouns import Json
from services.changes.targets import (
    EffectUnknown,
    PlannedRequest,
    Reading,
    RecordUnknown,
    TargetBusy,
    Write,
    WriteConflict,
    WriteRefused,
)
from services.outgoing import DestinationRefused, OutgoingPolicy, async_outgoing_client

MAX_ANSWER_BYTES = 1024 * 1024
TIMEOUT_SECONDS = 15.0
# A request that timed out at our side may lie in the system's queue a little longer.
SETTLE_SECONDS = 5.0


def guarded(policy: OutgoingPolicy | None = None) -> Callable[[], httpx.AsyncClient]:
    """Clients that reach public addresses, and those that the policy allows."""
    limits = {"step_seconds": TIMEOUT_SECONDS, "total_seconds": 2 * TIMEOUT_SECONDS}
    return partial(async_outgoing_client, policy or OutgoingPolicy(), **limits)


@dataclass(frozen=True, slots=True)
class HttpJsonTarget:
    """`ChangeTarget` over HTTP; each request has a connection of its own, so nothing needs closing.

    A system in the company's own network is reached where the policy of `guarded` names that network.
    """

    base_url: str
    token: str = field(default="", repr=False)
    connect: Callable[[], httpx.AsyncClient] = field(default_factory=guarded)
    settles_within: float = SETTLE_SECONDS

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        try:
            status, headers, body = await self._send("GET", record)
        except DestinationRefused as error:
            raise TargetBusy(f"{self.base_url} is not read: {error}") from error
        except httpx.HTTPError as error:
            raise TargetBusy(f"{self.base_url} cannot be read: {type(error).__name__}") from error
        if status in {404, 410}:
            raise RecordUnknown(f"{self.base_url} has no record {record!r}")
        if status != 200:
            raise TargetBusy(f"{self.base_url} answers {status} for record {record!r}", _seconds(headers))
        try:
            held = msgspec.json.decode(body, type=dict[str, Json])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise TargetBusy(f"{self.base_url} answers no JSON object for record {record!r}") from error
        label = held.get("name") or held.get("title")
        values = {name: held.get(name) for name in fields}
        return Reading(values, headers.get("ETag", ""), label if isinstance(label, str) else "")

    def render(self, write: Write) -> PlannedRequest:
        headers = {"Content-Type": "application/json", "Idempotency-Key": write.idempotency_key}
        if write.version:
            headers["If-Match"] = write.version
        return PlannedRequest("PATCH", self._address(write.record), headers, {write.field: write.after})

    async def apply(self, write: Write) -> None:
        request = self.render(write)
        try:
            status, headers, body = await self._send("PATCH", write.record, request)
        except DestinationRefused as error:
            raise WriteRefused(f"{self.base_url} is not written to: {error}") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TargetBusy(f"{self.base_url} cannot be reached: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise EffectUnknown(f"{self.base_url} gave no answer: {type(error).__name__}") from error
        _judge(status, headers, f"{self.base_url} answers {status}: {body[:200].decode('utf-8', 'replace')}")

    def _address(self, record: str) -> str:
        return f"{self.base_url.rstrip('/')}/{quote(record, safe='')}"

    async def _send(self, method: str, record: str, planned: PlannedRequest | None = None) -> tuple[int, httpx.Headers, bytes]:
        headers = dict(planned.headers) if planned else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = msgspec.json.encode(planned.body) if planned else None
        timeout = httpx.Timeout(TIMEOUT_SECONDS)
        async with (
            self.connect() as client,
            client.stream(
                method, self._address(record), headers=headers, content=content, timeout=timeout, follow_redirects=False
            ) as answer,
        ):
            return answer.status_code, answer.headers, await _limited(answer)


def _judge(status: int, headers: httpx.Headers, reason: str) -> None:
    if 200 <= status < 300:
        return
    if status in {409, 412}:
        raise WriteConflict(reason)
    if status in {425, 429, 503}:
        raise TargetBusy(reason, _seconds(headers))
    if status in {404, 410}:
        raise RecordUnknown(reason)
    if 300 <= status < 500 and status != 408:
        raise WriteRefused(reason)
    raise EffectUnknown(reason)


async def _limited(answer: httpx.Response) -> bytes:
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise httpx.DecodingError(f"the answer exceeds {MAX_ANSWER_BYTES} bytes")
    return body


def _seconds(headers: Mapping[str, str]) -> float | None:
    wished = headers.get("Retry-After", "")
    return float(min(int(wished), 3600)) if wished.isascii() and wished.isdigit() and len(wished) < 9 else None
