"""The life of an element instance: activating, activated, completing, completed, or terminating and terminated.

What is particular to an element type is in its behaviour; what all share is here: the states and their records, the tokens on
sequence flows, and when a scope has nothing left to do.

Source: BPMN 2.0.2, chapter 13; the order of records was observed on a running Zeebe 8.5.
"""

from engine.bpmn.model import Element, ElementType, SequenceFlow
from engine.processing import compensation, incident
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.errors import StepFailed
from engine.processing.instances import ElementInstance, ProcessInstance

# What begins without a token, or takes those that wait for it.
_WITHOUT_TOKEN = frozenset(
    {ElementType.START_EVENT, ElementType.BOUNDARY_EVENT, ElementType.EVENT_SUB_PROCESS, ElementType.PARALLEL_GATEWAY}
)


def activate(
    engine: Engine,
    process_key: int,
    key: int,
    element_id: str,
    scope_key: int,
    flow_id: str = "",
    trigger_key: int = -1,
    is_unparented: bool | None = None,  # noqa: FBT001 - what follows is kept as a tuple
) -> None:
    """Handle the command to activate an element; on an instance that waits at an incident, to try again.

    A token comes by a flow; an event that has already happened comes with its trigger, which the scope has held.
    """
    process = engine.state.process(process_key)
    instance = None if process is None else process.elements.get(key)
    if process is not None and instance is None:
        instance = _begin(engine, process, key, element_id, scope_key, flow_id, trigger_key, is_unparented=is_unparented)
    if instance is None:
        return
    if instance.state == State.CREATED:
        scope = instance.scope
        if scope is not None and (not scope.is_active or (_is_interrupted(scope, element_id) and not instance.triggers)):
            # Placed by hand; what was placed beside it has ended the scope before its turn.
            engine.state.remove_element(instance)
            refuse_activation(engine, key, instance.value, scope.key, scope)
            return
        if not flow_id:
            _begun_by_hand(engine, instance)
        engine.transition(instance, State.ACTIVATING)
    if instance.state == State.ACTIVATING:
        try:
            engine.behaviour_of(instance.element, is_body=instance.is_body).activate(engine, instance)
        except StepFailed as failure:
            incident.create(engine, instance, failure)


def _is_interrupted(scope: ElementInstance, element_id: str) -> bool:
    """Whether something else has interrupted the scope: a terminate end event is reached by each of its tokens."""
    return scope.interrupted_by not in {"", element_id}


def _begun_by_hand(engine: Engine, instance: ElementInstance) -> None:
    """Zeebe counts it as if a token on its way had arrived, where there is one: none waits for that any more."""
    scope = instance.scope
    if scope is not None and scope.active_flows and instance.element.type not in _WITHOUT_TOKEN and not instance.triggers:
        scope.active_flows -= 1
        engine.state.update_element(scope)


def _begin(
    engine: Engine,
    process: ProcessInstance,
    key: int,
    element_id: str,
    scope_key: int,
    flow_id: str,
    trigger_key: int,
    *,
    is_unparented: bool | None,
) -> ElementInstance | None:
    """The instance of an element that a token has reached; None where it may not start."""
    scope = process.elements.get(scope_key)
    element = process.definition.element(element_id)
    if scope is None or not scope.is_active or (_is_interrupted(scope, element_id) and trigger_key < 0):
        _reject_activation(engine, process, key, element, scope_key, scope)
        return None
    if element.type == ElementType.PARALLEL_GATEWAY and flow_id and not _join(scope, element):
        engine.log.reject(
            "PROCESS_INSTANCE",
            "ACTIVATE_ELEMENT",
            key,
            _value(process, element, scope_key),
            "INVALID_STATE",
            f"Expected to be able to activate parallel gateway '{element.id}', but not all sequence flows have been taken.",
        )
        return None
    if flow_id:
        taken = len(element.incoming) if element.type == ElementType.PARALLEL_GATEWAY else 1
        # What was begun by hand may have been counted as this token's arrival already.
        scope.active_flows = max(0, scope.active_flows - taken)
        engine.state.update_element(scope)
    instance = create(engine, process, element, scope, key, is_unparented=is_unparented)
    for trigger in [entry for entry in scope.triggers if entry.key == trigger_key]:
        scope.triggers.remove(trigger)
        instance.triggers.append(trigger)
        engine.state.update_element(scope)
    return instance


def create(
    engine: Engine,
    process: ProcessInstance,
    element: Element,
    scope: ElementInstance,
    key: int = -1,
    *,
    is_unparented: bool | None = None,
) -> ElementInstance:
    """A new element instance in a scope, not yet activating; it names the callers that its source names, or its scope."""
    is_body = element.loop is not None and not (scope.is_body and scope.element is element)
    unparented = scope.is_unparented if is_unparented is None else is_unparented
    key = engine.next_key() if key < 0 else key
    instance = ElementInstance(process, key, element, scope, is_body=is_body, is_unparented=unparented)
    engine.state.add_element(instance)
    return instance


def _join(scope: ElementInstance, gateway: Element) -> bool:
    """Consume one token of each incoming flow, if all have one."""
    taken = scope.taken_flows
    if any(not taken.get(flow.id) for flow in gateway.incoming):
        return False
    for flow in gateway.incoming:
        taken[flow.id] -= 1
        if not taken[flow.id]:
            del taken[flow.id]
    return True


def _value(process: ProcessInstance, element: Element, scope_key: int) -> str:
    return process.definition.value_template(element.id, is_body=element.loop is not None) % (
        process.key,
        scope_key,
        process.parent_process_key,
        process.parent_element_key,
    )


