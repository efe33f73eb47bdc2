"""A process instance as it lies in memory: its element instances as a tree, with what hangs on them.

All of an instance is loaded at once and forgotten at once, so the processor walks plain references: a scope's children, a
job's element. What is stored of it are the rows of `entities.py`.
"""

from typing import Any, NamedTuple

import msgspec

from engine.bpmn.model import Element, ElementType, EventType, ProcessDefinition
from engine.processing.commands import DEFAULT_TENANT
from engine.processing.entities import (
    CompensationSubscription,
    ElementRow,
    Incident,
    InputCollection,
    Job,
    Kind,
    MessageSubscription,
    SignalSubscription,
    State,
    Timer,
    Trigger,
    UserTask,
)
from engine.processing.ports import Row
from engine.processing.records import quote, quote_tenant
from engine.processing.variables import Variable

_encode = msgspec.msgpack.Encoder().encode


class Definition:
    """A deployed process, ready to be instantiated."""

    __slots__ = ("_values", "bpmn_process_id", "key", "model", "quoted_id", "quoted_tenant", "replaces", "tenant_id", "version")

    def __init__(self, key: int, version: int, model: ProcessDefinition, tenant_id: str = DEFAULT_TENANT) -> None:
        self.key = key
        self.version = version
        self.model = model
        self.bpmn_process_id = model.bpmn_process_id
        self.quoted_id = quote(model.bpmn_process_id)
        # Instances and all that belongs to them are their definition's tenant's.
        self.tenant_id = tenant_id
        self.quoted_tenant = quote_tenant(tenant_id)
        # The version before, while this one is being deployed.
        self.replaces: int | None = None
        self._values: dict[tuple[str, bool, bool], str] = {}

    def element(self, element_id: str) -> Element:
        return self.model.elements[element_id]

    def value_template(self, element_id: str, *, is_body: bool = False, is_handler: bool = False) -> str:
        """The PROCESS_INSTANCE value of an element, with gaps for the keys of instance, scope and parents."""
        template = self._values.get((element_id, is_body, is_handler))
        if template is None:
            flow = self.model.flows.get(element_id)
            element_type, event_type = ElementType.SEQUENCE_FLOW, EventType.UNSPECIFIED
            if flow is None:
                element = self.model.elements[element_id]
                element_type = ElementType.MULTI_INSTANCE_BODY if is_body else element.type
                event_type = EventType.UNSPECIFIED if is_body else element.event_type
                if element.type == ElementType.RECEIVE_TASK and not is_body:
                    event_type = EventType.MESSAGE
                elif is_handler and not is_body:
                    event_type = EventType.COMPENSATION
            template = (
                f'{{"version":{self.version},"processDefinitionKey":{self.key},"processInstanceKey":%d,'
                f'"tenantId":{_escaped(self.tenant_id)},"elementId":{_escaped(element_id)},"bpmnProcessId":{_escaped(self.bpmn_process_id)},'
                f'"flowScopeKey":%d,"bpmnElementType":"{element_type}","bpmnEventType":"{event_type}",'
                '"parentProcessInstanceKey":%d,"parentElementInstanceKey":%d}'
            )
            self._values[element_id, is_body, is_handler] = template
        return template


def _escaped(text: str) -> str:
    return quote(text).replace("%", "%%")


class ResultRequest(NamedTuple):
    """A client that waits for the end of an instance; it is not stored, as its connection would not survive either."""

    id: int
    fetch_variables: tuple[str, ...]


class ProcessInstance:
    """One instance of a process and everything that belongs to it."""

    __slots__ = (
        "compensations",
        "correlation_key",
        "definition",
        "elements",
        "incidents",
        "jobs",
        "key",
        "message_subscriptions",
        "parent_element_key",
        "parent_process_key",
        "result_request",
        "root",
        "signal_subscriptions",
        "timers",
        "touched",
        "user_tasks",
    )

    def __init__(self, key: int, definition: Definition, parent_process_key: int = -1, parent_element_key: int = -1) -> None:
        self.key = key
        self.definition = definition
        self.parent_process_key = parent_process_key
        self.parent_element_key = parent_element_key
        # Set where a message with a correlation key started the instance.
        self.correlation_key = ""
        self.elements: dict[int, ElementInstance] = {}
        self.jobs: dict[int, Job] = {}
        self.timers: dict[int, Timer] = {}
        self.message_subscriptions: dict[int, MessageSubscription] = {}
        self.signal_subscriptions: dict[int, SignalSubscription] = {}
        self.user_tasks: dict[int, UserTask] = {}
        self.incidents: dict[int, Incident] = {}
        self.compensations: dict[int, CompensationSubscription] = {}
        # Who waits for the end of the instance: an index into the engine's answers, never stored.
        self.result_request: ResultRequest | None = None
        self.touched = 0
        self.root: ElementInstance


