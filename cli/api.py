"""`penstock api`: pages and REST."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    engine = bootstrap.sql_engine(settings)
    try:
        # A person waits in front of a page: better an error soon than patience.
        async with bootstrap.zeebe_client(settings, patience_seconds=5) as client:
            services = bootstrap.api_services(settings, engine, client)
            application = create_app(services)
            config = uvicorn.Config(
                application,
                host=settings.host,
                port=settings.web_port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
            checks = {"database": database_check(engine), "gateway": gateway_check(settings)}
            with monitored(settings, "api", checks, services.metrics) as readiness:
                await Server(config, readiness).serve()
    finally:
        engine.dispose()
    log.info("api_stopped")


class Server(uvicorn.Server):
    """Stops by itself when told to, so that what opened is closed and the exit code is 0."""

    def __init__(self, config: uvicorn.Config, readiness: Readiness) -> None:
        super().__init__(config)
        self._readiness = readiness

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        """Event streams end first: they never do by themselves, and the rest waits for them."""
        self._readiness.stop()
        self.config.app.state.broadcaster.stop()  # type: ignore[union-attr]  # ours is an application, not a name
        self.should_exit = True
