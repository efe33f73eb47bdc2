"""The nouns that are kept: plain structs with the fields that survive a restart.

They are stored as MessagePack arrays, so a field may only ever be added at the end, with a default. What is derived (children,
the executable element, JSON of records) lives in `instances.py`.
"""

from enum import IntEnum
from typing import Any

import msgspec

from engine.processing.commands import DEFAULT_TENANT

# The rank of what comes after all others that are due at the same moment.
LAST_RANK = (1 << 64) - 1


class Kind(IntEnum):
    """What a stored row is."""

    ELEMENT = 1
    VARIABLES = 2
    JOB = 3
    TIMER = 4
    MESSAGE_SUBSCRIPTION = 5
    USER_TASK = 6
    INCIDENT = 7
    SIGNAL_SUBSCRIPTION = 8
    COMPENSATION = 9
    INPUT_COLLECTION = 10
    MESSAGE = 20
    PROCESS = 21
    REQUIREMENTS = 22
    DECISION = 23
    FORM = 24
    START_SUBSCRIPTION = 25
    FOLLOW_UP = 26
    MESSAGE_ID = 27
    CORRELATION_LOCK = 28


class State(IntEnum):
    """Where an element instance is in its life."""

    CREATED = 0
    ACTIVATING = 1
    ACTIVATED = 2
    COMPLETING = 3
    COMPLETED = 4
    TERMINATING = 5
    TERMINATED = 6


class JobState(IntEnum):
    """Where a job is: only an activatable one is handed out."""

    ACTIVATABLE = 0
    ACTIVATED = 1
    FAILED = 2
    BACKOFF = 3
    ERROR_THROWN = 4


class Entity(msgspec.Struct, array_like=True, gc=False):
    """A stored struct with a key of its own."""

    key: int


class Trigger(msgspec.Struct, array_like=True):
    """An event that has happened to an element instance and still has to take effect."""

    key: int
    element_id: str
    # JSON text of the variables that came with it.
    variables: str
    # Whether the variables leave the event when it completes; those of an error stay.
    propagates: bool = True
    # Whether its taking effect has been written down.
    is_released: bool = False


class ElementRow(msgspec.Struct, array_like=True):
    """What is stored of an element instance."""

    element_id: str
    scope_key: int
    state: int
    is_body: bool = False
    active_flows: int = 0
    taken_flows: dict[str, int] = {}
    job_key: int = -1
    user_task_key: int = -1
    loop_counter: int = 0
    triggers: list[Trigger] = []
    interrupted_by: str = ""
    called_key: int = -1
    # Multi-instance bodies: how many inner instances have ended, and how many were begun.
    ended: int = 0
    started: int = 0
    # The process instance's own row only.
    definition_key: int = -1
    parent_process_key: int = -1
    parent_element_key: int = -1
    correlation_key: str = ""
    is_unparented: bool = False


class Job(Entity, array_like=True):
    """Work handed out to job workers."""

    owner: int
    element_instance_key: int
    element_id: str
    type: str
    retries: int
    headers: str
    state: int = JobState.ACTIVATABLE
    deadline: int = -1
    worker: str = ""
    retry_backoff: int = 0
    recurring_time: int = -1
    error_message: str = ""
    error_code: str = ""
    # As records spell it: the element id, or NO_CATCH_EVENT_FOUND after an error nobody caught.
    record_element_id: str = ""
    variables: str = "{}"
    tenant_id: str = DEFAULT_TENANT
    # An execution listener's: which one it is of those at the element's start, or at its end. Below zero the element's own.
    listener: int = -1
    # When its deadline is looked at, where that was over already when it was given.
    looked_at: int = -1


