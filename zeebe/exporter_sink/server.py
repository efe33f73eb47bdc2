"""The sink as a server, beside other work of the same event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import override

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from zeebe.exporter_sink.app import DEFAULT_MAX_BYTES, create_sink
from zeebe.exporter_sink.credentials import Credentials
from zeebe.exporter_sink.log import RecordLog

_GRACE_SECONDS = 10


class _PromptProtocol(H11Protocol):
    """Acknowledges what came at once.

    The exporter's client may send a small request in two pieces, and the second only when the first is acknowledged; a kernel
    puts that off for 40 ms.
    """

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        connection = self.transport.get_extra_info("socket")
        if connection is not None and not self.transport.is_closing() and hasattr(socket, "TCP_QUICKACK"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(
    records: RecordLog,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    credentials: Credentials | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> AsyncIterator[str]:
    """Take records while the block runs; yields the base URL. At the end bulks at hand are stored and answered.

    Raises:
        OSError: the port is taken.
    """
    # Only of a socket that says it is TCP asyncio sends small pieces at once; else an answer waits 40 ms for its second piece.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    config = uvicorn.Config(
        create_sink(records, credentials=credentials, max_bytes=max_bytes),
        http=_PromptProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started and not running.done():  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield f"http://{host}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listening.close()
