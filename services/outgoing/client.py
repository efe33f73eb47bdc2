"""httpx clients for foreign servers, and reading no more of an answer than is wanted."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import override

import httpcore
import httpx

from services.outgoing.connections import AsyncGuardedBackend, GuardedBackend
from services.outgoing.policy import AnswerTooLarge, OutgoingPolicy

# For one step (connect, write, read), and for a whole connection.
STEP_SECONDS = 10.0
TOTAL_SECONDS = 30.0

# Stands around a request, and is told the status of its answer: traces hang there.
type Around = Callable[[httpx.Request], AbstractContextManager[Callable[[int], None]]]


@contextmanager
def _nothing_around(_request: httpx.Request) -> Iterator[Callable[[int], None]]:
    yield lambda _status: None


class _GuardedTransport(httpx.HTTPTransport):
    def __init__(self, policy: OutgoingPolicy, total_seconds: float, around: Around) -> None:
        super().__init__(trust_env=False)
        self._around = around
        # httpx has no parameter for it. Connections are not kept: the deadline is one request's.
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_keepalive_connections=0,
            network_backend=GuardedBackend(policy, total_seconds),
        )

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._around(request) as answered:
            response = super().handle_request(request)
            answered(response.status_code)
        return response


class _AsyncGuardedTransport(httpx.AsyncHTTPTransport):
    def __init__(self, policy: OutgoingPolicy, total_seconds: float) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_keepalive_connections=0,
            network_backend=AsyncGuardedBackend(policy, total_seconds),
        )


def outgoing_client(
    policy: OutgoingPolicy,
    *,
    step_seconds: float = STEP_SECONDS,
    total_seconds: float = TOTAL_SECONDS,
    around: Around = _nothing_around,
) -> httpx.Client:
    """A client for addresses that others chose. It follows a redirect only where a request asks for it, and guards that too."""
    transport = _GuardedTransport(policy, total_seconds, around)
    return httpx.Client(transport=transport, timeout=step_seconds, trust_env=False, follow_redirects=False)


def async_outgoing_client(
    policy: OutgoingPolicy, *, step_seconds: float = STEP_SECONDS, total_seconds: float = TOTAL_SECONDS
) -> httpx.AsyncClient:
    """The same for asynchronous code."""
    transport = _AsyncGuardedTransport(policy, total_seconds)
    return httpx.AsyncClient(transport=transport, timeout=step_seconds, trust_env=False, follow_redirects=False)


def read_limited(response: httpx.Response, max_bytes: int) -> bytes:
    """The body of a streamed response.

    Raises:
        AnswerTooLarge: it has more bytes, unpacked ones counted; a small file that unpacks to gigabytes stops here too.
    """
    body = bytearray()
    for chunk in response.iter_bytes(min(max_bytes + 1, 65_536)):
        body += chunk
        if len(body) > max_bytes:
            raise AnswerTooLarge(max_bytes)
    return bytes(body)


async def read_limited_async(response: httpx.Response, max_bytes: int) -> bytes:
    """`read_limited` for asynchronous clients."""
    body = bytearray()
    async for chunk in response.aiter_bytes(min(max_bytes + 1, 65_536)):
        body += chunk
        if len(body) > max_bytes:
            raise AnswerTooLarge(max_bytes)
    return bytes(body)
