"""`penstock sink`: take the records of a Zeebe cluster."""

import asyncio
import signal

import structlog
import typer

import bootstrap
from bootstrap.cluster import SinkUnprotected, record_sink
from cli.logs import configure_logs
from settings import Settings

log = structlog.get_logger(__name__)
app = typer.Typer()


@app.command()
def sink() -> None:
    """Listen for a cluster's Elasticsearch exporter until told to stop; SIGTERM stores and answers what is at hand."""
    settings = Settings()
    configure_logs(settings)
    bootstrap.upgrade_database(settings)
    try:
        asyncio.run(_serve(settings))
    except SinkUnprotected as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(
            f"Port {settings.sink_port} on {settings.sink_host}: {error.strerror}. Choose another with PENSTOCK_SINK_PORT.",
            err=True,
        )
        raise typer.Exit(1) from error


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with record_sink(settings) as url:
        typer.echo(f"Penstock takes records at {url}")
        await stop.wait()
    log.info("sink_stopped")
