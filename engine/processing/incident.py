"""Incidents: a step that failed is written down, waits for a person, and is tried again when they say so."""

from engine.processing.commands import CommandRejected, Done, RejectionType, ResolveIncident
from engine.processing.engine import Engine
from engine.processing.entities import Incident, Job, JobState, State
from engine.processing.errors import StepFailed
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.records import quote


def create(engine: Engine, instance: ElementInstance, failure: StepFailed, job: Job | None = None) -> None:
    """Write down that an element instance cannot go on."""
    process = instance.process
    scope_key = instance.key if failure.variable_scope_key < 0 else failure.variable_scope_key
    incident = Incident(
        engine.next_key(),
        process.key,
        instance.key,
        instance.element.id,
        failure.error_type,
        failure.message,
        -1 if job is None else job.key,
        scope_key,
    )
    engine.state.add(incident, process)
    write(engine, "CREATED", process, incident)


def resolve(engine: Engine, command: ResolveIncident) -> Done:
    """Handle the command to try a failed step again."""
    process = engine.state.owner(command.incident_key)
    incident = None if process is None else process.incidents.get(command.incident_key)
    if process is None or incident is None:
        raise CommandRejected(
            RejectionType.NOT_FOUND,
            f"Expected to resolve incident with key '{command.incident_key}', but no such incident was found",
        )
    job = process.jobs.get(incident.job_key)
    if job is not None and job.retries <= 0:
        raise CommandRejected(
            RejectionType.NOT_FOUND,
            f"Expected to resolve incident with key '{incident.key}', but job with key '{job.key}' has no retries left. "
            "Please update the job retries and retry resolving the incident",
            recorded_as=RejectionType.INVALID_STATE,
        )
    _remove(engine, process, incident)
    if job is not None:
        job.state = JobState.ACTIVATABLE
        job.record_element_id = job.element_id
        engine.state.update(job)
        engine.state.jobs.push(job.type, job.key, job.tenant_id)
    else:
        _retry(engine, process, incident)
    return Done()


def _retry(engine: Engine, process: ProcessInstance, incident: Incident) -> None:
    instance = process.elements.get(incident.element_instance_key)
    if instance is None:
        return
    if instance.state == State.ACTIVATING:
        scope_key = -1 if instance.scope is None else instance.scope.key
        engine.follow_up("activate", process.key, instance.key, instance.element.id, scope_key)
    elif instance.state == State.COMPLETING:
        engine.follow_up("complete", process.key, instance.key)


def resolve_all(engine: Engine, instance: ElementInstance) -> None:
    """The element instance ends: its incidents are no longer anybody's concern."""
    process = instance.process
    for incident in [entry for entry in instance.waits.values() if isinstance(entry, Incident)]:
        _remove(engine, process, incident)


def resolve_of_job(engine: Engine, instance: ElementInstance, job_key: int) -> None:
    """The element instance's job is cancelled, and its incident goes with it."""
    for incident in [
        entry for entry in instance.waits.values() if isinstance(entry, Incident) and entry.job_key == job_key >= 0
    ]:
        _remove(engine, instance.process, incident)


def _remove(engine: Engine, process: ProcessInstance, incident: Incident) -> None:
    write(engine, "RESOLVED", process, incident)
    engine.state.remove(incident)


def write(engine: Engine, intent: str, process: ProcessInstance, incident: Incident) -> None:
    """Write down what happened to an incident."""
    engine.log.append(
        "INCIDENT",
        intent,
        incident.key,
        f'{{"processDefinitionKey":{process.definition.key},"processInstanceKey":{process.key},'
        f'"elementInstanceKey":{incident.element_instance_key},"tenantId":{process.definition.quoted_tenant},"elementId":{quote(incident.element_id)},'
        f'"errorMessage":{quote(incident.error_message)},"bpmnProcessId":{process.definition.quoted_id},'
        f'"jobKey":{incident.job_key},"errorType":"{incident.error_type}","variableScopeKey":{incident.variable_scope_key}}}',
    )
