"""Every figure that our processes count, by its Prometheus name: dashboards and alert rules may use these and no others.

The embedded gateway counts for itself (`engine.gateway.metrics`), as a Zeebe broker does. Labels have few values: routes are
templates, never addresses, and no label holds a key, a name or a tenant's data.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

# When a counter began says the process collector once; a second line for each series would say it again.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it is only not annotated

_HTTP_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
_WORK_BOUNDS = (0.005, 0.02, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Metrics:
    """The figures of one process; every process offers all of them, counted or not."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self._requests = Counter(
            "penstock_http_requests", "Requests of pages and REST.", ("method", "route", "code"), registry=registry
        )
        self._request_seconds = Histogram(
            "penstock_http_request_seconds", "Seconds per request.", ("route",), buckets=_HTTP_BOUNDS, registry=registry
        )
        self._refused = Counter("penstock_http_requests_limited", "Requests refused with 429.", ("limit",), registry=registry)
        self._jobs = Counter("penstock_jobs", "Jobs by what came of them.", ("type", "outcome"), registry=registry)
        self._job_seconds = Histogram(
            "penstock_job_seconds", "Seconds per job.", ("type",), buckets=_WORK_BOUNDS, registry=registry
        )
        self._jobs_running = Gauge("penstock_jobs_running", "Jobs at hand.", registry=registry)
        self._tasks = Counter(
            "penstock_background_tasks", "Background tasks by outcome.", ("task", "outcome"), registry=registry
        )
        self._task_seconds = Histogram(
            "penstock_background_task_seconds", "Seconds per task.", ("task",), buckets=_WORK_BOUNDS, registry=registry
        )
        self._task_succeeded = Gauge(
            "penstock_background_task_last_success_timestamp_seconds", "When it last succeeded.", ("task",), registry=registry
        )
        self._task_interval = Gauge(
            "penstock_background_task_interval_seconds", "How often the clock starts it.", ("task",), registry=registry
        )
        self._projected = Gauge("penstock_projection_position", "Sum of the applied positions.", registry=registry)
        self._projected_at = Gauge(
            "penstock_projection_last_batch_timestamp_seconds", "When records were last applied.", registry=registry
        )

        self._audit_entries = Gauge("penstock_audit_entries", "Entries when the log was last verified.", registry=registry)
        self._audit_breaks = Gauge("penstock_audit_breaks", "Entries that do not fit the chain.", registry=registry)

    @contextmanager
    def request(self) -> Iterator[Callable[[str, str, int], None]]:
        """Times a request; call what it yields with method, route template and status code."""
        started = time.perf_counter()

        def answered(method: str, route: str, code: int) -> None:
            self._requests.labels(method, route, str(code)).inc()
            self._request_seconds.labels(route).observe(time.perf_counter() - started)

        yield answered

    def limited(self, limit: str) -> None:
        self._refused.labels(limit).inc()

    @contextmanager
    def job(self, job_type: str, outcome_of: Callable[[BaseException], str]) -> Iterator[None]:
        """Times a job; `outcome_of` names what an exception means."""
        with self._jobs_running.track_inprogress(), self._job_seconds.labels(job_type).time():
            outcome = "completed"
            try:
                yield
            except BaseException as error:
                outcome = outcome_of(error)
                raise
            finally:
                self._jobs.labels(job_type, outcome).inc()

    @contextmanager
    def task(self, name: str) -> Iterator[None]:
        with self._task_seconds.labels(name).time():
            try:
                yield
            except BaseException:
                self._tasks.labels(name, "failed").inc()
                raise
            self._tasks.labels(name, "done").inc()
            self._task_succeeded.labels(name).set_to_current_time()

    def expect_task(self, name: str, every_seconds: float) -> None:
        """A task that the clock starts: it counts as done at the start, so that one which never runs is noticed."""
        self._task_interval.labels(name).set(every_seconds)
        self._task_succeeded.labels(name).set_to_current_time()

    def projected(self, position: int) -> None:
        self._projected.set(position)
        self._projected_at.set_to_current_time()

    def audited(self, entries: int, breaks: int) -> None:
        self._audit_entries.set(entries)
        self._audit_breaks.set(breaks)

    def ready(self, reasons: Callable[[], Mapping[str, str]]) -> None:
        """Offer readiness as figures: 1 for a part that can serve."""
        self.registry.register(_Read("penstock_ready", "Whether a part can serve.", "part", lambda: _ones(reasons())))

    def counts(self, name: str, explanation: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Offer gauges that are read when somebody asks."""
        self.registry.register(_Read(name, explanation, label, read))

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


class _Read(Collector):
    def __init__(self, name: str, explanation: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        self._name, self._explanation, self._label, self._read = name, explanation, label, read

    def describe(self) -> list[Metric]:
        """Registering it reads nothing."""
        return [GaugeMetricFamily(self._name, self._explanation, labels=[self._label])]

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(self._name, self._explanation, labels=[self._label])
        for value, figure in self._read().items():
            family.add_metric([value], figure)
        yield family


def _ones(reasons: Mapping[str, str]) -> Mapping[str, float]:
    return {part: 0.0 if reason else 1.0 for part, reason in reasons.items()}
