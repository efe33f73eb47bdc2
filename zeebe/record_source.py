"""Where records come from: an engine's stream, followed from a position of each partition.

The embedded gateway has one partition and tells its records on its management port; a cluster's are in the log of the sink
(`zeebe.exporter_sink`).

Each batch is what one read brought, in the order of the log; the reader commits its own position with what it made of the batch
and starts after it next time. A lost connection is taken up again after a pause, at the record after the last one given.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

import httpx
import structlog

from zeebe.calls import RetryPolicy
from zeebe.errors import EngineFailed, NotConnected, Unavailable, ZeebeError
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


class EmbeddedRecordSource:
    """Follows the record log of an embedded gateway."""

    def __init__(self, management_url: str, *, connect_seconds: float = 5.0) -> None:
        self._url = management_url.rstrip("/")
        # Reading may rest for as long as nothing happens.
        self._timeout = httpx.Timeout(connect_seconds, read=None)
        self._pauses = RetryPolicy(longest_pause=5.0)

    async def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        """Records after a position as they are committed; reconnects for ever."""
        position = after.get(PARTITION, BEFORE_THE_FIRST)
        tries = 0
        while True:
            try:
                async for records in self.once({PARTITION: position}, follow=True):
                    tries = 0
                    position = records[-1].position
                    yield records
            except ZeebeError as error:
                log.warning("record_stream_broken", position=position, reason=error.reason)
            await asyncio.sleep(self._pauses.pause(tries))
            tries += 1

    async def last_positions(self) -> dict[int, int]:
        """The position of the newest committed record; nothing when there is none.

        Raises:
            Unavailable: the gateway cannot be reached.
            EngineFailed: it answered with an error.
        """
        address = f"{self._url}/actuator/records"
        try:
            async with httpx.AsyncClient(timeout=self._timeout, trust_env=False) as http:
                response = await http.get(address, params={"from": str(_BEYOND_EVERY_POSITION)})
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotConnected(f"{address}: {error}") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"{address}: {type(error).__name__} {error}") from error
        if not response.is_success:
            raise EngineFailed(f"{address} answered {response.status_code}")
        last = int(response.headers["X-Last-Position"])
        return {PARTITION: last} if last > BEFORE_THE_FIRST else {}

    async def once(self, after: Mapping[int, int], *, follow: bool = False) -> AsyncIterator[list[Record]]:
        """Records after a position over one connection.

        Raises:
            Unavailable: the gateway cannot be reached or went away.
            EngineFailed: it answered with an error.
        """
        address = f"{self._url}/actuator/records"
        query = {"from": str(after.get(PARTITION, BEFORE_THE_FIRST)), "follow": "true" if follow else "false"}
        try:
            async with (
                httpx.AsyncClient(timeout=self._timeout, trust_env=False) as http,
                http.stream("GET", address, params=query) as response,
            ):
                if not response.is_success:
                    raise EngineFailed(f"{address} answered {response.status_code}")
                rest = b""
                async for chunk in response.aiter_bytes():
                    whole, newline, rest = (rest + chunk).rpartition(b"\n")
                    if newline:
                        yield decode_lines(whole)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotConnected(f"{address}: {error}") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"{address}: {type(error).__name__} {error}") from error
