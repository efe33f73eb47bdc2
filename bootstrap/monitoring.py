"""What each process offers to load balancers, Prometheus and operators: /health, /ready and /metrics on a port of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import httpx
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bootstrap.readiness import why_no_database
from bootstrap.tracing import job_span, task_span
from services.discovery import FOLDER, announced
from services.monitoring import Check, Metrics, Readiness, monitoring, watched_job
from settings import Settings
from workers.background import BackgroundTask, sent_from
from zeebe.errors import BpmnError
from zeebe.job import Job

# How long a check waits for the gateway's management port.
GATEWAY_SECONDS = 2.0
_COUNTS = {
    "incidents_open": "SELECT count(*) FROM incident WHERE resolved_at IS NULL",
    "tickets_unannounced": "SELECT count(*) FROM ticket WHERE announced_at IS NULL",
    "deliveries_dead": "SELECT count(*) FROM notification_delivery WHERE state = 'dead'",
}


@contextmanager
def monitored(settings: Settings, process: str, checks: Mapping[str, Check], metrics: Metrics) -> Iterator[Readiness]:
    """Serve /health, /ready and /metrics of this process while the block runs, and tell Prometheus where."""
    readiness = Readiness(checks)
    host, port = settings.monitoring_host or settings.host, settings.monitoring_ports.get(process, 0)
    with (
        monitoring(host, port, readiness, metrics) as server,
        announced(settings.data_dir / FOLDER, process, server.address),
    ):
        yield readiness


def database_check(engine: Engine) -> Check:
    return lambda: why_no_database(engine)


def gateway_check(settings: Settings) -> Check:
    """Asks the management port, not the gateway itself: a thread of its own must not share gRPC's event loop."""
    url = f"{settings.gateway_management_url}/ready"

    def why_not() -> str:
        try:
            answer = httpx.get(url, timeout=GATEWAY_SECONDS, trust_env=False, follow_redirects=True)
        except httpx.HTTPError as error:
            return f"the gateway's management port ({url}) does not answer: {type(error).__name__}"
        return "" if answer.is_success else f"the gateway is not ready: {url} answers {answer.status_code}"

    return why_not


def around_jobs(metrics: Metrics) -> Callable[[Job], AbstractContextManager[None]]:
    """What stands around each job of the workers."""

    def outcome(error: BaseException) -> str:
        if isinstance(error, BpmnError):
            return "error_thrown"
        return "failed" if isinstance(error, Exception) else "given_back"

    @contextmanager
    def around(job: Job) -> Iterator[None]:
        with job_span(job), watched_job(job, metrics, outcome):
            yield

    return around


def watched_tasks(tasks: Sequence[BackgroundTask], metrics: Metrics) -> list[BackgroundTask]:
    """The same tasks, counted and timed."""
    for task in tasks:
        if task.every_seconds is not None:
            metrics.expect_task(task.name, task.every_seconds)
    return [_watched(task, metrics) for task in tasks]


def _watched(task: BackgroundTask, metrics: Metrics) -> BackgroundTask:
    def run(*ids: str) -> object:
        with task_span(task.name, task.every_seconds, sent_from()), metrics.task(task.name):
            return task.run(*ids)

    return replace(task, run=run)


def count_house(metrics: Metrics, engine: Engine) -> None:
    """What concerns the whole installation; one process offers it."""

    def waiting() -> Mapping[str, float]:
        try:
            with engine.connect() as connection:
                return {kind: float(connection.execute(text(query)).scalar_one()) for kind, query in _COUNTS.items()}
        except SQLAlchemyError:
            # /ready says why; a figure that is not known is not given.
            return {}

    metrics.counts("penstock_waiting", "What waits for somebody, or should not be there at all.", "kind", waiting)
