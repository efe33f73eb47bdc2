"""What can be asked of the engine, and what it answers.

One frozen dataclass per command and one per answer, named as in Zeebe 8.5's `gateway.proto` and its user-task REST calls. The
gateway translates the wire into these; the processor turns them into records. Keys are positive 63-bit integers; variables are
JSON objects already parsed; times are milliseconds.

Source: Zeebe 8.5 documentation, "Zeebe API (gRPC)" and "Zeebe API (REST)".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

type Variables = Mapping[str, Any]

DEFAULT_TENANT = "<default>"


class RejectionType(StrEnum):
    """Why a command was refused, as records spell it."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    INVALID_STATE = "INVALID_STATE"
    PROCESSING_ERROR = "PROCESSING_ERROR"
    EXCEEDED_BATCH_RECORD_SIZE = "EXCEEDED_BATCH_RECORD_SIZE"
    # Not in records: the engine takes no more work now (queue full, disk full).
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    UNAVAILABLE = "UNAVAILABLE"
    # Not in records either: this engine does not know the command yet.
    UNIMPLEMENTED = "UNIMPLEMENTED"


class CommandRejected(Exception):
    """The engine refused a command; nothing of it took effect.

    Clients read the rejection type; where Zeebe writes down another one than it answers, that is `recorded_as`.
    """

    def __init__(self, rejection_type: RejectionType, reason: str, *, recorded_as: RejectionType | None = None) -> None:
        super().__init__(f"{rejection_type}: {reason}")
        self.rejection_type = rejection_type
        self.recorded_as = recorded_as or rejection_type
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Resource:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DeployResource:
    resources: tuple[Resource, ...]
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class DeployedProcess:
    bpmn_process_id: str
    version: int
    process_definition_key: int
    resource_name: str
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class DeployedDecision:
    decision_id: str
    decision_name: str
    version: int
    decision_key: int
    decision_requirements_id: str
    decision_requirements_key: int
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class DeployedDecisionRequirements:
    decision_requirements_id: str
    decision_requirements_name: str
    version: int
    decision_requirements_key: int
    resource_name: str
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class DeployedForm:
    form_id: str
    version: int
    form_key: int
    resource_name: str
    tenant_id: str = DEFAULT_TENANT


type Deployed = DeployedProcess | DeployedDecision | DeployedDecisionRequirements | DeployedForm


@dataclass(frozen=True, slots=True)
class ResourceDeployed:
    key: int
    deployments: tuple[Deployed, ...]
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class DeleteResource:
    resource_key: int


@dataclass(frozen=True, slots=True)
class CreateProcessInstance:
    """`process_definition_key` 0 means by id; `version` -1 means the latest.

    With `with_result` the answer waits for the end of the instance and is `ProcessInstanceCompleted`.
    """

    bpmn_process_id: str = ""
    process_definition_key: int = 0
    version: int = -1
    variables: Variables = field(default_factory=dict)
    start_element_ids: tuple[str, ...] = ()
    with_result: bool = False
    fetch_variables: tuple[str, ...] = ()
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class ProcessInstanceCreated:
    process_definition_key: int
    bpmn_process_id: str
    version: int
    process_instance_key: int
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class ProcessInstanceCompleted:
    process_definition_key: int
    bpmn_process_id: str
    version: int
    process_instance_key: int
    variables: Variables
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class CancelProcessInstance:
    process_instance_key: int


@dataclass(frozen=True, slots=True)
class VariableInstruction:
    variables: Variables
    scope_id: str = ""


@dataclass(frozen=True, slots=True)
class ActivateInstruction:
    element_id: str
    ancestor_element_instance_key: int = -1
    variable_instructions: tuple[VariableInstruction, ...] = ()


