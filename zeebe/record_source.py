"""Where records come from: an engine's stream, followed from a position of each partition.

The embedded gateway has one partition and tells its records on its management port; a cluster's are in the log of the sink
(`zeebe.exporter_sink`).

Each batch is what one read brought, in the order of the log; the reader commits its own position with what it made of the batch
and starts after it next time. A lost connection is taken up again after a pause, at the record after the last one given.

The gateway keeps records for as long as a reader may need them: a reader that has made its work durable acknowledges the
position, and what every reader has acknowledged is dropped when its time is over. A cluster's exporter needs no such word:
there the answer to each batch is the acknowledgement.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus
from typing import Any, Protocol

import httpx
import msgspec
import structlog

from zeebe.calls import RetryPolicy
from zeebe.errors import BeyondTheLog, EngineFailed, NotConnected, RecordsDropped, Unavailable, ZeebeError
from zeebe.records import Record, decode_lines

log = structlog.get_logger(__name__)

# Asking for the records after it answers the log's end and nothing else.
_BEYOND_EVERY_POSITION = 2**62
BEFORE_THE_FIRST = -1
# The embedded gateway has this partition and no other.
PARTITION = 1


class RecordSource(Protocol):
    """Any engine's record stream."""

    def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        """Committed records after a position of each partition, in the order of each log, without end.

        A partition that is not named starts with its first record.
        """
        ...

    def once(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        """The records there are now, without waiting for more.

        Raises:
            ZeebeError: they cannot be read.
        """
        ...

    async def last_positions(self) -> dict[int, int]:
        """The position of the newest committed record of each partition that has one.

        Raises:
            ZeebeError: they cannot be asked for.
        """
        ...

    async def dropped_through(self) -> int:
        """The position up to which records are no longer kept, of the partition where it is greatest; 0 when all are."""
        ...


class EmbeddedRecordSource:
    """Follows the record log of an embedded gateway."""

    def __init__(
        self,
        management_url: str,
        *,
        connect_seconds: float = 5.0,
        answer_seconds: float = 30.0,
        decode: Callable[[bytes], list[Record]] = decode_lines,
    ) -> None:
        self._decode = decode
        self._url = management_url.rstrip("/")
        # Reading may rest for as long as nothing happens.
        self._timeout = httpx.Timeout(connect_seconds, read=None)
        # A question is answered, or its gateway hangs: whoever asks must not hang with it.
        self._patience = httpx.Timeout(answer_seconds, connect=connect_seconds)
        self._pauses = RetryPolicy(longest_pause=5.0)

    async def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        """Records after a position as they are committed; reconnects for ever.

        Raises:
            RecordsDropped: the log begins later; trying again will not bring them back.
            BeyondTheLog: the log ends earlier; what comes next would not be what follows the position.
        """
        position = after.get(PARTITION, BEFORE_THE_FIRST)
        tries = 0
        while True:
            try:
                async for records in self.once({PARTITION: position}, follow=True):
                    tries = 0
                    position = records[-1].position
                    yield records
            except (RecordsDropped, BeyondTheLog):
                raise
            except ZeebeError as error:
                log.warning("record_stream_broken", position=position, reason=error.reason)
            await asyncio.sleep(self._pauses.pause(tries))
            tries += 1

    async def last_positions(self) -> dict[int, int]:
        """The position of the newest committed record; nothing when there is none."""
        last = await self.last_position()
        return {PARTITION: last} if last > BEFORE_THE_FIRST else {}

    async def last_position(self) -> int:
        """The position of the newest committed record, -1 when there is none.

        Raises:
            Unavailable: the gateway cannot be reached.
            EngineFailed: it answered with an error.
        """
        response = await self._ask("GET", "", params={"from": str(_BEYOND_EVERY_POSITION)})
        return int(response.headers["X-Last-Position"])

    async def dropped_through(self) -> int:
        """The position up to which records are no longer kept, 0 when all are."""
        response = await self._ask("GET", "", params={"from": str(_BEYOND_EVERY_POSITION)})
        return int(response.headers["X-Dropped-Through"])

    async def acknowledge(self, reader: str, position: int) -> None:
        """Say that a reader has made durable what it made of the records up to a position."""
        await self._ask("PUT", f"/readers/{reader}", json={"position": position})

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        address = f"{self._url}/actuator/records{path}"
        try:
            async with httpx.AsyncClient(timeout=self._patience, trust_env=False) as http:
                response = await http.request(method, address, **request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotConnected(f"{address}: {error}") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"{address}: {type(error).__name__} {error}") from error
        if not response.is_success:
            raise EngineFailed(f"{address} answered {response.status_code}")
        return response

    async def once(self, after: Mapping[int, int], *, follow: bool = False) -> AsyncIterator[list[Record]]:
        """Records after a position over one connection.

        Raises:
            Unavailable: the gateway cannot be reached or went away.
            RecordsDropped: some of the records are not kept any more.
            BeyondTheLog: the log ends before the position.
            EngineFailed: it answered with an error.
        """
        address = f"{self._url}/actuator/records"
        query = {"from": str(after.get(PARTITION, BEFORE_THE_FIRST)), "follow": "true" if follow else "false"}
        try:
            async with (
                httpx.AsyncClient(timeout=self._timeout, trust_env=False) as http,
                http.stream("GET", address, params=query) as response,
            ):
                if response.status_code == HTTPStatus.GONE:
                    raise _dropped(await response.aread())
                if not response.is_success:
                    raise EngineFailed(f"{address} answered {response.status_code}")
                last, asked = int(response.headers["X-Last-Position"]), int(query["from"])
                if last < asked:
                    raise BeyondTheLog(f"the record log ends at position {last}, before {asked}")
                rest = b""
                async for chunk in response.aiter_bytes():
                    whole, newline, rest = (rest + chunk).rpartition(b"\n")
                    if newline:
                        yield self._decode(whole)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotConnected(f"{address}: {error}") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"{address}: {type(error).__name__} {error}") from error


def _dropped(problem: bytes) -> RecordsDropped:
    """What the gateway says of records it does not keep any more."""
    reason = str(msgspec.json.decode(problem, type=dict[str, Any]).get("detail", ""))
    through = re.search(r"up to (\d+) are dropped", reason)
    return RecordsDropped(reason, int(through[1]) if through else -1)
