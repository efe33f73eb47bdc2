"""`penstock workers`: run every job worker until told to stop."""

import asyncio
import signal
from typing import Annotated

import structlog
import typer
import uvloop
from threadpoolctl import threadpool_limits

import bootstrap
from bootstrap.monitoring import around_jobs, database_check, gateway_check, monitored
from bootstrap.shared_sync import quick_database
from bootstrap.tracing import traced
from cli.logs import configure_logs
from services.monitoring import Metrics, Readiness
from services.personal_data import mask
from settings import Settings
from zeebe.job_source import WorkOptions
from zeebe.worker import JobWorkerLoop

# A draft's ticket waits at most two minutes for it: one whose worker died must be begun again well before.
OPTIONS = {"suggest-reply": WorkOptions(timeout_ms=20_000)}

log = structlog.get_logger(__name__)
app = typer.Typer()


@app.command()
def workers(
    number: Annotated[int, typer.Option(min=1, help="Which of several such processes this is: they share the jobs.")] = 1,
) -> None:
    """Fetch jobs from the gateway and do them; SIGTERM finishes those at hand."""
    settings = Settings()
    configure_logs(settings)
    process = "workers" if number == 1 else f"workers-{number}"
    with traced(settings, "workers", number):
        uvloop.run(_run(settings, process))


async def _run(settings: Settings, process: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    metrics = Metrics()
    with bootstrap.open_database(settings) as engine, quick_database(settings) as quick:
        checks = {"database": database_check(engine), "gateway": gateway_check(settings)}
        async with bootstrap.zeebe_client(settings) as client:
            workers_of_house = bootstrap.workers(settings, engine, client, quick)
            # Threads for one small product of matrices wait for each other longer than they compute.
            threadpool_limits(1)
            loop = JobWorkerLoop(
                client,
                workers_of_house,
                options_by_type=OPTIONS,
                mask=lambda text: mask(text).text,
                around=around_jobs(metrics),
            )
            with monitored(settings, process, checks, metrics) as readiness:
                await _until_stopped(loop, stop, readiness)
    log.info("workers_stopped")


async def _until_stopped(loop: JobWorkerLoop, stop: asyncio.Event, readiness: Readiness) -> None:
    running = asyncio.create_task(loop.run())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
    readiness.stop()
    if not running.done():
        await loop.stop()
    stopped.cancel()
    await running
