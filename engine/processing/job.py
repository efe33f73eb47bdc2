"""Jobs: the work that elements hand out, and the commands of those who do it.

Source: Zeebe 8.5 documentation, "Job workers" and "Zeebe API (gRPC)".
"""

from engine.bpmn.model import JobDefinition
from engine.processing import batch_size, catching, events, incident
from engine.processing.commands import (
    CommandRejected,
    CompleteJob,
    Done,
    FailJob,
    RejectionType,
    ThrowError,
    UpdateJobRetries,
    UpdateJobTimeout,
)
from engine.processing.engine import Engine
from engine.processing.entities import Job, JobState
from engine.processing.errors import StepFailed
from engine.processing.expressions import evaluate_integer, evaluate_string
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.long_sums import later
from engine.processing.records import quote, to_json
from engine.processing.variables import set_locals

# The deadline stays on the job when it fails: records show it until the next activation.
_NOT_HANDED_OUT: dict[int, str] = {JobState.FAILED: "FAILED", JobState.BACKOFF: "FAILED", JobState.ERROR_THROWN: "ERROR_THROWN"}

# A time that is over when it is given is found by the next look, as Zeebe looks once a second.
_LOOK_MILLISECONDS = 1_000


def prepare(engine: Engine, instance: ElementInstance, definition: JobDefinition) -> tuple[str, int]:
    """The job's type and retries, evaluated before anything is written."""
    return evaluate_string(engine, instance, definition.type), evaluate_integer(engine, instance, definition.retries)


def create(
    engine: Engine, instance: ElementInstance, job_type: str, retries: int, headers: str = "{}", *, listener: int = -1
) -> Job:
    """Hand out work for an element instance, or for one of its execution listeners."""
    process = instance.process
    job = Job(
        engine.next_key(),
        process.key,
        instance.key,
        instance.element.id,
        job_type,
        retries,
        headers,
        record_element_id=instance.element.id,
        tenant_id=process.definition.tenant_id,
        listener=listener,
    )
    instance.job_key = job.key
    engine.state.add(job, process)
    engine.state.jobs.push(job_type, job.key, job.tenant_id)
    write(engine, "CREATED", process, job)
    return job


def cancel(engine: Engine, instance: ElementInstance) -> None:
    """The element instance ends: nobody needs its work any more."""
    process = instance.process
    job = process.jobs.get(instance.job_key)
    if job is not None:
        job.variables = "{}"
        write(engine, "CANCELED", process, job)
        _remove(engine, process, job)


def _remove(engine: Engine, process: ProcessInstance, job: Job) -> None:
    engine.state.remove(job)
    instance = process.elements.get(job.element_instance_key)
    if instance is not None:
        instance.job_key = -1
        engine.state.update_element(instance)


def _find(engine: Engine, key: int, to: str) -> tuple[ProcessInstance, Job]:
    found = engine.state.job(key)
    if found is None:
        raise CommandRejected(RejectionType.NOT_FOUND, f"Expected to {to} with key '{key}', but no such job was found")
    return found


def _find_open(engine: Engine, key: int, to: str) -> tuple[ProcessInstance, Job]:
    process, job = _find(engine, key, to)
    if job.state in _NOT_HANDED_OUT:
        raise CommandRejected(
            RejectionType.INVALID_STATE,
            f"Expected to {to} with key '{key}', but it is in state '{_NOT_HANDED_OUT[job.state]}'",
        )
    return process, job


def complete(engine: Engine, command: CompleteJob) -> Done:
    """Handle the command to complete a job: its variables belong to the element now, which goes on or has the next listener."""
    process, job = _find_open(engine, command.job_key, "complete job")
    text = to_json(command.variables)
    batch_size.check(command.variables, text, 2)
    job.variables = text
    write(engine, "COMPLETED", process, job)
    instance = process.elements[job.element_instance_key]
    _remove(engine, process, job)
    if job.listener < 0:
        events.trigger_own(engine, instance, job.variables)
    else:
        events.hold(engine, instance, instance.element.id, job.variables)
        engine.follow_up("complete_listener", process.key, instance.key, job.listener)
    return Done()


def fail(engine: Engine, command: FailJob) -> Done:
    """Handle the command to fail a job: it is tried again now or later, or waits at an incident."""
    process, job = _find_open(engine, command.job_key, "fail job")
    text = to_json(command.variables)
    batch_size.check(command.variables, text, 2, sets_them=True)
    job.retries = command.retries
    job.error_message = command.error_message
    job.retry_backoff = command.retry_back_off
    job.variables = text
    instance = process.elements[job.element_instance_key]
    if job.retries > 0 and job.retry_backoff > 0:
        job.state = JobState.BACKOFF
        job.recurring_time = later(engine.now, job.retry_backoff)
        engine.state.dues.push(job.recurring_time, job.key)
    elif job.retries > 0:
        _release(engine, job)
    else:
        job.state = JobState.FAILED
    engine.state.update(job)
    write(engine, "FAILED", process, job)
    set_locals(engine, instance, command.variables)
    job.variables = "{}"
    if job.state == JobState.FAILED:
        message = job.error_message or "No more retries left."
        incident.create(engine, instance, StepFailed("JOB_NO_RETRIES", message), job)
    return Done()


