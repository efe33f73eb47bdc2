"""`penstock background`: projection of records, and Celery's worker and beat."""

import asyncio
import signal
from typing import Annotated

import structlog
import typer

import bootstrap
from cli.logs import configure_logs
from cli.supervisor import Child, Supervisor, penstock
from settings import Settings
from zeebe.errors import RecordsDropped

log = structlog.get_logger(__name__)
app = typer.Typer(invoke_without_command=True)

CELERY_ARGUMENTS = ["worker", "--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle"]


@app.callback()
def background(context: typer.Context) -> None:
    """Run both parts; one that ends is started again."""
    if context.invoked_subcommand:
        return
    settings = Settings()
    configure_logs(settings)
    logs = settings.data_dir / "logs"
    parts = [
        Child("projection", penstock("background", "projection"), logs / "projection.log"),
        Child("celery", penstock("background", "celery"), logs / "celery.log"),
    ]
    supervisor = Supervisor(parts)
    supervisor.start()
    supervisor.run()


@app.command()
def projection() -> None:
    """Turn records into read models as they come."""
    settings = Settings()
    configure_logs(settings)
    asyncio.run(_project(settings))


@app.command()
def celery(
    level: Annotated[str, typer.Option(help="Celery's log level.")] = "WARNING",
) -> None:
    """Run Celery's worker with our beat."""
    settings = Settings()
    configure_logs(settings)
    app = bootstrap.celery_worker(settings, bootstrap.background_tasks(settings))
    app.worker_main([*CELERY_ARGUMENTS, "--loglevel", level])


async def _project(settings: Settings) -> None:
    running = asyncio.create_task(bootstrap.project_records(settings))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        log.info("projection_stopped")
    except RecordsDropped as error:
        log.error("records_missing", reason=error.reason, do="restore read models and state from one backup")  # noqa: TRY400
        raise typer.Exit(1) from error
