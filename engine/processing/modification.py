"""Modifying a process instance: elements are begun and ended by hand, in one step."""

from engine.processing import placement, termination
from engine.processing.commands import (
    ActivateInstruction,
    CommandRejected,
    Done,
    ModifyProcessInstance,
    RejectionType,
)
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.errors import StepFailed
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.lifecycle import request_termination
from engine.processing.records import quote, to_json
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
    for instruction in command.activate:
        _check_activation(process, instruction)
    _check_terminations(process, command.terminate_element_instance_keys)
    ancestors = [_activate(engine, process, instruction) for instruction in command.activate]
    for key in command.terminate_element_instance_keys:
        instance = process.elements.get(key)
        if instance is not None:
            _terminate(engine, instance)
            _terminate_empty_scopes(engine, instance.scope)
    _write(engine, command, ancestors)
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
    start = _check_ancestor(process, instruction)
    path = placement.scope_ids(definition, element_id)
    try:
        for scope_id in path[path.index(start.element.id) + 1 :] if start.element.id in path else path:
            found = placement.find_scope(start, scope_id)
            if found is None:
                break
            start = found
    except placement.SeveralScopes as several:
        raise _refused(
            process,
            f"activate instructions for an element that has a flow scope with more than one active instance: "
            f"'{several.scope_id}'. Can't decide in which instance of the flow scope the element should be activated. Please "
            "specify an ancestor element instance key for this activate instruction.",
        ) from several
    allowed = {"", definition.bpmn_process_id, element_id, *path}
    for variables in instruction.variable_instructions:
        if variables.scope_id and placement.element_type(definition, variables.scope_id) is None:
            raise _refused(
                process, f"variable instructions with a scope element id that could not be found: '{variables.scope_id}'"
            )
        if variables.scope_id not in allowed:
            raise _refused(
                process,
                "variable instructions with a scope element that doesn't belong to the activating element's flow scope. "
                "These variables should be set before or after the modification.",
            )


def _check_ancestor(process: ProcessInstance, instruction: ActivateInstruction) -> ElementInstance:
    key = instruction.ancestor_element_instance_key
    if key <= 0:
        return process.root
    ancestor = process.elements.get(key)
    if ancestor is None or not ancestor.is_active:
        raise _refused(
            process,
            f"activate instructions with an ancestor scope key that does not exist, or is not in an active state: '{key}'",
        )
    around = [process.definition.bpmn_process_id, *placement.scope_ids(process.definition, instruction.element_id)]
    if ancestor.element.id not in around:
        raise _refused(
            process,
            "activate instructions with an ancestor scope key that is not an ancestor of the element to activate:\n"
            f"- instance '{key}' of element '{ancestor.element.id}' is not an ancestor of element '{instruction.element_id}'",
        )
    return ancestor


def _check_terminations(process: ProcessInstance, keys: tuple[int, ...]) -> None:
    missing = [key for key in keys if key not in process.elements]
    if missing:
        names = "', '".join(map(str, missing))
        raise _refused(process, f"terminate instructions with an element instance that could not be found: '{names}'")


def _activate(engine: Engine, process: ProcessInstance, instruction: ActivateInstruction) -> list[int]:
    start = process.elements.get(instruction.ancestor_element_instance_key, process.root)

    def begun(instance: ElementInstance) -> None:
        for variables in instruction.variable_instructions:
            if variables.scope_id == instance.element.id:
                set_locals(engine, instance, variables.variables)

    for variables in instruction.variable_instructions:
        if variables.scope_id in {"", process.definition.bpmn_process_id}:
            set_locals(engine, process.root, variables.variables)
    try:
        _, around = placement.place(engine, start, instruction.element_id, begun)
    except StepFailed as failure:
        raise _refused(process, f"activate instructions whose scope could not be entered: {failure.message}") from failure
    return around


def _terminate(engine: Engine, instance: ElementInstance) -> None:
    """End an element instance and what is inside it, here and now."""
    if instance.is_terminating:
        return
    if instance.called_key >= 0:
        request_termination(engine, instance)
        return
    engine.transition(instance, State.TERMINATING)
    termination.release(engine, instance)
    for child in list(instance.children.values()):
        _terminate(engine, child)
    engine.transition(instance, State.TERMINATED)
    engine.state.remove_element(instance)
    engine.behaviour_of(instance.element, is_body=instance.is_body).after_terminated(engine, instance)


def _terminate_empty_scopes(engine: Engine, scope: ElementInstance | None) -> None:
    """A scope whose last child was ended by hand ends too."""
    while scope is not None and not scope.children and not scope.active_flows:
        outer = scope.scope
        _terminate(engine, scope)
        scope = outer


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