class Timer(Entity, array_like=True):
    """Something to happen at a time; `owner` is minus its kind for a start event's timer."""

    owner: int
    element_instance_key: int
    target_element_id: str
    due: int
    repetitions: int
    definition_key: int
    process_instance_key: int = -1
    # Cycles: the text of the interval, empty for a timer that fires once.
    cycle: str = ""
    tenant_id: str = DEFAULT_TENANT

    @property
    def rank(self) -> int:
        """Its place among the timers of one moment: by what waits for it, starts of processes last."""
        return LAST_RANK if self.element_instance_key < 0 else self.element_instance_key


class MessageSubscription(Entity, array_like=True):
    """Both sides of Zeebe's message subscription: `key` is the process's, `message_side_key` the message's."""

    owner: int
    element_instance_key: int
    element_id: str
    message_name: str
    correlation_key: str
    is_interrupting: bool
    message_side_key: int = -1
    # True while a correlated message is on its way to the instance.
    is_correlating: bool = False
    message_key: int = -1
    variables: str = "{}"
    tenant_id: str = DEFAULT_TENANT


class SignalSubscription(Entity, array_like=True):
    """An element instance, or a process's start event, waiting for a signal."""

    owner: int
    element_instance_key: int
    element_id: str
    signal_name: str
    definition_key: int
    tenant_id: str = DEFAULT_TENANT


class UserTask(Entity, array_like=True):
    """A native user task."""

    owner: int
    element_instance_key: int
    element_id: str
    assignee: str = ""
    candidate_groups: list[str] = []
    candidate_users: list[str] = []
    due_date: str = ""
    follow_up_date: str = ""
    form_key: int = -1
    external_form_reference: str = ""
    headers: str = "{}"
    creation_timestamp: int = 0
    action: str = ""
    changed_attributes: list[str] = []
    variables: str = "{}"


class Incident(Entity, array_like=True):
    """A step that cannot go on by itself."""

    owner: int
    element_instance_key: int
    element_id: str
    error_type: str
    error_message: str
    job_key: int
    variable_scope_key: int


class CompensationSubscription(Entity, array_like=True):
    """A completed activity that has a compensation handler."""

    owner: int
    scope_key: int
    activity_id: str
    activity_key: int
    handler_id: str
    throw_event_id: str = ""
    throw_event_key: int = -1
    # The element instance running the handler.
    handler_key: int = -1
    variables: str = "{}"


class InputCollection(Entity, array_like=True):
    """The items of a multi-instance body as they were when it began: variables may change while it runs."""

    owner: int
    element_instance_key: int
    # A JSON array.
    items: str


class Message(Entity, array_like=True):
    """A published message that waits for whom it may concern."""

    name: str
    correlation_key: str
    time_to_live: int
    deadline: int
    message_id: str
    variables: str
    # Processes it has been given to: once each.
    correlated: list[str] = []
    tenant_id: str = DEFAULT_TENANT


class MessageId(Entity, array_like=True):
    """Refuses a second message of the same id while the first is buffered."""

    lookup: str


class CorrelationLock(Entity, array_like=True):
    """A live instance started by a message with a correlation key; no second one of that process may start."""

    bpmn_process_id: str
    correlation_key: str
    process_instance_key: int
    tenant_id: str = DEFAULT_TENANT


class StartSubscription(Entity, array_like=True):
    """A process that a message starts."""

    definition_key: int
    bpmn_process_id: str
    element_id: str
    message_name: str
    tenant_id: str = DEFAULT_TENANT


class DeployedResource(Entity, array_like=True):
    """A process, decision requirements graph or form as deployed."""

    kind: int
    id: str
    version: int
    resource_name: str
    checksum: str
    content: bytes
    name: str = ""
    namespace: str = ""
    is_deleted: bool = False
    tenant_id: str = DEFAULT_TENANT


class DeployedDecision(Entity, array_like=True):
    """One decision of a deployed graph."""

    id: str
    name: str
    version: int
    requirements_key: int
    is_deleted: bool = False
    tenant_id: str = DEFAULT_TENANT


class FollowUp(Entity, array_like=True):
    """A command the engine gave itself and had no time for before the commit."""

    command: list[Any]
    source: int = -1
