"""Escalation throw and end events: the nearest catching event is told; whether the thrower goes on depends on that event."""

from engine.bpmn.model import EscalationDefinition
from engine.processing.catching import Catcher, find_catcher
from engine.processing.engine import Engine
from engine.processing.events import can_occur, give_variables, occur
from engine.processing.expressions import evaluate_text
from engine.processing.instances import ElementInstance
from engine.processing.lifecycle import activated, completed, request_completion
from engine.processing.records import quote
from engine.processing.termination import Terminates
from engine.processing.variables import local_json


class EscalationThrowEvent(Terminates):
    """Throws when it is activated; goes on unless its scope is interrupted."""

    def activate(self, engine: Engine, instance: ElementInstance) -> None:
        definition = instance.element.event
        assert isinstance(definition, EscalationDefinition)
        assert definition.code is not None, "the deployment demands an escalation code here"
        code = evaluate_text(engine, instance, definition.code)
        activated(engine, instance)
        key = engine.next_key()
        catcher = find_catcher(engine, instance, code, EscalationDefinition, out_of_reach=True)
        if catcher is not None and catcher.instance.is_active and can_occur(catcher.instance, catcher.event.id):
            occur(engine, catcher.instance, catcher.event.id, local_json(instance))
            _write(engine, "ESCALATED", key, instance, code, catcher)
        else:
            _write(engine, "NOT_ESCALATED", key, instance, code, catcher)
        if catcher is None or not catcher.event.is_interrupting:
            request_completion(engine, instance)

    def complete(self, engine: Engine, instance: ElementInstance) -> None:
        give_variables(engine, instance)
        completed(engine, instance)


def _write(engine: Engine, intent: str, key: int, instance: ElementInstance, code: str, catcher: Catcher | None) -> None:
    engine.log.append(
        "ESCALATION",
        intent,
        key,
        f'{{"processInstanceKey":{instance.process.key},"tenantId":"<default>","escalationCode":{quote(code)},'
        f'"throwElementId":{quote(instance.element.id)},'
        f'"catchElementId":{quote("" if catcher is None else catcher.event.id)}}}',
    )