@dataclass(frozen=True, slots=True)
class ModifyProcessInstance:
    process_instance_key: int
    activate: tuple[ActivateInstruction, ...] = ()
    terminate_element_instance_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MigrateProcessInstance:
    process_instance_key: int
    target_process_definition_key: int
    mapping: Mapping[str, str] = field(default_factory=dict)
    # Sources that were named more than once: such a command is refused.
    duplicate_sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishMessage:
    name: str
    correlation_key: str
    time_to_live: int
    message_id: str = ""
    variables: Variables = field(default_factory=dict)
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class MessagePublished:
    key: int
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class BroadcastSignal:
    name: str
    variables: Variables = field(default_factory=dict)
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class SignalBroadcast:
    key: int
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class ActivateJobs:
    """Hand out jobs that can be worked on now; waiting for more is the gateway's business."""

    type: str
    worker: str
    timeout: int
    max_jobs_to_activate: int
    fetch_variables: tuple[str, ...] = ()
    tenant_ids: tuple[str, ...] = ()
    # For a stream: these jobs alone, and each is written down as a batch of its own, without its variables.
    is_pushed: bool = False
    job_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivatedJob:
    key: int
    type: str
    process_instance_key: int
    bpmn_process_id: str
    process_definition_version: int
    process_definition_key: int
    element_id: str
    element_instance_key: int
    custom_headers: Mapping[str, str]
    worker: str
    retries: int
    deadline: int
    # JSON text, ready for the wire: the engine has it encoded already.
    variables: str
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class JobsActivated:
    jobs: tuple[ActivatedJob, ...]


@dataclass(frozen=True, slots=True)
class CompleteJob:
    job_key: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailJob:
    job_key: int
    retries: int
    error_message: str = ""
    retry_back_off: int = 0
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThrowError:
    job_key: int
    error_code: str
    error_message: str = ""
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UpdateJobRetries:
    job_key: int
    retries: int


@dataclass(frozen=True, slots=True)
class UpdateJobTimeout:
    job_key: int
    timeout: int


@dataclass(frozen=True, slots=True)
class SetVariables:
    element_instance_key: int
    variables: Variables
    local: bool = False


@dataclass(frozen=True, slots=True)
class VariablesSet:
    key: int


@dataclass(frozen=True, slots=True)
class ResolveIncident:
    incident_key: int


@dataclass(frozen=True, slots=True)
class EvaluateDecision:
    """An id goes before a key."""

    decision_id: str = ""
    decision_key: int = 0
    variables: Variables = field(default_factory=dict)
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class DecisionEvaluated:
    """`record` is the value of the DECISION_EVALUATION record: the gateway reads its answer from it."""

    key: int
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CompleteUserTask:
    user_task_key: int
    variables: Variables = field(default_factory=dict)
    action: str = "complete"


@dataclass(frozen=True, slots=True)
class AssignUserTask:
    """`assignee` "" unassigns. Without `allow_override` an assigned task is refused."""

    user_task_key: int
    assignee: str
    action: str = "assign"
    allow_override: bool = True


@dataclass(frozen=True, slots=True)
class UpdateUserTask:
    """`changes` holds any of candidateGroups, candidateUsers, dueDate, followUpDate."""

    user_task_key: int
    changes: Mapping[str, Any]
    action: str = "update"


@dataclass(frozen=True, slots=True)
class Done:
    """The answer of a command that has nothing else to say."""


type Command = (
    DeployResource
    | DeleteResource
    | CreateProcessInstance
    | CancelProcessInstance
    | ModifyProcessInstance
    | MigrateProcessInstance
    | PublishMessage
    | BroadcastSignal
    | ActivateJobs
    | CompleteJob
    | FailJob
    | ThrowError
    | UpdateJobRetries
    | UpdateJobTimeout
    | SetVariables
    | ResolveIncident
    | EvaluateDecision
    | CompleteUserTask
    | AssignUserTask
    | UpdateUserTask
)

type Answer = (
    ResourceDeployed
    | ProcessInstanceCreated
    | ProcessInstanceCompleted
    | MessagePublished
    | SignalBroadcast
    | JobsActivated
    | VariablesSet
    | DecisionEvaluated
    | Done
)
