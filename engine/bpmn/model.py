"""The executable model: what a BPMN file means, ready to run.

Everything here is frozen and free of XML, so that a definition can be shared by all its instances. An element refers to others
by id; `ProcessDefinition.elements` resolves them. Expressions are already compiled: a wrong one never reaches an instance.

Source: BPMN 2.0.2 chapters 10 and 13; Zeebe 8.5 documentation, "BPMN coverage" and "Data flow".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from engine.feel import CompiledExpression


class ElementType(StrEnum):
    """Zeebe's `bpmnElementType`, as records spell it."""

    PROCESS = "PROCESS"
    SUB_PROCESS = "SUB_PROCESS"
    EVENT_SUB_PROCESS = "EVENT_SUB_PROCESS"
    START_EVENT = "START_EVENT"
    INTERMEDIATE_CATCH_EVENT = "INTERMEDIATE_CATCH_EVENT"
    INTERMEDIATE_THROW_EVENT = "INTERMEDIATE_THROW_EVENT"
    BOUNDARY_EVENT = "BOUNDARY_EVENT"
    END_EVENT = "END_EVENT"
    SERVICE_TASK = "SERVICE_TASK"
    RECEIVE_TASK = "RECEIVE_TASK"
    USER_TASK = "USER_TASK"
    MANUAL_TASK = "MANUAL_TASK"
    TASK = "TASK"
    EXCLUSIVE_GATEWAY = "EXCLUSIVE_GATEWAY"
    PARALLEL_GATEWAY = "PARALLEL_GATEWAY"
    EVENT_BASED_GATEWAY = "EVENT_BASED_GATEWAY"
    INCLUSIVE_GATEWAY = "INCLUSIVE_GATEWAY"
    SEQUENCE_FLOW = "SEQUENCE_FLOW"
    MULTI_INSTANCE_BODY = "MULTI_INSTANCE_BODY"
    CALL_ACTIVITY = "CALL_ACTIVITY"
    BUSINESS_RULE_TASK = "BUSINESS_RULE_TASK"
    SCRIPT_TASK = "SCRIPT_TASK"
    SEND_TASK = "SEND_TASK"


class EventType(StrEnum):
    """Zeebe's `bpmnEventType`; UNSPECIFIED for whatever is no event."""

    UNSPECIFIED = "UNSPECIFIED"
    NONE = "NONE"
    MESSAGE = "MESSAGE"
    TIMER = "TIMER"
    ERROR = "ERROR"
    SIGNAL = "SIGNAL"
    TERMINATE = "TERMINATE"
    ESCALATION = "ESCALATION"
    LINK = "LINK"
    COMPENSATION = "COMPENSATION"


class TimerKind(StrEnum):
    """Which child of `timerEventDefinition` was given."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True, slots=True)
class Expression:
    """An attribute that may be static text or FEEL (`=…`).

    `source` is the text without the leading `=`. A static one has `compiled` None and its value is `source`. `written` has the
    blanks around it, too: messages quote it so. `fault` says why it is no FEEL, where nobody asks before it is to be evaluated.
    """

    source: str
    compiled: CompiledExpression | None = None
    written: str = ""
    fault: str = ""

    @property
    def quoted(self) -> str:
        return self.written or self.source

    @property
    def is_static(self) -> bool:
        return self.compiled is None and not self.fault


@dataclass(frozen=True, slots=True)
class VariableMapping:
    """One `zeebe:input` or `zeebe:output`: a source expression and a target path (`a.b.c` split at the dots)."""

    source: Expression
    target: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UserTaskDefinition:
    """A native `zeebe:userTask`; each expression is None where the modeller left it out."""

    assignee: Expression | None = None
    candidate_groups: Expression | None = None
    candidate_users: Expression | None = None
    due_date: Expression | None = None
    follow_up_date: Expression | None = None
    form_id: Expression | None = None
    external_form_reference: Expression | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    # Only of a job-based user task: the key of a form outside, `camunda-forms:bpmn:ID` for one embedded in the file.
    form_key: Expression | None = None


@dataclass(frozen=True, slots=True)
class JobDefinition:
    """`zeebe:taskDefinition` and `zeebe:taskHeaders`, or a `zeebe:executionListener`."""

    type: Expression
    retries: Expression
    headers: Mapping[str, str] = field(default_factory=dict)
    # Of a user task without `zeebe:userTask`: its assignment travels in the job's headers.
    user_task: UserTaskDefinition | None = None


@dataclass(frozen=True, slots=True)
class CalledDecision:
    """`zeebe:calledDecision`."""

    decision_id: Expression
    result_variable: str


@dataclass(frozen=True, slots=True)
class Script:
    """`zeebe:script`: a FEEL expression and the variable its value goes to."""

    expression: Expression
    result_variable: str


@dataclass(frozen=True, slots=True)
class CalledElement:
    """`zeebe:calledElement`."""

    process_id: Expression
    propagate_all_child_variables: bool = True
    propagate_all_parent_variables: bool = True


@dataclass(frozen=True, slots=True)
class LoopCharacteristics:
    """`bpmn:multiInstanceLoopCharacteristics` with its `zeebe:loopCharacteristics`."""

    is_sequential: bool
    input_collection: Expression
    input_element: str | None = None
    output_collection: str | None = None
    output_element: Expression | None = None
    completion_condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class TimerDefinition:
    """A timer; the expression gives ISO 8601 text, a temporal value, or a cron text for a cycle."""

    kind: TimerKind
    expression: Expression


@dataclass(frozen=True, slots=True)
class MessageDefinition:
    """A message; `correlation_key` is None on a process's own start events and on throwing ones."""

    id: str
    name: Expression
    correlation_key: Expression | None = None


