"""An HTTP server inside the gateway's event loop: uvicorn, on a socket that is bound before anything answers."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import override

import uvicorn
from starlette.applications import Starlette

_BACKLOG = 256
# How often the date in answers is renewed.
_TICK_SECONDS = 1.0
# Turns of the event loop after which a connection that was closed is gone.
_TURNS_TO_CLOSE = 3


class PortTaken(Exception):
    """A port cannot be listened on; names it and what to do."""

    def __init__(self, host: str, port: int, purpose: str, reason: str) -> None:
        super().__init__(
            f"cannot listen on {host}:{port} for {purpose}: {reason}; stop what uses it, or choose another port (0 takes any)"
        )


class _Server(uvicorn.Server):
    """Stops at once when nobody waits for an answer.

    uvicorn looks ten times a second whether it is to stop, and then rests for a tenth of a second whoever is connected: who
    plays a hundred scenarios, each on a gateway of its own, would spend most of the time waiting for that.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def tell_to_stop(self) -> None:
        self.should_exit = True
        self._told.set()

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals stop the gateway, which then stops its servers in order."""
        yield

    @override
    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), _TICK_SECONDS)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for _turn in range(_TURNS_TO_CLOSE):
            await asyncio.sleep(0)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)


class HttpServer:
    """Serves one application until it is stopped."""

    def __init__(self, app: Starlette, host: str, port: int, *, purpose: str) -> None:
        self._socket = _listen(host, port, purpose)
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=2,
                server_header=False,
            )
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._socket.getsockname()[1]
        return port

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=[self._socket]))

    async def stop(self) -> None:
        self._server.tell_to_stop()
        if self._task is not None:
            await self._task
        self._socket.close()


def _listen(host: str, port: int, purpose: str) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise PortTaken(host, port, purpose, str(error)) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise PortTaken(host, port, purpose, error.strerror or str(error)) from error
    listening.settimeout(0)
    return listening
