"""Migrating a process instance to another process definition: it stays where it is, under another model's names.

As in Zeebe, a subprocess keeps the timers and signals it waits for; one that its new definition does not know happens to
nobody.
"""

from collections import deque

from engine.bpmn.model import Element, ElementType, EventType
from engine.processing import incident, job, message_subscription, placement, subscriptions, user_task_state, variables
from engine.processing.commands import CommandRejected, Done, MigrateProcessInstance, RejectionType
from engine.processing.engine import Engine
from engine.processing.entities import Incident, MessageSubscription, State
from engine.processing.errors import StepFailed
from engine.processing.instances import Definition, ElementInstance, ProcessInstance
from engine.processing.records import quote

MIGRATABLE = frozenset(
    {
        ElementType.PROCESS,
        ElementType.SERVICE_TASK,
        ElementType.USER_TASK,
        ElementType.SUB_PROCESS,
        ElementType.CALL_ACTIVITY,
    }
)


def migrate(engine: Engine, command: MigrateProcessInstance) -> Done:
    """Handle the command to migrate a process instance."""
    key, target_key = command.process_instance_key, command.target_process_definition_key
    process = engine.state.process(key)
    if process is None:
        raise CommandRejected(
            RejectionType.NOT_FOUND, f"Expected to migrate process instance but no process instance found with key '{key}'"
        )
    if engine.catalog.processes.of_tenant(process.definition.tenant_id, target_key) is None:
        raise CommandRejected(
            RejectionType.NOT_FOUND,
            "Expected to migrate process instance to process definition but no process definition found with key "
            f"'{target_key}'",
        )
    target = engine.catalog.process(target_key)
    mapping = {**command.mapping, process.definition.bpmn_process_id: target.bpmn_process_id}
    _check_mapping(process, target, command)
    _check_event_subprocesses(process, target)
    for instance in process.elements.values():
        _check_element(process, instance, target, mapping)
        _check_subscriptions(engine, instance, target, mapping)
    process.definition = target
    waiting = deque([process.root])
    while waiting:
        instance = waiting.popleft()
        _migrate_element(engine, instance, mapping)
        waiting.extend(instance.children.values())
    mappings = ",".join(
        f'{{"sourceElementId":{quote(source_id)},"targetElementId":{quote(target_id)}}}'
        for source_id, target_id in command.mapping.items()
    )
    engine.log.append(
        "PROCESS_INSTANCE_MIGRATION",
        "MIGRATED",
        key,
        f'{{"processInstanceKey":{key},"targetProcessDefinitionKey":{target_key},"mappingInstructions":[{mappings}]}}',
    )
    return Done()


def _check_mapping(process: ProcessInstance, target: Definition, command: MigrateProcessInstance) -> None:
    if command.duplicate_sources:
        raise CommandRejected(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to migrate process instance '{process.key}' but the mapping instructions contain duplicate source "
            f"element ids '[{', '.join(command.duplicate_sources)}]'.",
        )
    prefix = f"Expected to migrate process instance '{process.key}' but mapping instructions contain a non-existing"
    for source_id, target_id in command.mapping.items():
        if placement.element_type(process.definition, source_id) is None:
            raise CommandRejected(
                RejectionType.INVALID_ARGUMENT,
                f"{prefix} source element id '{source_id}'. Elements provided in mapping instructions must exist in the source "
                "process definition.",
            )
        if placement.element_type(target, target_id) is None:
            raise CommandRejected(
                RejectionType.INVALID_ARGUMENT,
                f"{prefix} target element id '{target_id}'. Elements provided in mapping instructions must exist in the target "
                "process definition.",
            )


def _check_event_subprocesses(process: ProcessInstance, target: Definition) -> None:
    """Directly inside a process, before or afterwards: those of its subprocesses may stay and come."""
    reason = ""
    if process.root.element.event_subprocess_ids:
        reason = "process instance has an event subprocess. Process instances with event subprocesses cannot be migrated yet."
    elif target.model.process.event_subprocess_ids:
        reason = "target process has an event subprocess. Target processes with event subprocesses cannot be migrated yet."
    if reason:
        raise CommandRejected(RejectionType.INVALID_STATE, f"Expected to migrate process instance but {reason}")


def _check_element(process: ProcessInstance, instance: ElementInstance, target: Definition, mapping: dict[str, str]) -> None:
    """Refuse what an element instance cannot become."""
    reason = _why_not(instance, target, mapping)
    if reason:
        raise CommandRejected(RejectionType.INVALID_STATE, f"Expected to migrate process instance '{process.key}' but {reason}")


def _why_not(instance: ElementInstance, target: Definition, mapping: dict[str, str]) -> str:
    element = instance.element
    name = f"active element with id '{element.id}'"
    if element.type not in MIGRATABLE or instance.is_body:
        kind = ElementType.MULTI_INSTANCE_BODY if instance.is_body else element.type
        return f"{name} has an unsupported type. The migration of a {kind} is not supported."
    target_id = mapping.get(element.id)
    if target_id is None:
        return f"no mapping instruction defined for {name}. Elements cannot be migrated without a mapping."
    goal_type = _type_in(target, target_id)
    if goal_type != element.type:
        return (
            f"{name} and type '{element.type}' is mapped to an element with id '{target_id}' and different type '{goal_type}'. "
            "Elements must be mapped to elements of the same type."
        )
    goal = target.element(target_id)
    work, goal_work = _implementation(element), _implementation(goal)
    if work != goal_work:
        return (
            f"active user task with id '{element.id}' and implementation '{work}' is mapped to an user task "
            f"with id '{target_id}' and different implementation '{goal_work}'. "
            "Elements must be mapped to elements of the same implementation."
        )
    outer = instance.scope
    expected = goal.parent_id if outer is None else mapping.get(outer.element.id)
    if goal.parent_id != expected:
        return (
            f"the flow scope of {name} is changed. The flow scope of the active element is expected to be '{expected}' but was "
            f"'{goal.parent_id}'. The flow scope of an element cannot be changed during migration yet."
        )
    if instance.active_flows:
        # A token on its way, or one that waits at a parallel gateway.
        return "a concurrent command was executed on the process instance. Please retry the migration."
    return _events_in_the_way(instance, target, goal, mapping)


