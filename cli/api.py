"""`penstock api`: pages and REST."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated, override

import structlog
import typer
import uvicorn
import uvloop

import bootstrap
import bootstrap.pages  # all that the processes need is imported before they part
from api.app import create_app
from api.assets import AssetsMissing, load_assets
from bootstrap.monitoring import database_check, gateway_check, monitored
from bootstrap.tracing import traced
from cli.forks import Forks
from cli.logs import configure_logs
from services.monitoring import Readiness
from settings import Settings

log = structlog.get_logger(__name__)
app = typer.Typer()
GRACE_SECONDS = 5
# Longer than proxies and clients keep an idle connection: whoever closes first must be the one who would use it again, or a
# request now and then is sent just as it closes.
KEEP_ALIVE_SECONDS = 75
# Connections that wait to be taken.
BACKLOG = 2048
# Objects before the collector looks for garbage, and how often it looks deeper: a list of thousands of rows makes none.
COLLECT_AFTER = (20_000, 20, 50)


@app.command()
def api(
    *,
    prepared: Annotated[
        bool, typer.Option("--prepared", help="The database is up to date and has an administrator: `penstock up` saw to it.")
    ] = False,
) -> None:
    """Serve pages and REST until told to stop; SIGTERM finishes the requests at hand."""
    settings = Settings()
    configure_logs(settings)
    if not prepared:
        bootstrap.upgrade_database(settings)
        if password := bootstrap.ensure_administrator(settings):
            typer.echo(f"Sign in as admin with password {password} (shown only now)")
    try:
        load_assets(settings.home / "static")
        listener = _listen(settings)
    except (AssetsMissing, PortTaken) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    with listener:
        if settings.web_processes == 1:
            _work(settings, listener, 1)
        else:
            Forks(settings.web_processes, lambda number: _work(settings, listener, number)).run()
    log.info("api_stopped")


class PortTaken(Exception):
    """The pages' port cannot be listened on."""


def _listen(settings: Settings) -> socket.socket:
    """The port, open before the first request can be answered; several processes take from it what comes."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.web_port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise PortTaken(
            f"Port {settings.web_port} on {settings.host} cannot be used ({error.strerror}): change PENSTOCK_WEB_PORT"
        ) from error


def _work(settings: Settings, listener: socket.socket, number: int) -> None:
    """One process's life."""
    process = "api" if number == 1 else f"api-{number}"
    # What was imported stays: looking through it for garbage takes longer than most requests.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    with traced(settings, "api", number):
        uvloop.run(_serve(settings, listener, process))


async def _serve(settings: Settings, listener: socket.socket, process: str) -> None:
    with bootstrap.open_database(settings) as engine:
        # A person waits in front of a page: better an error soon than patience.
        async with bootstrap.zeebe_client(settings, patience_seconds=5) as client:
            checks = {"database": database_check(engine), "gateway": gateway_check(settings)}
            leaving = Leaving(settings.drain_seconds)
            services = bootstrap.api_services(settings, engine, client)
            application = create_app(replace(services, checks={**services.checks, "process": leaving.why_not_ready}))
            config = uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                backlog=BACKLOG,
            )
            with monitored(settings, process, checks, services.metrics) as readiness:
                await Server(config, readiness, leaving).serve([listener])


@dataclass
class Leaving:
    """Says that it is not ready some time before it stops answering, so that a load balancer sends new requests elsewhere."""

    seconds: float
    has_begun: bool = field(default=False, init=False)

    async def why_not_ready(self) -> str:
        return "it is stopping: what it has begun it finishes, new requests go to another" if self.has_begun else ""


class Server(uvicorn.Server):
    """Stops by itself when told to, so that what opened is closed and the exit code is 0."""

    def __init__(self, config: uvicorn.Config, readiness: Readiness, leaving: Leaving) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._leaving = leaving

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._leave)
        yield

    def _leave(self) -> None:
        """The second signal does not wait."""
        self._readiness.stop()
        if self._leaving.has_begun or not self._leaving.seconds:
            self._stop()
            return
        self._leaving.has_begun = True
        log.info("api_leaving", seconds=self._leaving.seconds)
        asyncio.get_running_loop().call_later(self._leaving.seconds, self._stop)

    def _stop(self) -> None:
        """Event streams end first: they never do by themselves, and the rest waits for them."""
        self.config.app.state.broadcaster.stop()  # type: ignore[union-attr]  # ours is an application, not a name
        self.should_exit = True