@dataclass(frozen=True, slots=True)
class SignalDefinition:
    id: str
    name: Expression


@dataclass(frozen=True, slots=True)
class ErrorDefinition:
    """`code` None catches every error."""

    code: Expression | None


@dataclass(frozen=True, slots=True)
class EscalationDefinition:
    """`code` None catches every escalation."""

    code: Expression | None


@dataclass(frozen=True, slots=True)
class LinkDefinition:
    name: str


@dataclass(frozen=True, slots=True)
class CompensationDefinition:
    """`activity_id` names the one activity to compensate, None all of the scope."""

    activity_id: str | None = None


@dataclass(frozen=True, slots=True)
class TerminateDefinition:
    pass


type EventDefinition = (
    TimerDefinition
    | MessageDefinition
    | SignalDefinition
    | ErrorDefinition
    | EscalationDefinition
    | LinkDefinition
    | CompensationDefinition
    | TerminateDefinition
)


@dataclass(frozen=True, slots=True)
class SequenceFlow:
    """`order` is its place in the document: Zeebe takes outgoing flows last written first."""

    id: str
    source_id: str
    target_id: str
    order: int
    condition: Expression | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """Any flow node, and the process itself.

    One class with optional parts rather than a class per element: the processor dispatches on `type` and
    `event_type` and each part is present exactly where the parser's validation demands it.
    """

    id: str
    type: ElementType
    name: str = ""
    event_type: EventType = EventType.UNSPECIFIED
    # The id of the enclosing (event) subprocess or process; None for the process.
    parent_id: str | None = None
    order: int = 0
    # Both in reverse document order of the sequenceFlow elements, which is the order Zeebe takes them in.
    outgoing: tuple[SequenceFlow, ...] = ()
    incoming: tuple[SequenceFlow, ...] = ()
    default_flow_id: str | None = None
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    event: EventDefinition | None = None
    # Boundary and event-subprocess start events only.
    is_interrupting: bool = True
    # Boundary events only.
    attached_to_id: str | None = None
    # Activities: their boundary events, in document order.
    boundary_event_ids: tuple[str, ...] = ()
    # Processes and subprocesses: children in document order, None start, event subprocesses.
    child_ids: tuple[str, ...] = ()
    none_start_id: str | None = None
    start_event_ids: tuple[str, ...] = ()
    event_subprocess_ids: tuple[str, ...] = ()
    job: JobDefinition | None = None
    # Execution listeners, in document order: the jobs before and after the element's own.
    start_listeners: tuple[JobDefinition, ...] = ()
    end_listeners: tuple[JobDefinition, ...] = ()
    user_task: UserTaskDefinition | None = None
    decision: CalledDecision | None = None
    script: Script | None = None
    called: CalledElement | None = None
    message: MessageDefinition | None = None
    loop: LoopCharacteristics | None = None
    # An activity with a compensation boundary: the id of its handler; a handler itself says so.
    compensation_handler_id: str | None = None
    is_for_compensation: bool = False
    # An event-based gateway's catch events, in the order Zeebe subscribes to them; a throwing link's target.
    event_target_ids: tuple[str, ...] = ()
    link_target_id: str | None = None


@dataclass(frozen=True)
class ProcessDefinition:
    """One executable `bpmn:process`.

    `elements` maps the id of each element, the process included, to the element; sequence flows are in `flows`.
    """

    bpmn_process_id: str
    name: str
    elements: Mapping[str, Element]
    flows: Mapping[str, SequenceFlow]
    version_tag: str = ""
    # The forms saved inside the file (`zeebe:userTaskForm`): their id to their JSON text.
    embedded_forms: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def process(self) -> Element:
        return self.elements[self.bpmn_process_id]