def _release(engine: Engine, job: Job) -> None:
    job.state = JobState.ACTIVATABLE
    engine.state.jobs.push(job.type, job.key, job.tenant_id)


def throw_error(engine: Engine, command: ThrowError) -> Done:
    """Handle the command to throw a BPMN error from a job."""
    process, job = _find_open(engine, command.job_key, "throw an error for job")
    instance = process.elements[job.element_instance_key]
    caught = catching.find_catcher(engine, instance, command.error_code)
    text = to_json(command.variables)
    batch_size.check(command.variables, text, 1 if caught is None else 2)
    job.error_code = command.error_code
    job.error_message = command.error_message
    job.variables = text
    if caught is None:
        job.record_element_id = "NO_CATCH_EVENT_FOUND"
        job.state = JobState.ERROR_THROWN
        engine.state.update(job)
        write(engine, "ERROR_THROWN", process, job)
        job.variables = "{}"
        incident.create(engine, instance, catching.unhandled(engine, instance, command.error_code, command.error_message), job)
        return Done()
    write(engine, "ERROR_THROWN", process, job)
    _remove(engine, process, job)
    catching.catch(engine, caught, job.variables)
    return Done()


def update_retries(engine: Engine, command: UpdateJobRetries) -> Done:
    """Handle the command to give a job more retries; an incident it waits at stays until it is resolved."""
    if command.retries < 1:
        raise CommandRejected(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to update retries for job with key '{command.job_key}' with a positive amount of retries, "
            f"but the amount given was '{command.retries}'",
        )
    process, job = _find(engine, command.job_key, "update retries for job")
    job.retries = command.retries
    engine.state.update(job)
    write(engine, "RETRIES_UPDATED", process, job)
    return Done()


def update_timeout(engine: Engine, command: UpdateJobTimeout) -> Done:
    """Handle the command to give an activated job's worker more or less time, from now."""
    process, job = _find(engine, command.job_key, "update job deadline")
    if job.state != JobState.ACTIVATED:
        raise CommandRejected(
            RejectionType.INVALID_STATE,
            f"Expected to update the timeout of job with key '{command.job_key}', but it is not active",
        )
    job.deadline = later(engine.now, command.timeout)
    job.looked_at = engine.now + _LOOK_MILLISECONDS if job.deadline <= engine.now else -1
    engine.state.update(job)
    engine.state.dues.push(max(job.deadline, job.looked_at), job.key)
    write(engine, "TIMEOUT_UPDATED", process, job)
    return Done()


def is_due(engine: Engine, job: Job) -> bool:
    """Whether a worker's time is over, or a failed job's pause is; one that came out below zero never is, as in Zeebe."""
    if job.state == JobState.ACTIVATED:
        return job.deadline >= 0 and max(job.deadline, job.looked_at) <= engine.now
    return job.state == JobState.BACKOFF and 0 <= job.recurring_time <= engine.now


def fall_due(engine: Engine, process: ProcessInstance, job: Job) -> None:
    """The job can be handed out again."""
    job.looked_at = -1
    write(engine, "TIMED_OUT" if job.state == JobState.ACTIVATED else "RECURRED_AFTER_BACKOFF", process, job)
    _release(engine, job)
    engine.state.update(job)


def value(process: ProcessInstance, job: Job, variables: str) -> str:
    """The value of a JOB record, as JSON."""
    definition = process.definition
    kind = "BPMN_ELEMENT" if job.listener < 0 else "EXECUTION_LISTENER"
    return (
        f'{{"type":{quote(job.type)},"processDefinitionVersion":{definition.version},"deadline":{job.deadline},"timeout":-1,'
        f'"retries":{job.retries},"retryBackoff":{job.retry_backoff},"recurringTime":{job.recurring_time},'
        f'"processDefinitionKey":{definition.key},"processInstanceKey":{process.key},"jobKind":"{kind}",'
        f'"elementInstanceKey":{job.element_instance_key},"tenantId":{definition.quoted_tenant},"elementId":{quote(job.record_element_id)},'
        f'"errorMessage":{quote(job.error_message)},"worker":{quote(job.worker)},"customHeaders":{job.headers},'
        f'"errorCode":{quote(job.error_code)},"bpmnProcessId":{definition.quoted_id},"variables":{variables}}}'
    )


def write(engine: Engine, intent: str, process: ProcessInstance, job: Job) -> None:
    """Write down what happened to a job."""
    engine.log.append("JOB", intent, job.key, value(process, job, job.variables))