class ElementInstance:
    """One run of an element; for a scope, the parent of what runs inside."""

    __slots__ = (
        "active_flows",
        "called_key",
        "children",
        "element",
        "ended",
        "input_collection",
        "interrupted_by",
        "is_body",
        "is_unparented",
        "items",
        "job_key",
        "key",
        "loop_counter",
        "process",
        "satisfied",
        "saved",
        "scope",
        "started",
        "state",
        "taken_flows",
        "triggers",
        "user_task_key",
        "value",
        "variables",
        "waits",
    )

    def __init__(
        self,
        process: ProcessInstance,
        key: int,
        element: Element,
        scope: "ElementInstance | None",
        *,
        is_body: bool = False,
        is_unparented: bool = False,
    ) -> None:
        self.process = process
        self.key = key
        self.element = element
        self.scope = scope
        self.is_body = is_body
        # Begun by a modification, or by what was: in Zeebe its records name no calling process.
        self.is_unparented = is_unparented
        self.state = State.CREATED
        self.children: dict[int, ElementInstance] = {}
        self.variables: dict[str, Variable] = {}
        # What it waits for or at, by key: timers, subscriptions, incidents.
        self.waits: dict[int, Timer | MessageSubscription | SignalSubscription | Incident] = {}
        # Sequence flows taken inside this scope whose target has not been activated yet.
        self.active_flows = 0
        # Joins: how often each flow was taken and not yet consumed.
        self.taken_flows: dict[str, int] = {}
        self.job_key = -1
        self.user_task_key = -1
        self.loop_counter = 0
        self.triggers: list[Trigger] = []
        # The start event of the interrupting event subprocess that ends this scope's other work.
        self.interrupted_by = ""
        self.called_key = -1
        # Multi-instance bodies: inner instances that have ended and that were begun; the items as kept, and as last read.
        self.ended = 0
        self.started = 0
        self.input_collection: InputCollection | None = None
        self.items: list[Any] | None = None
        # Inner instances: whether the completion condition held when it was done.
        self.satisfied = False
        # The bytes last stored: an unchanged instance is not written again.
        self.saved = b""
        self.rename()

    def rename(self) -> None:
        """Make the value of its PROCESS_INSTANCE records, as JSON: once, and again when it was migrated."""
        process, scope = self.process, self.scope
        template = process.definition.value_template(self.element.id, is_body=self.is_body, is_handler=self.is_handler)
        self.value = template % (process.key, -1 if scope is None else scope.key, *self.parents)

    @property
    def parents(self) -> tuple[int, int]:
        """The calling process instance and its call, as its records name them."""
        return (-1, -1) if self.is_unparented else (self.process.parent_process_key, self.process.parent_element_key)

    @property
    def is_handler(self) -> bool:
        """Whether it undoes an activity; a handler that was begun by hand is a task like any other."""
        if not self.element.is_for_compensation:
            return False
        keys = {self.key} if self.scope is None or not self.scope.is_body else {self.key, self.scope.key}
        return any(entry.handler_key in keys for entry in self.process.compensations.values())

    @property
    def is_active(self) -> bool:
        return self.state == State.ACTIVATED

    @property
    def is_terminating(self) -> bool:
        return self.state >= State.TERMINATING

    def flow_value(self, flow_id: str, parents: tuple[int, int]) -> str:
        """The PROCESS_INSTANCE value of a sequence flow taken inside this scope; its parents are its source's."""
        return self.process.definition.value_template(flow_id) % (self.process.key, self.key, *parents)

    def row(self) -> Row:
        """What is stored of it."""
        process = self.process
        is_root = self.scope is None
        body = _encode(
            ElementRow(
                element_id=self.element.id,
                scope_key=-1 if self.scope is None else self.scope.key,
                state=int(self.state),
                is_body=self.is_body,
                active_flows=self.active_flows,
                taken_flows=self.taken_flows,
                job_key=self.job_key,
                user_task_key=self.user_task_key,
                loop_counter=self.loop_counter,
                triggers=self.triggers,
                interrupted_by=self.interrupted_by,
                called_key=self.called_key,
                ended=self.ended,
                started=self.started,
                definition_key=process.definition.key if is_root else -1,
                parent_process_key=process.parent_process_key if is_root else -1,
                parent_element_key=process.parent_element_key if is_root else -1,
                correlation_key=process.correlation_key if is_root else "",
                is_unparented=self.is_unparented,
            )
        )
        lookup = f"d/{process.definition.key}" if is_root else None
        return Row(self.key, process.key, Kind.ELEMENT, lookup, None, body)

    def variables_row(self) -> Row:
        """What is stored of its variables; the key is its own, negated."""
        body = _encode([(name, variable.key, variable.text) for name, variable in self.variables.items()])
        return Row(-self.key, self.process.key, Kind.VARIABLES, None, None, body)
