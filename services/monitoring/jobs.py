"""What stands around a job of any worker: its figures, and its keys on every line that is logged meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from structlog.contextvars import bound_contextvars

from services.monitoring.metrics import Metrics


class RunningJob(Protocol):
    """What a job tells about itself."""

    @property
    def key(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def process_instance_key(self) -> int: ...
    @property
    def tenant_id(self) -> str: ...


@contextmanager
def watched_job(job: RunningJob, metrics: Metrics, outcome_of: Callable[[BaseException], str]) -> Iterator[None]:
    """Count, time and name a job; the correlation id of all that belongs to an instance is its key."""
    keys = bound_contextvars(
        job_key=job.key,
        job_type=job.type,
        process_instance_key=job.process_instance_key,
        correlation_id=str(job.process_instance_key),
        tenant_id=job.tenant_id,
    )
    with keys, metrics.job(job.type, outcome_of):
        yield
