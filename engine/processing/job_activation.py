"""Handing out jobs: the oldest activatable ones of a type, with the variables their workers asked for.

Who polls gets the oldest; into a stream those are pushed that became activatable while it is open, which it names.
"""

from collections.abc import Iterator

import msgspec

from engine.processing import job as jobs
from engine.processing.commands import ActivatedJob, ActivateJobs, CommandRejected, JobsActivated, RejectionType
from engine.processing.engine import Engine
from engine.processing.entities import Job, JobState
from engine.processing.instances import ProcessInstance
from engine.processing.long_sums import later
from engine.processing.records import quote, to_json
from engine.processing.variables import visible_json

# A gRPC answer is at most 4 MB; what does not fit is handed out with the next request.
MAX_BATCH_BYTES = 3_500_000
_decode = msgspec.json.Decoder(dict[str, str]).decode


def activate(engine: Engine, command: ActivateJobs) -> JobsActivated:
    """Handle the command to activate jobs."""
    _check(command)
    handed_out: list[ActivatedJob] = []
    values: list[str] = []
    size = 0
    deadline = _deadline(engine, command)
    for process, job in _pushed(engine, command) if command.is_pushed else _oldest(engine, command):
        variables = visible_json(process.elements[job.element_instance_key], command.fetch_variables)
        _hand_out(engine, job, command.worker, deadline)
        size += len(variables)
        handed_out.append(_answer(process, job, variables))
        if command.is_pushed:
            _write(engine, command, -1, handed_out[-1:], [jobs.value(process, job, "{}")])
        else:
            values.append(jobs.value(process, job, variables))
            if len(handed_out) == command.max_jobs_to_activate or size >= MAX_BATCH_BYTES:
                break
    if values:
        _write(engine, command, command.max_jobs_to_activate, handed_out, values)
    return JobsActivated(tuple(handed_out))


def _oldest(engine: Engine, command: ActivateJobs) -> Iterator[tuple[ProcessInstance, Job]]:
    """The jobs that wait, each taken from its queue as it is asked for."""
    while (key := engine.state.jobs.pop(command.type, command.tenant_ids)) is not None:
        found = engine.state.job(key)
        if found is not None and found[1].state == JobState.ACTIVATABLE:
            yield found


def _pushed(engine: Engine, command: ActivateJobs) -> Iterator[tuple[ProcessInstance, Job]]:
    """Those of the named jobs that nobody else has got meanwhile."""
    for key in command.job_keys:
        found = engine.state.job(key)
        if found is None or found[1].state != JobState.ACTIVATABLE:
            continue
        tenant_id = found[1].tenant_id
        if not command.tenant_ids or tenant_id in command.tenant_ids:
            engine.state.jobs.take(command.type, key, tenant_id)
            yield found


def _deadline(engine: Engine, command: ActivateJobs) -> int:
    deadline = later(engine.now, command.timeout)
    if deadline < 0:
        # As the real engine, which cannot process this one.
        raise CommandRejected(
            RejectionType.PROCESSING_ERROR,
            f"Expected to activate job batch with a timeout that ends within 64 bits, but it was '{command.timeout}'",
        )
    return deadline


def _check(command: ActivateJobs) -> None:
    if not command.type:
        problem = "type to be present, but it was blank"
    elif command.timeout < 1:
        problem = f"timeout to be greater than zero, but it was '{command.timeout}'"
    elif command.max_jobs_to_activate < 1:
        problem = f"max jobs to activate to be greater than zero, but it was '{command.max_jobs_to_activate}'"
    else:
        return
    raise CommandRejected(RejectionType.INVALID_ARGUMENT, f"Expected to activate job batch with {problem}")


def _hand_out(engine: Engine, job: Job, worker: str, deadline: int) -> None:
    job.state = JobState.ACTIVATED
    job.worker = worker
    job.deadline = deadline
    engine.state.update(job)
    engine.state.dues.push(deadline, job.key)


def _answer(process: ProcessInstance, job: Job, variables: str) -> ActivatedJob:
    definition = process.definition
    return ActivatedJob(
        key=job.key,
        type=job.type,
        process_instance_key=process.key,
        bpmn_process_id=definition.bpmn_process_id,
        process_definition_version=definition.version,
        process_definition_key=definition.key,
        element_id=job.element_id,
        element_instance_key=job.element_instance_key,
        custom_headers=_decode(job.headers),
        worker=job.worker,
        retries=job.retries,
        deadline=job.deadline,
        variables=variables,
        tenant_id=job.tenant_id,
    )


def _write(engine: Engine, command: ActivateJobs, most: int, handed_out: list[ActivatedJob], values: list[str]) -> None:
    keys = ",".join([str(job.key) for job in handed_out])
    engine.log.append(
        "JOB_BATCH",
        "ACTIVATED",
        engine.next_key(),
        f'{{"type":{quote(command.type)},"timeout":{command.timeout},"worker":{quote(command.worker)},'
        f'"maxJobsToActivate":{most},"tenantIds":{to_json(command.tenant_ids)},"truncated":false,'
        f'"jobKeys":[{keys}],"jobs":[{",".join(values)}]}}',
    )
