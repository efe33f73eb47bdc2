"""`penstock background`: projection of records, and Celery's worker and beat."""

import asyncio
import signal
from typing import Annotated

import structlog
import typer

import bootstrap
from bootstrap.monitoring import count_house, database_check, gateway_check, monitored, watched_tasks
from bootstrap.tracing import traced
from cli.logs import configure_logs
from cli.supervisor import Child, Supervisor, penstock
from history.projector import Projector
from services.monitoring import Metrics, Readiness
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
    with traced(settings, "projection"):
        asyncio.run(_project(settings))


@app.command()
def celery(
    level: Annotated[str, typer.Option(help="Celery's log level.")] = "WARNING",
) -> None:
    """Run Celery's worker with our beat."""
    settings = Settings()
    configure_logs(settings)
    metrics, engine = Metrics(), bootstrap.sql_engine(settings)
    tasks = watched_tasks([*bootstrap.background_tasks(settings), *bootstrap.audit_tasks(settings, metrics)], metrics)
    count_house(metrics, engine)
    bootstrap.offer_backups(metrics, settings)
    with traced(settings, "background"), monitored(settings, "background", {"database": database_check(engine)}, metrics):
        bootstrap.celery_worker(settings, tasks).worker_main([*CELERY_ARGUMENTS, "--loglevel", level])


async def _project(settings: Settings) -> None:
    metrics = Metrics()
    with bootstrap.open_database(settings) as engine:
        metrics.projected(sum(Projector(engine).positions().values()))
        checks = {"database": database_check(engine), "records": gateway_check(settings)}
        with monitored(settings, "projection", checks, metrics) as readiness:
            await _project_until_stopped(settings, metrics, readiness)


async def _project_until_stopped(settings: Settings, metrics: Metrics, readiness: Readiness) -> None:
    running = asyncio.create_task(bootstrap.project_records(settings, on_progress=metrics.projected))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        readiness.stop()
        log.info("projection_stopped")
    except RecordsDropped as error:
        log.error("records_missing", reason=error.reason, do="restore read models and state from one backup")  # noqa: TRY400
        raise typer.Exit(1) from error
