"""The end of a process instance: whoever called it, waits for it or queues behind it is told."""

from engine.processing import call_activity, message_start
from engine.processing.commands import ProcessInstanceCompleted
from engine.processing.engine import Engine
from engine.processing.instances import ProcessInstance, ResultRequest
from engine.processing.variables import Variable


def process_completed(engine: Engine, process: ProcessInstance) -> None:
    """A process instance is done."""
    request = process.result_request
    if request is not None:
        engine.results[request.id] = _result(process, request)
    if process.parent_element_key >= 0:
        call_activity.child_completed(engine, process)
    message_start.instance_ended(engine, process)


def process_terminated(engine: Engine, process: ProcessInstance) -> None:
    """A process instance was ended; a client that waits for its result gets none, as in Zeebe."""
    if process.parent_element_key >= 0:
        call_activity.child_terminated(engine, process)
    message_start.instance_ended(engine, process)


def _result(process: ProcessInstance, request: ResultRequest) -> ProcessInstanceCompleted:
    definition = process.definition
    variables: dict[str, Variable] = process.root.variables
    wanted = request.fetch_variables
    return ProcessInstanceCompleted(
        definition.key,
        definition.bpmn_process_id,
        definition.version,
        process.key,
        {name: variable.value for name, variable in variables.items() if not wanted or name in wanted},
        definition.tenant_id,
    )
