"""Refused commands, as the record log remembers them: the command as it was given, and why it was refused."""

from dataclasses import asdict
from typing import Any

from engine.processing import commands as c
from engine.processing.engine import Engine
from engine.processing.records import to_json

# Value type, intent and the field that holds the key the command is about.
_KINDS: dict[type, tuple[str, str, str]] = {
    c.DeployResource: ("DEPLOYMENT", "CREATE", ""),
    c.DeleteResource: ("RESOURCE_DELETION", "DELETE", ""),
    c.CreateProcessInstance: ("PROCESS_INSTANCE_CREATION", "CREATE", ""),
    c.CancelProcessInstance: ("PROCESS_INSTANCE", "CANCEL", "process_instance_key"),
    c.ModifyProcessInstance: ("PROCESS_INSTANCE_MODIFICATION", "MODIFY", "process_instance_key"),
    c.MigrateProcessInstance: ("PROCESS_INSTANCE_MIGRATION", "MIGRATE", ""),
    c.PublishMessage: ("MESSAGE", "PUBLISH", ""),
    c.BroadcastSignal: ("SIGNAL", "BROADCAST", ""),
    c.ActivateJobs: ("JOB_BATCH", "ACTIVATE", ""),
    c.CompleteJob: ("JOB", "COMPLETE", "job_key"),
    c.FailJob: ("JOB", "FAIL", "job_key"),
    c.ThrowError: ("JOB", "THROW_ERROR", "job_key"),
    c.UpdateJobRetries: ("JOB", "UPDATE_RETRIES", "job_key"),
    c.UpdateJobTimeout: ("JOB", "UPDATE_TIMEOUT", "job_key"),
    c.SetVariables: ("VARIABLE_DOCUMENT", "UPDATE", ""),
    c.ResolveIncident: ("INCIDENT", "RESOLVE", "incident_key"),
    c.EvaluateDecision: ("DECISION_EVALUATION", "EVALUATE", ""),
    c.CompleteUserTask: ("USER_TASK", "COMPLETE", "user_task_key"),
    c.AssignUserTask: ("USER_TASK", "ASSIGN", "user_task_key"),
    c.UpdateUserTask: ("USER_TASK", "UPDATE", "user_task_key"),
}
# Fields whose name in records is not their own in camel case.
_NAMES = {"element_instance_key": "scopeKey", "retry_back_off": "retryBackoff", "max_jobs_to_activate": "maxJobsToActivate"}


def write(engine: Engine, command: c.Command, rejected: c.CommandRejected) -> None:
    """Write down a refused command."""
    value_type, intent, key_field = _KINDS[type(command)]
    if isinstance(command, c.DeployResource):
        fields: dict[str, Any] = {"resources": [{"resourceName": resource.name} for resource in command.resources]}
    else:
        fields = {_camel_case(name): value for name, value in asdict(command).items() if name != key_field}
    if isinstance(command, c.CreateProcessInstance) and command.with_result:
        intent = "CREATE_WITH_AWAITING_RESULT"
    if isinstance(command, c.AssignUserTask) and not command.allow_override:
        intent = "CLAIM"
    key = getattr(command, key_field) if key_field else -1
    engine.log.reject(
        value_type, intent, key, to_json({"tenantId": c.DEFAULT_TENANT, **fields}), rejected.recorded_as, rejected.reason
    )


def _camel_case(name: str) -> str:
    first, *rest = _NAMES.get(name, name).split("_")
    return first + "".join(part.capitalize() for part in rest)
