"""JOB and JOB_BATCH: the work that elements hand out, who took it, how it ended."""

import history.tables as t
from history.projections.batch import Batch, Wanted, as_json, clean, key_or_none
from history.projections.events import remember
from history.projections.rule import Rule, Rules
from history.projections.topics import JOBS
from history.rows import JobRow
from history.values import JobBatchValue, JobValue
from zeebe.records import Record


def created(batch: Batch, record: Record, value: JobValue) -> None:
    batch.jobs.put(_new_job(record, value))
    batch.topics[JOBS] = record.position


def activated(batch: Batch, record: Record, value: JobBatchValue) -> None:
    for job_key, each in zip(value.job_keys, value.jobs, strict=False):
        job = batch.jobs.get(job_key)
        if job is not None:
            job.state = "ACTIVATED"
            job.worker = clean(each.worker)
            job.deadline = key_or_none(each.deadline)
            job.activated_at = record.timestamp
            job.activations += 1
            batch.jobs.put(job)
            batch.topics[JOBS] = record.position


def failed(batch: Batch, record: Record, value: JobValue) -> None:
    job = _changed(batch, record, value, "FAILED")
    job.retries = value.retries
    job.error_message = clean(value.error_message)
    if value.retries > 0:
        # Without retries the incident tells it.
        _remember(batch, record, value, "JOB_FAILED", clean(value.error_message))


def timed_out(batch: Batch, record: Record, value: JobValue) -> None:
    _changed(batch, record, value, "TIMED_OUT")
    _remember(batch, record, value, "JOB_TIMED_OUT", clean(value.worker))


def activatable_again(batch: Batch, record: Record, value: JobValue) -> None:
    """Its back-off is over, or the stream it was pushed to gave it back."""
    _changed(batch, record, value, "CREATED").deadline = None


def retries_updated(batch: Batch, record: Record, value: JobValue) -> None:
    job = _changed(batch, record, value, None)
    job.retries = value.retries
    _remember(batch, record, value, "JOB_RETRIES_UPDATED", str(value.retries))


def timeout_updated(batch: Batch, record: Record, value: JobValue) -> None:
    _changed(batch, record, value, None).deadline = key_or_none(value.deadline)


def error_thrown(batch: Batch, record: Record, value: JobValue) -> None:
    job = _changed(batch, record, value, "ERROR_THROWN")
    job.error_code = clean(value.error_code)
    job.error_message = clean(value.error_message)
    detail = ": ".join(part for part in (clean(value.error_code), clean(value.error_message)) if part)
    _remember(batch, record, value, "ERROR_THROWN", detail)


def completed(batch: Batch, record: Record, value: JobValue) -> None:
    _changed(batch, record, value, "COMPLETED").ended_at = record.timestamp


def canceled(batch: Batch, record: Record, value: JobValue) -> None:
    _changed(batch, record, value, "CANCELED").ended_at = record.timestamp


def migrated(batch: Batch, record: Record, value: JobValue) -> None:
    job = _changed(batch, record, value, None)
    job.process_definition_key = value.process_definition_key
    job.bpmn_process_id = value.bpmn_process_id
    job.element_id = value.element_id


def _changed(batch: Batch, record: Record, value: JobValue, state: str | None) -> JobRow:
    job = batch.jobs.get(record.key) or _new_job(record, value)
    if state is not None:
        job.state = state
    batch.jobs.put(job)
    batch.topics[JOBS] = record.position
    return job


def _new_job(record: Record, value: JobValue) -> JobRow:
    return JobRow(
        record.key,
        value.tenant_id,
        value.type,
        value.job_kind,
        "CREATED",
        value.retries,
        clean(value.worker),
        key_or_none(value.deadline),
        clean(value.error_message),
        clean(value.error_code),
        as_json(value.custom_headers) if value.custom_headers else "{}",
        value.process_instance_key,
        value.process_definition_key,
        value.bpmn_process_id,
        value.element_instance_key,
        value.element_id,
        record.timestamp,
    )


def _remember(batch: Batch, record: Record, value: JobValue, kind: str, detail: str) -> None:
    remember(
        batch,
        record,
        kind,
        detail,
        tenant_id=value.tenant_id,
        process_instance_key=value.process_instance_key,
        element_instance_key=value.element_instance_key,
        element_id=value.element_id,
    )


def _want_new(wanted: Wanted, record: Record, _value: JobValue) -> None:
    wanted.creates(record.key)


def _want_own(wanted: Wanted, record: Record, _value: JobValue) -> None:
    wanted.needs(t.job, record.key)


def _want_all(wanted: Wanted, _record: Record, value: JobBatchValue) -> None:
    for job_key in value.job_keys:
        wanted.needs(t.job, job_key)


RULES: Rules = {
    ("JOB", "CREATED"): Rule(JobValue, created, _want_new),
    ("JOB_BATCH", "ACTIVATED"): Rule(JobBatchValue, activated, _want_all),
    ("JOB", "FAILED"): Rule(JobValue, failed, _want_own),
    ("JOB", "TIMED_OUT"): Rule(JobValue, timed_out, _want_own),
    ("JOB", "RECURRED_AFTER_BACKOFF"): Rule(JobValue, activatable_again, _want_own),
    ("JOB", "YIELDED"): Rule(JobValue, activatable_again, _want_own),
    ("JOB", "RETRIES_UPDATED"): Rule(JobValue, retries_updated, _want_own),
    ("JOB", "TIMEOUT_UPDATED"): Rule(JobValue, timeout_updated, _want_own),
    ("JOB", "ERROR_THROWN"): Rule(JobValue, error_thrown, _want_own),
    ("JOB", "COMPLETED"): Rule(JobValue, completed, _want_own),
    ("JOB", "CANCELED"): Rule(JobValue, canceled, _want_own),
    ("JOB", "MIGRATED"): Rule(JobValue, migrated, _want_own),
}
