"""Deleting what was deployed: a process version without instances, a decision requirements graph, a form."""

from base64 import b64encode

from msgspec.structs import replace

from engine.processing import process_starts
from engine.processing.commands import CommandRejected, DeleteResource, Done, RejectionType
from engine.processing.deployment import process_value
from engine.processing.deployment_records import decision_value, form_value, requirements_value
from engine.processing.engine import Engine
from engine.processing.entities import DeployedResource
from engine.processing.records import quote, to_json


def delete(engine: Engine, command: DeleteResource) -> Done:
    """Handle the command to delete a resource."""
    key, catalog = command.resource_key, engine.catalog
    process, graph, form = catalog.processes.get(key), catalog.requirements.get(key), catalog.forms.get(key)
    resource = process or graph or form
    if resource is None:
        raise CommandRejected(RejectionType.NOT_FOUND, f"Expected to delete resource but no resource found with key `{key}`")
    if process is not None and engine.state.has_instances(key):
        raise CommandRejected(
            RejectionType.INVALID_STATE, f"Expected to delete resource with key `{key}` but there are still running instances"
        )
    deletion_key = engine.next_key()
    _write(engine, "DELETING", deletion_key, key, "")
    if process is not None:
        _delete_process(engine, process)
    elif graph is not None:
        _delete_graph(engine, graph)
    elif form is not None:
        catalog.forms.remove(form)
        _bury(engine, form)
        value = form_value(form) | {"resource": b64encode(form.content).decode()}
        engine.log.append("FORM", "DELETED", engine.next_key(), to_json(value))
    _write(engine, "DELETED", deletion_key, key, resource.tenant_id)
    return Done()


def _bury(engine: Engine, resource: DeployedResource) -> None:
    """Its row stays without its content: its version number is not given out again."""
    resource.is_deleted = True
    resource.content = b""
    engine.state.update(resource)


def _delete_process(engine: Engine, process: DeployedResource) -> None:
    processes = engine.catalog.processes
    was_latest = processes.latest(process.tenant_id, process.id) is process
    # Zeebe writes these under new keys and without the checksum.
    value = process_value(replace(process, checksum=""))
    engine.log.append("PROCESS", "DELETING", engine.next_key(), value)
    if was_latest:
        process_starts.close_timers(engine, process.key)
        process_starts.close_subscriptions(engine, process.key)
    processes.remove(process)
    _bury(engine, process)
    previous = processes.latest(process.tenant_id, process.id)
    if was_latest and previous is not None:
        definition = engine.catalog.process(previous.key)
        process_starts.open_timers(engine, definition)
        process_starts.open_subscriptions(engine, definition)
    engine.log.append("PROCESS", "DELETED", engine.next_key(), value)


def _delete_graph(engine: Engine, graph: DeployedResource) -> None:
    catalog = engine.catalog
    for decision in [entry for entry in catalog.decisions.values() if entry.requirements_key == graph.key]:
        catalog.remove_decision(decision)
        decision.is_deleted = True
        engine.state.update(decision)
        engine.log.append("DECISION", "DELETED", engine.next_key(), to_json(decision_value(decision, graph.id)))
    catalog.requirements.remove(graph)
    # Zeebe writes it without the namespace.
    value = requirements_value(graph) | {"resource": b64encode(graph.content).decode(), "namespace": ""}
    _bury(engine, graph)
    engine.log.append("DECISION_REQUIREMENTS", "DELETED", engine.next_key(), to_json(value))


def _write(engine: Engine, intent: str, deletion_key: int, key: int, tenant_id: str) -> None:
    engine.log.append("RESOURCE_DELETION", intent, deletion_key, f'{{"resourceKey":{key},"tenantId":{quote(tenant_id)}}}')