def _type_in(target: Definition, element_id: str) -> ElementType | None:
    """What an element instance would become first: of a multi-instance its body."""
    kind = placement.element_type(target, element_id)
    is_loop = kind not in {None, ElementType.SEQUENCE_FLOW} and target.element(element_id).loop is not None
    return ElementType.MULTI_INSTANCE_BODY if is_loop else kind


def _implementation(element: Element) -> str:
    """What does a user task's work, in Zeebe's words."""
    return "job worker" if element.user_task is None else "zeebe user task"


def _events_in_the_way(instance: ElementInstance, target: Definition, goal: Element, mapping: dict[str, str]) -> str:
    """Of boundary events Zeebe 8.5 migrates those for messages alone: it withdraws the old ones and subscribes to the new."""
    element = instance.element
    if kinds := _not_messages(instance.process.definition, element):
        return (
            f"active element with id '{element.id}' has one or more boundary events of types '{kinds}'. "
            "Migrating active elements with boundary events of these types is not possible yet."
        )
    if kinds := _not_messages(target, goal):
        return (
            f"target element with id '{goal.id}' has one or more boundary events of types '{kinds}'. "
            "Migrating target elements with boundary events of these types is not possible yet."
        )
    caught = subscriptions.caught_by(target, goal)
    mapped = [event_id for event_id in caught if event_id in mapping.values()]
    mapped += [
        mapping[event_id] for event_id in subscriptions.caught_by(instance.process.definition, element) if event_id in mapping
    ]
    if mapped:
        return (
            f"active element with id '{element.id}' is mapped to element with id '{goal.id}' that must be subscribed to mapped "
            f"catch event with id '{mapped[0]}'. Migrating active elements with mapped catch events is not possible yet."
        )
    return ""


def _not_messages(definition: Definition, element: Element) -> str:
    boundaries = [definition.element(boundary_id) for boundary_id in reversed(element.boundary_event_ids)]
    return ",".join(str(boundary.event_type) for boundary in boundaries if boundary.event_type != EventType.MESSAGE)


def _check_subscriptions(engine: Engine, instance: ElementInstance, target: Definition, mapping: dict[str, str]) -> None:
    """Refuse what could not be subscribed to under the new definition; what has not begun yet subscribes when it does."""
    if instance.state == State.ACTIVATING:
        return
    goal = target.element(mapping[instance.element.id])
    double = ElementInstance(ProcessInstance(instance.process.key, target), instance.key, goal, instance.scope)
    double.variables = instance.variables
    prefix = f"Expected to migrate process instance '{instance.process.key}' but active element with id"
    try:
        names = subscriptions.messages_of(engine, double)
    except StepFailed as failure:
        raise CommandRejected(
            RejectionType.INVALID_STATE,
            f"{prefix} '{instance.element.id}' is mapped to element with id '{goal.id}' that must be subscribed to a "
            f"message catch event. {failure.message}",
        ) from failure
    known = {wait.message_name for wait in instance.waits.values() if isinstance(wait, MessageSubscription)}
    for event_id, name in names:
        if name in known:
            raise CommandRejected(
                RejectionType.INVALID_STATE,
                f"{prefix} '{goal.id}' attempts to subscribe to a message it is already subscribed to with name '{name}'. "
                "Migrating active elements that subscribe to a message they are already subscribed to is not possible yet. "
                f"Please provide a mapping instruction to message catch event with id '{event_id}' to migrate the respective "
                "message subscription.",
            )


def _migrate_element(engine: Engine, instance: ElementInstance, mapping: dict[str, str]) -> None:
    """Give an element instance its new name, and what hangs on it."""
    process = instance.process
    withdrawn = [
        wait
        for wait in instance.waits.values()
        if isinstance(wait, MessageSubscription) and wait.element_id != instance.element.id
    ]
    instance.element = process.definition.element(mapping[instance.element.id])
    instance.rename()
    engine.state.update_element(instance)
    engine.log.append("PROCESS_INSTANCE", "ELEMENT_MIGRATED", instance.key, instance.value)
    handed_out = process.jobs.get(instance.job_key)
    if handed_out is not None:
        handed_out.element_id = handed_out.record_element_id = instance.element.id
        engine.state.update(handed_out)
        job.write(engine, "MIGRATED", process, handed_out)
    for entry in instance.waits.values():
        if isinstance(entry, Incident):
            entry.element_id = instance.element.id
            engine.state.update(entry)
            incident.write(engine, "MIGRATED", process, entry)
    task = process.user_tasks.get(instance.user_task_key)
    if task is not None:
        task.element_id = instance.element.id
        engine.state.update(task)
        user_task_state.write(engine, "MIGRATED", process, task)
    variables.write_migrated(engine, instance)
    if instance.state != State.ACTIVATING:
        subscriptions.open_migrated(engine, instance)
    for subscription in withdrawn:
        message_subscription.close(engine, process, subscription)
