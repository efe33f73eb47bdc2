"""The command to set variables of an element instance."""

from engine.processing import batch_size
from engine.processing.commands import CommandRejected, RejectionType, SetVariables, VariablesSet
from engine.processing.engine import Engine
from engine.processing.records import to_json
from engine.processing.variables import propagate, set_locals


def update(engine: Engine, command: SetVariables) -> VariablesSet:
    """Handle the command: locally, or in the scopes that know the names."""
    instance = engine.state.element(command.element_instance_key)
    if instance is None:
        raise CommandRejected(
            RejectionType.NOT_FOUND,
            f"Expected to update variables for element with key '{command.element_instance_key}', "
            "but no such element was found",
        )
    text = to_json(command.variables)
    batch_size.check(command.variables, text, 2, sets_them=True)
    if command.local:
        set_locals(engine, instance, command.variables)
    else:
        propagate(engine, instance, command.variables)
    key = engine.next_key()
    engine.log.append(
        "VARIABLE_DOCUMENT",
        "UPDATED",
        key,
        f'{{"scopeKey":{instance.key},"updateSemantics":"{"LOCAL" if command.local else "PROPAGATE"}",'
        f'"variables":{text},"tenantId":"<default>"}}',
    )
    return VariablesSet(key)
