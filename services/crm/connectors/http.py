"""Requests to a CRM: at its pace, again where that is safe, and with every foreign failure turned into one of ours."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from services.crm.connectors.ports import AnswerUnclear, CrmBusy, CrmUnanswered
from services.crm.connectors.rate import TokenBucket

MAXIMUM_ANSWER_BYTES = 32 * 1024 * 1024
ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.TOO_EARLY, HTTPStatus.SERVICE_UNAVAILABLE})

# They say enough without a body, which is often a page for people.
PLAIN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; `body` is None where there is none."""

    status: int
    body: Any
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """Sends requests of one connection through a client that guards where they go."""

    client: httpx.Client
    bucket: TokenBucket
    sleep: Callable[[float], None] = time.sleep
    headers: Mapping[str, str] = field(default_factory=dict)

    def read(self, method: str, url: str, **options: Any) -> Answer:  # noqa: ANN401  # httpx's own options
        """A request that changes nothing, tried again while the system is busy or its answer is cut off.

        Raises:
            CrmBusy: it stayed so. AnswerUnclear: it is no JSON, again and again.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(method, url, options)
            except (CrmBusy, CrmUnanswered, AnswerUnclear) as error:
                if attempt == ATTEMPTS:
                    raise CrmBusy(str(error)) if isinstance(error, CrmUnanswered) else error from error
                self._pause(attempt, error)
        raise AssertionError("the last attempt returns or raises")

    def write(self, method: str, url: str, **options: Any) -> Answer:  # noqa: ANN401
        """A request that changes something: again only where it surely had no effect.

        Raises:
            CrmBusy: nothing took effect. CrmUnanswered: it may have.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(method, url, options)
            except CrmBusy as error:
                if attempt == ATTEMPTS:
                    raise
                self._pause(attempt, error)
            except AnswerUnclear as error:
                raise CrmUnanswered(str(error)) from error
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, url: str, options: Mapping[str, Any]) -> Answer:
        self.bucket.take()
        try:
            # The headers of one request go before those of all.
            headers = {**self.headers, **options.get("headers", {})}
            rest = {name: value for name, value in options.items() if name != "headers"}
            with self.client.stream(method, url, headers=headers, **rest) as response:
                content = _limited(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise CrmBusy(f"not reached: {error or type(error).__name__}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CrmUnanswered(f"no answer: {type(error).__name__}") from error
        return _judged(response, content)

    def _pause(self, attempt: int, error: Exception) -> None:
        asked = error.retry_after if isinstance(error, CrmBusy) else None
        # Spread, so that processes that were refused together do not come back together.
        own = FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311
        seconds = min(max(own, asked or 0.0), LONGEST_PAUSE_SECONDS)
        if asked is not None:
            self.bucket.hold(seconds)
        self.sleep(seconds)


def _limited(response: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > MAXIMUM_ANSWER_BYTES:
            raise httpx.ReadError(f"the answer is larger than {MAXIMUM_ANSWER_BYTES} bytes")
    return bytes(content)


def _judged(response: httpx.Response, content: bytes) -> Answer:
    status = response.status_code
    if status in BUSY:
        raise CrmBusy(f"answers {status}: {_excerpt(content)}", _seconds(response.headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CrmUnanswered(f"answers {status}: {_excerpt(content)}")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise AnswerUnclear(f"redirects elsewhere ({status}); write the address it redirects to into the connection")
    try:
        body = msgspec.json.decode(content) if content.strip() else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if status in PLAIN:
            return Answer(status, None, _server_time(response.headers))
        raise AnswerUnclear(f"answers {status} without readable JSON: {_excerpt(content)}") from error
    return Answer(status, body, _server_time(response.headers))


def _excerpt(content: bytes) -> str:
    return " ".join(content[:200].decode("utf-8", "replace").split())


def _seconds(headers: Mapping[str, str]) -> float | None:
    wished = headers.get("Retry-After", "")
    return float(wished) if wished.isascii() and wished.isdigit() and len(wished) < 7 else None


def _server_time(headers: Mapping[str, str]) -> datetime:
    """The system's own clock: cursors are about its moments, and ours may go wrong."""
    try:
        found = parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return datetime.now(UTC)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