def _reject_activation(
    engine: Engine, process: ProcessInstance, key: int, element: Element, scope_key: int, scope: ElementInstance | None
) -> None:
    reason = _out_of_turn(scope_key, scope)
    engine.log.reject("PROCESS_INSTANCE", "ACTIVATE_ELEMENT", key, _value(process, element, scope_key), "INVALID_STATE", reason)


def refuse_activation(engine: Engine, key: int, value: str, scope_key: int, scope: ElementInstance | None = None) -> None:
    """Handle the command to activate an element whose scope is gone for good, or about to be."""
    engine.log.reject("PROCESS_INSTANCE", "ACTIVATE_ELEMENT", key, value, "INVALID_STATE", _out_of_turn(scope_key, scope))


def _out_of_turn(scope_key: int, scope: ElementInstance | None) -> str:
    """Why nothing may begin or complete in a scope."""
    if scope is None:
        return f"Expected flow scope instance with key '{scope_key}' to be present in state but not found."
    if scope.interrupted_by and scope.is_active:
        event = scope.process.definition.element(scope.interrupted_by)
        event_id = event.parent_id if event.type == ElementType.START_EVENT else event.id
        return f"Expected flow scope instance to be not interrupted but was interrupted by an event with id '{event_id}'."
    return f"Expected flow scope instance to be in state 'ELEMENT_ACTIVATED' but was 'ELEMENT_{scope.state.name}'."


def activated(engine: Engine, instance: ElementInstance) -> None:
    """The element is running."""
    engine.transition(instance, State.ACTIVATED)


def request_completion(engine: Engine, instance: ElementInstance) -> None:
    """The element is done as soon as its turn comes."""
    engine.follow_up("complete", instance.process.key, instance.key)


def complete(engine: Engine, process_key: int, key: int, value: str = "") -> None:
    """Handle the command to complete an element; on one that waits at an incident, to try again.

    A scope that is asked for its completion a second time may be gone: `value` then says in the log which it was.
    """
    process = engine.state.process(process_key)
    instance = None if process is None else process.elements.get(key)
    if instance is None:
        if value:
            reason = f"Expected element instance with key '{key}' to be present in state but not found."
            engine.log.reject("PROCESS_INSTANCE", "COMPLETE_ELEMENT", key, value, "INVALID_STATE", reason)
        return
    if value and (instance.active_flows or instance.children):
        return
    if instance.state == State.ACTIVATED:
        if instance.scope is not None and not _may_complete(instance, instance.scope):
            reason = _out_of_turn(instance.scope.key, instance.scope)
            engine.log.reject("PROCESS_INSTANCE", "COMPLETE_ELEMENT", key, instance.value, "INVALID_STATE", reason)
            return
        engine.transition(instance, State.COMPLETING)
    if instance.state == State.COMPLETING:
        try:
            engine.behaviour_of(instance.element, is_body=instance.is_body).complete(engine, instance)
        except StepFailed as failure:
            incident.create(engine, instance, failure)


def _may_complete(instance: ElementInstance, scope: ElementInstance) -> bool:
    """A scope that ends, or is interrupted by an event, lets nothing complete but the event subprocess that interrupted it."""
    return scope.is_active and (not scope.interrupted_by or instance.element.type == ElementType.EVENT_SUB_PROCESS)


def completed(engine: Engine, instance: ElementInstance, flows: tuple[SequenceFlow, ...] | None = None) -> None:
    """The element is done; tokens leave on its flows, or its path ends here."""
    scope = instance.scope
    body = None if scope is None or not scope.is_body else engine.behaviour_of(scope.element, is_body=True)
    if scope is not None and body is not None:
        body.child_completing(engine, scope, instance)
    compensation.subscribe(engine, instance)
    engine.transition(instance, State.COMPLETED)
    engine.state.remove_element(instance)
    if scope is None:
        return
    if body is not None:
        body.child_completed(engine, scope, instance)
        return
    if instance.is_handler:
        thrower = compensation.handler_completed(engine, instance)
        if thrower is not None:
            request_completion(engine, thrower)
        return
    for flow in instance.element.outgoing if flows is None else flows:
        take_flow(engine, scope, flow, instance)
    complete_if_finished(engine, scope)


def take_flow(engine: Engine, scope: ElementInstance, flow: SequenceFlow, source: ElementInstance) -> None:
    """A token leaves on a sequence flow and reaches its target."""
    value = scope.flow_value(flow.id, source.parents)
    engine.log.append("PROCESS_INSTANCE", "SEQUENCE_FLOW_TAKEN", engine.next_key(), value)
    process = scope.process
    scope.active_flows += 1
    target = process.definition.model.elements[flow.target_id]
    if target.type == ElementType.PARALLEL_GATEWAY:
        scope.taken_flows[flow.id] = scope.taken_flows.get(flow.id, 0) + 1
    engine.state.update_element(scope)
    engine.follow_up("activate", process.key, engine.next_key(), flow.target_id, scope.key, flow.id, -1, source.is_unparented)


def complete_if_finished(engine: Engine, scope: ElementInstance) -> None:
    """A scope without running elements and tokens is done, unless what is to begin by hand does so before its turn."""
    if not scope.is_active or scope.active_flows:
        return
    if all(child.state == State.CREATED for child in scope.children.values()):
        engine.follow_up("complete", scope.process.key, scope.key, scope.value)


def request_termination(engine: Engine, instance: ElementInstance) -> None:
    """The element is ended as soon as its turn comes."""
    engine.follow_up("terminate", instance.process.key, instance.key, instance.value)
