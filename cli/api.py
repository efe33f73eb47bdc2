"""`penstock api`: pages and REST."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import override

import structlog
import typer
import uvicorn

import bootstrap
from api.app import create_app
from api.assets import AssetsMissing
from bootstrap.monitoring import database_check, gateway_check, monitored
from bootstrap.tracing import traced
from cli.logs import configure_logs
from services.monitoring import Readiness
from settings import Settings

log = structlog.get_logger(__name__)
app = typer.Typer()
GRACE_SECONDS = 5
# Longer than proxies and clients keep an idle connection: whoever closes first must be the one who would use it again, or a
# request now and then is sent just as it closes.
KEEP_ALIVE_SECONDS = 75


@app.command()
def api() -> None:
    """Serve pages and REST until told to stop; SIGTERM finishes the requests at hand."""
    settings = Settings()
    configure_logs(settings)
    bootstrap.upgrade_database(settings)
    password = bootstrap.ensure_administrator(settings)
    if password:
        typer.echo(f"Sign in as admin with password {password} (shown only now)")
    try:
        with traced(settings, "api"):
            asyncio.run(_serve(settings))
    except AssetsMissing as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


async def _serve(settings: Settings) -> None:
    with bootstrap.open_database(settings) as engine:
        # A person waits in front of a page: better an error soon than patience.
        async with bootstrap.zeebe_client(settings, patience_seconds=5) as client:
            checks = {"database": database_check(engine), "gateway": gateway_check(settings)}
            leaving = Leaving(settings.drain_seconds)
            services = bootstrap.api_services(settings, engine, client)
            application = create_app(replace(services, checks={**services.checks, "process": leaving.why_not_ready}))
            config = uvicorn.Config(
                application,
                host=settings.host,
                port=settings.web_port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
            )
            with monitored(settings, "api", checks, services.metrics) as readiness:
                await Server(config, readiness, leaving).serve()
    log.info("api_stopped")


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
