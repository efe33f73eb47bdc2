"""Modifying a process instance: elements are begun and ended by hand, in one step."""

from functools import partial
from typing import Any

from engine.processing import batch_size, compensation, message_start, placement, termination
from engine.processing.commands import (
    ActivateInstruction,
    CommandRejected,
    Done,
    ModifyProcessInstance,
    RejectionType,
)
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.records import quote, to_json
from engine.processing.rehearsal import Rehearsal
from engine.processing.variables import set_locals


def modify(engine: Engine, command: ModifyProcessInstance) -> Done:
    """Handle the command to modify a process instance: all instructions or none."""
    process = engine.state.process(command.process_instance_key)
    if process is None:
        raise CommandRejected(
            RejectionType.NOT_FOUND,
            f"Expected to modify process instance but no process instance found with key '{command.process_instance_key}'",
        )
    _check_elements(process, command)
    _check_terminations(process, command.terminate_element_instance_keys)
    _check_variables(process, command.activate)
    _check_ancestors(engine, process, command.activate)
    for instruction in command.activate:
        _check_activation(process, instruction)
    _check_called(process, command)
    _check_size(process, command.activate)
    rehearsal = Rehearsal(engine)
    for instruction in command.activate:
        start, given = _start(process, instruction), partial(_given, instruction)
        rehearsal.enter(start, instruction.element_id, given, is_chosen=_is_chosen(instruction))
    ancestors = [_activate(engine, process, instruction) for instruction in command.activate]
    needed = {key for around in ancestors for key in around}
    for key in command.terminate_element_instance_keys:
        instance = process.elements.get(key)
        if instance is not None:
            _terminate(engine, instance)
            _terminate_empty_scopes(engine, instance.scope, needed)
    _write(engine, command, ancestors)
    for key in needed:
        _reopen(engine, process.elements.get(key))
    return Done()


def _refused(process: ProcessInstance, what: str) -> CommandRejected:
    process_id = process.definition.bpmn_process_id
    return CommandRejected(
        RejectionType.INVALID_ARGUMENT,
        f"Expected to modify instance of process '{process_id}' but it contains one or more {what}",
    )


def _check_elements(process: ProcessInstance, command: ModifyProcessInstance) -> None:
    """All elements must be there before the first is asked what it is."""
    kinds = {
        instruction.element_id: placement.element_type(process.definition, instruction.element_id)
        for instruction in command.activate
    }
    missing = [element_id for element_id, kind in kinds.items() if kind is None]
    if missing:
        names = "', '".join(missing)
        raise _refused(process, f"activate instructions with an element that could not be found: '{names}'")
    at_gateway = [one for one in kinds if placement.follows_event_gateway(process.definition, one)]
    if at_gateway:
        names = "', '".join(at_gateway)
        raise _refused(
            process,
            f"activate instructions for elements that are unsupported: '{names}'. "
            "The activation of events belonging to an event-based gateway is not supported.",
        )
    unsupported = {element_id: kind for element_id, kind in kinds.items() if kind in placement.UNSUPPORTED}
    if unsupported:
        names, types = "', '".join(unsupported), "', '".join(map(str, dict.fromkeys(unsupported.values())))
        raise _refused(
            process,
            f"activate instructions for elements that are unsupported: '{names}'. The activation of elements with type "
            f"'{types}' is not supported. Supported element types are: [{placement.SUPPORTED_NAMES}].",
        )


def _check_activation(process: ProcessInstance, instruction: ActivateInstruction) -> None:
    definition, element_id = process.definition, instruction.element_id
    start = _start(process, instruction)
    path = placement.scope_ids(definition, element_id)
    try:
        if start.is_body and start.element.id in path:
            _check_begun(process, start.element.id)
        there: ElementInstance | None = None if _is_chosen(instruction) else start
        for scope_id in placement.scope_ids_below(start, element_id):
            there = None if there is None else placement.find_scope(there, scope_id)
            if there is None:
                _check_begun(process, scope_id)
    except placement.SeveralScopes as several:
        raise _refused(
            process,
            f"activate instructions for an element that has a flow scope with more than one active instance: "
            f"'{several.scope_id}'. Can't decide in which instance of the flow scope the element should be activated. Please "
            "specify an ancestor element instance key for this activate instruction.",
        ) from several


