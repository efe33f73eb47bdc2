"""Commands on whole process instances: create and cancel."""

from engine.processing import batch_size, instantiation, placement, subscriptions
from engine.processing.commands import (
    CancelProcessInstance,
    CommandRejected,
    CreateProcessInstance,
    Done,
    ProcessInstanceCreated,
    RejectionType,
)
from engine.processing.engine import Engine
from engine.processing.entities import DeployedResource, State
from engine.processing.instances import Definition, ElementInstance, ProcessInstance, ResultRequest
from engine.processing.lifecycle import request_termination
from engine.processing.records import quote, to_json
from engine.processing.rehearsal import Rehearsal
from engine.processing.variables import Variable, set_locals


def _not_found(what: str) -> CommandRejected:
    return CommandRejected(RejectionType.NOT_FOUND, f"Expected to find process definition with {what}, but none found")


def _resource(engine: Engine, command: CreateProcessInstance) -> DeployedResource:
    processes = engine.catalog.processes
    tenant_id, process_id, version = command.tenant_id, command.bpmn_process_id, command.version
    if not process_id and command.process_definition_key < 0:
        raise CommandRejected(
            RejectionType.INVALID_ARGUMENT, "Expected at least a bpmnProcessId or a key greater than -1, but none given"
        )
    if not process_id:
        resource = processes.of_tenant(tenant_id, command.process_definition_key)
        missing = f"key '{command.process_definition_key}'"
    elif version >= 0:
        resource = processes.version(tenant_id, process_id, version)
        missing = f"process ID '{process_id}' and version '{version}'"
    else:
        resource = processes.latest(tenant_id, process_id)
        missing = f"process ID '{process_id}'"
    if resource is None:
        raise _not_found(missing)
    return resource


def create(engine: Engine, command: CreateProcessInstance, request_id: int) -> ProcessInstanceCreated:
    """Handle the command to create a process instance; `request_id` is where the result goes if it is asked for."""
    definition = engine.catalog.process(_resource(engine, command).key)
    if definition.model.process.none_start_id is None and not command.start_element_ids:
        raise CommandRejected(
            RejectionType.INVALID_STATE,
            "Expected to create instance of process with none start event, but there is no such event",
        )
    _check_starts(definition, command.start_element_ids)
    if command.start_element_ids:
        _rehearse(engine, definition, command)
    batch_size.check(command.variables, to_json(command.variables), 2, sets_them=True)
    process = instantiation.create_process(engine, definition, engine.next_key())
    if command.with_result:
        process.result_request = ResultRequest(request_id, command.fetch_variables)
    set_locals(engine, process.root, command.variables)
    if command.start_element_ids:
        _start_inside(engine, process, command.start_element_ids)
        _write_created(engine, definition, process.key, command)
    else:
        _write_created(engine, definition, process.key, command)
        engine.follow_up("activate", process.key, process.key, definition.bpmn_process_id, -1)
    return ProcessInstanceCreated(
        definition.key, definition.bpmn_process_id, definition.version, process.key, definition.tenant_id
    )


def _check_starts(definition: Definition, element_ids: tuple[str, ...]) -> None:
    """Refuse start instructions that name no element, or one that cannot be begun: each fault for all of them."""
    kinds = {element_id: placement.element_type(definition, element_id) for element_id in element_ids}
    for element_id, kind in kinds.items():
        if kind is None:
            raise _not_begun(f"no element found with id '{element_id}'.")
    for element_id in kinds:
        if _is_inside_multi_instance(definition, element_id):
            raise _not_begun(
                f"the element with id '{element_id}' is inside a multi-instance subprocess. "
                "The creation of elements inside a multi-instance subprocess is not supported."
            )
    for element_id, kind in kinds.items():
        if kind in placement.UNSUPPORTED:
            raise _not_begun(
                f"the element with id '{element_id}' targets unsupported element type '{kind}'. "
                f"Supported element types are: [{placement.SUPPORTED_NAMES}]"
            )
    for element_id in kinds:
        if placement.follows_event_gateway(definition, element_id):
            raise _not_begun(
                f"the element with id '{element_id}' belongs to an event-based gateway. "
                "The creation of elements belonging to an event-based gateway is not supported."
            )


def _not_begun(why: str) -> CommandRejected:
    reason = f"Expected to create instance of process with start instructions but {why}"
    return CommandRejected(RejectionType.INVALID_ARGUMENT, reason)


def _rehearse(engine: Engine, definition: Definition, command: CreateProcessInstance) -> None:
    """Refuse start instructions for elements whose scopes cannot be entered."""
    process = ProcessInstance(-1, definition)
    process.root = ElementInstance(process, -1, definition.model.process, None)
    process.root.variables = {name: Variable(-1, to_json(value), value) for name, value in command.variables.items()}
    rehearsal = Rehearsal(engine)
    rehearsal.check(process.root)
    for element_id in command.start_element_ids:
        rehearsal.enter(process.root, element_id)


def _is_inside_multi_instance(definition: Definition, element_id: str) -> bool:
    if element_id not in definition.model.elements:
        return False
    return any(definition.element(scope_id).loop for scope_id in placement.scope_ids(definition, element_id))


def _start_inside(engine: Engine, process: ProcessInstance, element_ids: tuple[str, ...]) -> None:
    """Begin a new instance at the given elements in place of its start event."""
    engine.transition(process.root, State.ACTIVATING)
    engine.transition(process.root, State.ACTIVATED)
    subscriptions.open_scope(engine, process.root)
    for element_id in element_ids:
        placement.place(engine, process.root, element_id)


def _write_created(engine: Engine, definition: Definition, process_key: int, command: CreateProcessInstance) -> None:
    starts = ",".join([f'{{"elementId":{quote(element_id)}}}' for element_id in command.start_element_ids])
    engine.log.append(
        "PROCESS_INSTANCE_CREATION",
        "CREATED",
        engine.next_key(),
        f'{{"bpmnProcessId":{definition.quoted_id},"processDefinitionKey":{definition.key},"version":{definition.version},'
        f'"processInstanceKey":{process_key},"tenantId":{definition.quoted_tenant},"variables":{to_json(command.variables)},'
        f'"startInstructions":[{starts}]}}',
    )


def cancel(engine: Engine, command: CancelProcessInstance) -> Done:
    """Handle the command to cancel a process instance."""
    key = command.process_instance_key
    process = engine.state.process(key)
    if process is None or process.root.is_terminating:
        raise CommandRejected(
            RejectionType.NOT_FOUND,
            f"Expected to cancel a process instance with key '{key}', but no such process was found",
        )
    if process.parent_process_key >= 0:
        root = process.parent_process_key
        while (parent := engine.state.process(root)) is not None and parent.parent_process_key >= 0:
            root = parent.parent_process_key
        raise CommandRejected(
            RejectionType.INVALID_STATE,
            f"Expected to cancel a process instance with key '{key}', but it is created by a parent process instance. "
            f"Cancel the root process instance '{root}' instead.",
        )
    request_termination(engine, process.root)
    return Done()
