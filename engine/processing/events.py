"""Events that happen to an element instance: written down when they occur, again when they take effect.

Between the two the trigger is kept with the element instance, so that nothing is lost when the host has to end first.
"""

import msgspec

from engine.bpmn.model import ElementType
from engine.processing.engine import Engine
from engine.processing.entities import State, Trigger
from engine.processing.instances import Definition, ElementInstance
from engine.processing.lifecycle import activated, create, request_completion
from engine.processing.mappings import apply_outputs, map_outputs
from engine.processing.records import quote
from engine.processing.variables import propagate, set_locals

_decode = msgspec.json.Decoder().decode


def trigger_own(engine: Engine, instance: ElementInstance, variables: str) -> None:
    """What an element waited for has happened: it is done."""
    hold(engine, instance, instance.element.id, variables)
    request_completion(engine, instance)


def occur(engine: Engine, instance: ElementInstance, element_id: str, variables: str, *, propagates: bool = True) -> None:
    """An event that an element instance subscribed to has happened: its own, a boundary's, an event subprocess's."""
    if element_id == instance.element.id or instance.element.type == ElementType.EVENT_BASED_GATEWAY:
        hold(engine, instance, element_id, variables)
        request_completion(engine, instance)
    else:
        event = instance.process.definition.element(element_id)
        engine.behaviour_of(event).occur(engine, instance, event, variables, propagates=propagates)


def can_occur(instance: ElementInstance, element_id: str) -> bool:
    """Whether nothing that has happened before, in the same moment, leaves no room for an event an element waits for."""
    if not instance.is_active or (instance.scope is not None and instance.scope.interrupted_by):
        return False
    definition = instance.process.definition
    if element_id == instance.element.id or instance.element.type == ElementType.EVENT_BASED_GATEWAY:
        return not instance.triggers
    event = definition.model.elements.get(element_id)
    if event is None:
        # The instance has migrated to a definition that does not know it.
        return False
    if event.type == ElementType.START_EVENT:
        return not instance.interrupted_by
    return not any(_ends_its_host(definition, trigger) for trigger in instance.triggers)


def _ends_its_host(definition: Definition, trigger: Trigger) -> bool:
    event = definition.element(trigger.element_id)
    return event.type == ElementType.BOUNDARY_EVENT and event.is_interrupting


def hold(engine: Engine, instance: ElementInstance, element_id: str, variables: str, *, propagates: bool = True) -> Trigger:
    """Write down that an event has occurred, and keep it until it takes effect."""
    trigger = Trigger(engine.next_key(), element_id, variables, propagates)
    instance.triggers.append(trigger)
    engine.state.update_element(instance)
    write_triggering(engine, instance.process.definition, instance.process.key, instance.key, trigger)
    return trigger


def give_variables(engine: Engine, instance: ElementInstance) -> None:
    """An element completes: the event it ended with takes effect, and its variables go where they belong.

    What an element has waited for itself brings its variables now. An event that began with its trigger has had them as its
    own from the start.
    """
    trigger = instance.triggers[0] if instance.triggers else None
    if trigger is None:
        if instance.element.outputs:
            map_outputs(engine, instance)
        elif instance.element.type == ElementType.START_EVENT:
            _hand_up(engine, instance)
        return
    if not trigger.is_released:
        trigger.is_released = True
        write_triggered(engine, instance.process.definition, instance.process.key, instance.key, trigger)
        apply_outputs(engine, instance, trigger.variables)
    elif instance.element.outputs:
        map_outputs(engine, instance)
    elif trigger.propagates:
        _hand_up(engine, instance)
    instance.triggers.remove(trigger)


def _hand_up(engine: Engine, instance: ElementInstance) -> None:
    """What an event has as its own goes to the scopes around it."""
    if instance.variables and instance.scope is not None:
        propagate(engine, instance.scope, {name: variable.value for name, variable in instance.variables.items()})


def release_to(engine: Engine, instance: ElementInstance, scope: ElementInstance) -> None:
    """What an element waited for takes effect, and its variables go to the scopes around it alone."""
    trigger = instance.triggers.pop(0)
    write_triggered(engine, instance.process.definition, instance.process.key, instance.key, trigger)
    propagate(engine, scope, _decode(trigger.variables))


def release_into(engine: Engine, instance: ElementInstance, scope: ElementInstance) -> None:
    """What an element waited for takes effect after its variables, which are that one scope's own."""
    trigger = instance.triggers.pop(0)
    engine.state.update_element(instance)
    set_locals(engine, scope, _decode(trigger.variables))
    write_triggered(engine, instance.process.definition, instance.process.key, instance.key, trigger)


def start_event_instance(
    engine: Engine, scope: ElementInstance, element_id: str, trigger: Trigger, source: ElementInstance
) -> ElementInstance:
    """Run an event that has already happened to its source: it is active at once and will complete when its turn comes."""
    element = scope.process.definition.element(element_id)
    instance = create(engine, scope.process, element, scope, is_unparented=source.is_unparented)
    engine.transition(instance, State.ACTIVATING)
    activated(engine, instance)
    set_locals(engine, instance, _decode(trigger.variables))
    trigger.is_released = True
    instance.triggers.append(trigger)
    request_completion(engine, instance)
    return instance


def write_triggering(engine: Engine, definition: Definition, process_key: int, scope_key: int, trigger: Trigger) -> None:
    engine.log.append(
        "PROCESS_EVENT", "TRIGGERING", trigger.key, _value(definition, process_key, scope_key, trigger, trigger.variables)
    )


def write_triggered(engine: Engine, definition: Definition, process_key: int, scope_key: int, trigger: Trigger) -> None:
    engine.log.append("PROCESS_EVENT", "TRIGGERED", trigger.key, _value(definition, process_key, scope_key, trigger, "{}"))


def _value(definition: Definition, process_key: int, scope_key: int, trigger: Trigger, variables: str) -> str:
    return (
        f'{{"processDefinitionKey":{definition.key},"processInstanceKey":{process_key},"tenantId":{definition.quoted_tenant},'
        f'"variables":{variables},"scopeKey":{scope_key},"targetElementId":{quote(trigger.element_id)}}}'
    )
