"""Call activities: another process, run as an instance of its own; its end is theirs."""

from engine.processing import events, instantiation
from engine.processing.engine import Engine
from engine.processing.entities import Trigger
from engine.processing.errors import StepFailed
from engine.processing.expressions import evaluate_string
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.lifecycle import activated, completed, request_completion, request_termination
from engine.processing.mappings import apply_inputs, map_outputs
from engine.processing.subscriptions import close, open_boundary
from engine.processing.termination import Terminates, release, terminated
from engine.processing.variables import copy_local, copy_visible, visible_json


class CallActivity(Terminates):
    """Done when the called process is."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        called = instance.element.called
        assert called is not None, "the deployment demands a called element"
        apply_inputs(engine, instance)
        process_id = evaluate_string(engine, instance, called.process_id)
        resource = engine.catalog.processes.latest(instance.process.definition.tenant_id, process_id)
        if resource is None:
            raise StepFailed(
                "CALLED_ELEMENT_ERROR", f"Expected process with BPMN process id '{process_id}' to be deployed, but not found."
            )
        definition = engine.catalog.process(resource.key)
        if definition.model.process.none_start_id is None:
            raise StepFailed(
                "CALLED_ELEMENT_ERROR",
                f"Expected process with BPMN process id '{process_id}' to have a none start event, but not found.",
            )
        open_boundary(engine, instance)
        activated(engine, instance)
        child = instantiation.create_process(engine, definition, engine.next_key(), instance.process.key, instance.key)
        instance.called_key = child.key
        engine.state.update_element(instance)
        engine.follow_up("activate", child.key, child.key, process_id, -1)
        if called.propagate_all_parent_variables:
            copy_visible(engine, instance, child.root)
        elif instance.element.inputs:
            copy_local(engine, instance, child.root)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        called = instance.element.called
        assert called is not None, "the deployment demands a called element"
        if instance.triggers and not instance.element.outputs:
            events.release_to(engine, instance, instance)
        elif instance.triggers:
            events.give_variables(engine, instance)
        elif instance.element.outputs:
            map_outputs(engine, instance)
        close(engine, instance)
        completed(engine, instance)

    def terminate(self, engine: Engine, instance: ElementInstance) -> None:
        release(engine, instance)
        child = engine.state.process(instance.called_key) if instance.called_key >= 0 else None
        if child is None:
            terminated(engine, instance)
        else:
            request_termination(engine, child.root)


def child_completed(engine: Engine, child: ProcessInstance) -> None:
    """The called process is done: its variables are handed to the call."""
    instance = engine.state.element(child.parent_element_key)
    if instance is None or not instance.is_active:
        return
    instance.called_key = -1
    engine.state.update_element(instance)
    called = instance.element.called
    assert called is not None, "the deployment demands a called element"
    if called.propagate_all_child_variables or instance.element.outputs:
        # Zeebe writes no TRIGGERING here, and gives the event the key of the call.
        instance.triggers.append(Trigger(instance.key, instance.element.id, visible_json(child.root)))
    request_completion(engine, instance)


def child_terminated(engine: Engine, child: ProcessInstance) -> None:
    """The called process was ended: the call that waited for that ends too."""
    instance = engine.state.element(child.parent_element_key)
    if instance is None or instance.called_key < 0:
        return
    instance.called_key = -1
    if instance.is_terminating:
        terminated(engine, instance)
