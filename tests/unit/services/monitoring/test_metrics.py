from types import SimpleNamespace

import pytest
import structlog

from services.monitoring import Metrics, watched_job
from services.monitoring.metrics import Metrics as Figures

JOB = SimpleNamespace(key=7, type="check-credit", process_instance_key=42, tenant_id="north")


def outcome(error: BaseException) -> str:
    return "failed" if isinstance(error, ValueError) else "given_back"


def test_a_job_is_counted_by_what_came_of_it() -> None:
    metrics = Metrics()

    with watched_job(JOB, metrics, outcome):
        pass
    with pytest.raises(ValueError), watched_job(JOB, metrics, outcome):
        raise ValueError

    text = metrics.text().decode()
    assert 'penstock_jobs_total{outcome="completed",type="check-credit"} 1.0' in text
    assert 'penstock_jobs_total{outcome="failed",type="check-credit"} 1.0' in text
    assert "penstock_jobs_running 0.0" in text


def test_what_is_logged_inside_a_job_carries_its_keys_and_nothing_stays_behind() -> None:
    with watched_job(JOB, Metrics(), outcome):
        inside = structlog.contextvars.get_contextvars()

    assert inside == {
        "job_key": 7,
        "job_type": "check-credit",
        "process_instance_key": 42,
        "correlation_id": "42",
        "tenant_id": "north",
    }
    assert structlog.contextvars.get_contextvars() == {}


def test_a_task_that_never_ran_is_seen_by_its_age() -> None:
    metrics = Metrics()

    metrics.expect_task("reports.make_due", 30)

    text = metrics.text().decode()
    assert 'penstock_background_task_interval_seconds{task="reports.make_due"} 30.0' in text
    assert 'penstock_background_task_last_success_timestamp_seconds{task="reports.make_due"}' in text


def test_two_processes_count_apart() -> None:
    first, second = Figures(), Figures()

    first.limited("sign-in")

    assert 'penstock_http_requests_limited_total{limit="sign-in"} 1.0' in first.text().decode()
    assert "sign-in" not in second.text().decode()