def _check_variables(process: ProcessInstance, activate: tuple[ActivateInstruction, ...]) -> None:
    """All scopes that variables are for must be there before the first is asked what it is around."""
    definition = process.definition
    named = {one.scope_id: None for instruction in activate for one in instruction.variable_instructions if one.scope_id}
    missing = [scope_id for scope_id in named if placement.element_type(definition, scope_id) is None]
    if missing:
        names = "', '".join(missing)
        raise _refused(process, f"variable instructions with a scope element id that could not be found: '{names}'")
    for instruction in activate:
        path = placement.scope_ids(definition, instruction.element_id)
        around = {"", definition.bpmn_process_id, instruction.element_id, *path}
        if any(one.scope_id not in around for one in instruction.variable_instructions):
            raise _refused(
                process,
                "variable instructions with a scope element that doesn't belong to the activating element's flow scope. "
                "These variables should be set before or after the modification.",
            )


def _check_size(process: ProcessInstance, activate: tuple[ActivateInstruction, ...]) -> None:
    given = {
        f"{nth}.{number}": one.variables
        for nth, each in enumerate(activate)
        for number, one in enumerate(each.variable_instructions)
    }
    if not batch_size.fits(given, 2):
        raise CommandRejected(
            RejectionType.INVALID_ARGUMENT,
            f"Unable to modify process instance with key '{process.key}' as the size exceeds the maximum batch size. "
            "Please reduce the size by splitting the modification into multiple commands.",
        )


def _check_begun(process: ProcessInstance, scope_id: str) -> None:
    """A scope would have to be begun: of a multi-instance nobody could say which turn that is."""
    if process.definition.element(scope_id).loop is not None:
        raise _refused(
            process,
            f"activate instructions that would result in the activation of multi-instance element '{scope_id}', which is "
            "currently unsupported.",
        )


def _check_ancestors(engine: Engine, process: ProcessInstance, activate: tuple[ActivateInstruction, ...]) -> None:
    """Of all instructions at once: the chosen scopes are there, the process's own, and around what is to begin."""
    chosen = [instruction for instruction in activate if _is_chosen(instruction)]
    keys = dict.fromkeys(instruction.ancestor_element_instance_key for instruction in chosen)
    known = {key: engine.state.element(key) for key in keys}
    missing = [str(key) for key, ancestor in known.items() if ancestor is None or not ancestor.is_active]
    if missing:
        names = "', '".join(missing)
        raise _refused(
            process,
            f"activate instructions with an ancestor scope key that does not exist, or is not in an active state: '{names}'",
        )
    foreign = [str(key) for key in keys if key not in process.elements]
    if foreign:
        names = "', '".join(foreign)
        raise _refused(
            process,
            "activate instructions with an ancestor scope key that does not belong to the modified process instance: "
            f"'{names}'",
        )
    beside = [line for instruction in chosen for line in _not_around(process, instruction)]
    if beside:
        lines = "\n".join(beside)
        raise _refused(
            process,
            f"activate instructions with an ancestor scope key that is not an ancestor of the element to activate:\n{lines}",
        )


def _not_around(process: ProcessInstance, instruction: ActivateInstruction) -> list[str]:
    ancestor = process.elements[instruction.ancestor_element_instance_key]
    around = [process.definition.bpmn_process_id, *placement.scope_ids(process.definition, instruction.element_id)]
    if ancestor.element.id in around:
        return []
    instance = f"instance '{ancestor.key}' of element '{ancestor.element.id}'"
    return [f"- {instance} is not an ancestor of element '{instruction.element_id}'"]


def _check_terminations(process: ProcessInstance, keys: tuple[int, ...]) -> None:
    missing = [key for key in dict.fromkeys(keys) if key not in process.elements]
    if missing:
        names = "', '".join(map(str, missing))
        raise _refused(process, f"terminate instructions with an element instance that could not be found: '{names}'")


def _check_called(process: ProcessInstance, command: ModifyProcessInstance) -> None:
    """A called instance may not be ended by ending all that runs in it: its caller would wait for ever.

    It may be ended itself; what is named behind it has ended with it.
    """
    keys = command.terminate_element_instance_keys
    ended = set(keys[: keys.index(process.root.key)] if process.root.key in keys else keys)
    if process.parent_element_key < 0 or command.activate:
        return
    if _is_emptied(process.root, ended):
        raise CommandRejected(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to modify instance of process '{process.definition.bpmn_process_id}' but the given instructions would "
            "terminate the instance. The instance was created by a call activity in the parent process. To terminate this "
            "instance please modify the parent process instead.",
        )


def _is_emptied(scope: ElementInstance, ended: set[int]) -> bool:
    """Whether nothing would be left in a scope."""
    return scope.key in ended or (
        bool(scope.children) and not scope.active_flows and all(_is_emptied(child, ended) for child in scope.children.values())
    )


def _start(process: ProcessInstance, instruction: ActivateInstruction) -> ElementInstance:
    return process.elements.get(instruction.ancestor_element_instance_key, process.root)


