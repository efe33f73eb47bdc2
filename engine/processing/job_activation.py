"""Handing out jobs: the oldest activatable ones of a type, with the variables their workers asked for."""

import msgspec

from engine.processing import job as jobs
from engine.processing.commands import ActivatedJob, ActivateJobs, CommandRejected, JobsActivated, RejectionType
from engine.processing.engine import Engine
from engine.processing.entities import Job, JobState
from engine.processing.instances import ProcessInstance
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
    queues = engine.state.jobs
    deadline = engine.now + command.timeout
    while len(handed_out) < command.max_jobs_to_activate and size < MAX_BATCH_BYTES:
        key = queues.pop(command.type, command.tenant_ids)
        if key is None:
            break
        found = engine.state.job(key)
        if found is None or found[1].state != JobState.ACTIVATABLE:
            continue
        process, job = found
        variables = visible_json(process.elements[job.element_instance_key], command.fetch_variables)
        _hand_out(engine, job, command.worker, deadline)
        size += len(variables)
        handed_out.append(_answer(process, job, variables))
        if command.is_pushed:
            _write(engine, command, -1, handed_out[-1:], [jobs.value(process, job, "{}")])
        else:
            values.append(jobs.value(process, job, variables))
    if values:
        _write(engine, command, command.max_jobs_to_activate, handed_out, values)
    return JobsActivated(tuple(handed_out))


def _check(command: ActivateJobs) -> None:
    if not command.type.strip():
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
