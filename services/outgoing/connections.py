"""Connections that go where the policy lets them, and end in time: httpcore's network backends, blocking and asynchronous."""

import socket
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import anyio
import httpcore
import httpx
from httpcore import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream, NetworkBackend, NetworkStream

from services.outgoing.policy import OutgoingPolicy


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a connection must be over: a server that drips a byte now and then must not hold a thread for days."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(monotonic() + seconds)

    def shortened(self, timeout: float | None) -> float:
        left = self.at - monotonic()
        if left <= 0:
            raise httpx.ReadTimeout("the server took too long")
        return left if timeout is None else min(timeout, left)


@dataclass(slots=True)
class TimedStream(NetworkStream):
    """A connection with a deadline for all it does."""

    stream: NetworkStream
    deadline: Deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.shortened(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.deadline.shortened(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        return TimedStream(self.stream.start_tls(ssl_context, server_hostname, self.deadline.shortened(timeout)), self.deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # httpcore's own type
        return self.stream.get_extra_info(info)


@dataclass(slots=True)
class AsyncTimedStream(AsyncNetworkStream):
    """`TimedStream` for asynchronous clients."""

    stream: AsyncNetworkStream
    deadline: Deadline

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # httpcore's interface
        return await self.stream.read(max_bytes, self.deadline.shortened(timeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self.stream.write(buffer, self.deadline.shortened(timeout))

    async def aclose(self) -> None:
        await self.stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncNetworkStream:
        secured = await self.stream.start_tls(ssl_context, server_hostname, self.deadline.shortened(timeout))
        return AsyncTimedStream(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # httpcore's own type
        return self.stream.get_extra_info(info)


@dataclass(slots=True)
class GuardedBackend(NetworkBackend):
    """Resolves a name once, judges every address, connects to one of those."""

    policy: OutgoingPolicy
    total_seconds: float
    inner: NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        deadline = Deadline.after(self.total_seconds)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host[:200]} is not known") from error
        last: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in _allowed(self.policy, host, found):
            try:
                stream = self.inner.connect_tcp(address, port, deadline.shortened(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return TimedStream(stream, deadline)
        assert last is not None, "a host without an address is refused"
        raise last


@dataclass(slots=True)
class AsyncGuardedBackend(AsyncNetworkBackend):
    """`GuardedBackend` for asynchronous clients."""

    policy: OutgoingPolicy
    total_seconds: float
    inner: AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        deadline = Deadline.after(self.total_seconds)
        try:
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host[:200]} is not known") from error
        last: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in _allowed(self.policy, host, found):
            try:
                seconds = deadline.shortened(timeout)
                stream = await self.inner.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return AsyncTimedStream(stream, deadline)
        assert last is not None, "a host without an address is refused"
        raise last

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


def _allowed(policy: OutgoingPolicy, host: str, found: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    yield from policy.require_allowed(host, [str(each[4][0]) for each in found])