def _is_chosen(instruction: ActivateInstruction) -> bool:
    """Whether the instruction says in which scope to begin: what lies between is begun anew then."""
    return instruction.ancestor_element_instance_key > 0


def _given(instruction: ActivateInstruction, instance: ElementInstance) -> dict[str, Any]:
    """The variables an instruction has for an element instance; those for no scope are the process's."""
    given: dict[str, Any] = {}
    for entry in instruction.variable_instructions:
        if entry.scope_id == instance.element.id or (not entry.scope_id and instance.scope is None):
            given |= entry.variables
    return given


def _activate(engine: Engine, process: ProcessInstance, instruction: ActivateInstruction) -> list[int]:
    def begun(instance: ElementInstance) -> None:
        set_locals(engine, instance, _given(instruction, instance))

    start, is_chosen = _start(process, instruction), _is_chosen(instruction)
    _, around = placement.place(engine, start, instruction.element_id, begun, is_chosen=is_chosen)
    return around


def _terminate(engine: Engine, instance: ElementInstance) -> None:
    """End an element instance and what is inside it, here and now: newest first, and gone in the opposite order.

    As in Zeebe, nothing is said of what was done in there and can be undone until the process instance has ended.
    """
    ending: list[ElementInstance] = []
    left = [instance]
    while left:
        inner = left.pop()
        if inner.state == State.CREATED:
            _never_begun(engine, inner)
        elif not inner.is_terminating:
            engine.transition(inner, State.TERMINATING)
            termination.withdraw(engine, inner)
            if inner.scope is None:
                compensation.forget_all(engine, inner.process)
            ending.append(inner)
            left.extend(inner.children.values())
            left.extend(_called(engine, inner))
    for inner in reversed(ending):
        engine.transition(inner, State.TERMINATED)
        engine.state.remove_element(inner)
        if inner.scope is None:
            # A message that is kept for the next instance is not given to it now, as in Zeebe.
            message_start.unlock(engine, inner.process)


def _called(engine: Engine, instance: ElementInstance) -> list[ElementInstance]:
    """The process that a call activity has called: it ends within the call, which will not wait for it any more."""
    child = engine.state.process(instance.called_key) if instance.called_key >= 0 else None
    instance.called_key = -1
    return [] if child is None else [child.root]


def _never_begun(engine: Engine, instance: ElementInstance) -> None:
    """What the same command was to begin has lost its scope: its turn comes, and is refused."""
    engine.state.remove_element(instance)
    for commands in (engine.queue, engine.backlog):
        for number, follow_up in enumerate(commands):
            if follow_up[:1] == ("activate",) and follow_up[2] == instance.key:
                scope_key = follow_up[4]
                commands[number] = ("refuse_activation", instance.key, instance.value, scope_key)


def _terminate_empty_scopes(engine: Engine, scope: ElementInstance | None, needed: set[int]) -> None:
    """A scope whose last child was ended by hand ends too, unless something was to begin there."""
    while scope is not None and not scope.children and not scope.active_flows and scope.key not in needed:
        outer = scope.scope
        _terminate(engine, scope)
        scope = outer


def _reopen(engine: Engine, scope: ElementInstance | None) -> None:
    """An event has interrupted the scope; something has begun there by hand, so tokens may go on."""
    if scope is not None and scope.interrupted_by:
        scope.interrupted_by = ""
        engine.state.update_element(scope)


def _write(engine: Engine, command: ModifyProcessInstance, ancestors: list[list[int]]) -> None:
    activations: list[str] = []
    for instruction, around in zip(command.activate, ancestors, strict=True):
        variables = [
            f'{{"variables":{to_json(entry.variables)},"elementId":{quote(entry.scope_id)}}}'
            for entry in instruction.variable_instructions
        ]
        ancestor_key = max(instruction.ancestor_element_instance_key, 0)
        activations.append(
            f'{{"elementId":{quote(instruction.element_id)},"ancestorScopeKey":{ancestor_key},'
            f'"ancestorScopeKeys":{to_json(around)},"variableInstructions":[{",".join(variables)}]}}'
        )
    terminations = [f'{{"elementInstanceKey":{key}}}' for key in command.terminate_element_instance_keys]
    every = list(dict.fromkeys(key for around in ancestors for key in around))
    engine.log.append(
        "PROCESS_INSTANCE_MODIFICATION",
        "MODIFIED",
        command.process_instance_key,
        f'{{"processInstanceKey":{command.process_instance_key},"tenantId":"<default>",'
        f'"terminateInstructions":[{",".join(terminations)}],"activateInstructions":[{",".join(activations)}],'
        f'"ancestorScopeKeys":{to_json(every)}}}',
    )
