"""Deployments: files are read whole before any of them takes effect; a file that is deployed already gives no new version."""

from base64 import b64encode
from hashlib import md5
from typing import NamedTuple

from engine.bpmn import InvalidBpmn, ProcessDefinition
from engine.processing import deployment_dmn, deployment_form, process_starts
from engine.processing.commands import (
    CommandRejected,
    Deployed,
    DeployedProcess,
    DeployResource,
    RejectionType,
    Resource,
    ResourceDeployed,
)
from engine.processing.deployment_records import Metadata, write_deployment
from engine.processing.engine import Engine
from engine.processing.entities import DeployedResource, Kind
from engine.processing.instances import Definition
from engine.processing.reading import processes_in
from engine.processing.records import quote, quote_tenant
from engine.processing.support import unsupported


class _File(NamedTuple):
    """A file that has been read and found right."""

    resource: Resource
    checksum: str
    processes: tuple[ProcessDefinition, ...] = ()
    requirements: deployment_dmn.Requirements | None = None
    form_id: str = ""


def deploy(engine: Engine, command: DeployResource) -> ResourceDeployed:
    """Handle the command to deploy files: all of them or none."""
    if not command.resources:
        raise CommandRejected(RejectionType.INVALID_ARGUMENT, "Expected to deploy at least one resource, but none given")
    files, errors = _read_all(command)
    errors += _duplicates(files)
    if errors:
        raise CommandRejected(
            RejectionType.INVALID_ARGUMENT,
            "Expected to deploy new resources, but encountered the following errors:\n" + "\n".join(errors),
        )
    metadata = Metadata(command.tenant_id)
    deployed: list[Deployed] = []
    opened: list[Definition] = []
    for file in files:
        deployed += [_deploy_process(engine, file, model, metadata, opened) for model in file.processes]
        if file.requirements is not None:
            deployed += deployment_dmn.deploy(engine, file.resource, file.checksum, file.requirements, metadata)
        if file.form_id:
            deployed.append(deployment_form.deploy(engine, file.resource, file.checksum, file.form_id, metadata))
    for definition in opened:
        process_starts.open_timers(engine, definition)
    key = engine.next_key()
    write_deployment(engine, key, metadata)
    for definition in opened:
        process_starts.open_subscriptions(engine, definition)
    return ResourceDeployed(key, tuple(deployed), command.tenant_id)


def _read_all(command: DeployResource) -> tuple[list[_File], list[str]]:
    files: list[_File] = []
    errors: list[str] = []
    seen: dict[tuple[str, str], str] = {}
    for resource in command.resources:
        try:
            file = _read(resource)
        except InvalidBpmn as invalid:
            errors.append(invalid.detail)
        except (deployment_dmn.InvalidResource, deployment_form.InvalidForm) as invalid:
            errors.append(str(invalid))
        else:
            errors += _seen_before(file, seen)
            files.append(file)
    return files, errors


def _seen_before(file: _File, seen: dict[tuple[str, str], str]) -> list[str]:
    """Why a file cannot stand beside those read before it: the first id that another one has."""
    name = file.resource.name
    for kind, identifier in _ids(file):
        first = seen.setdefault((kind, identifier), name)
        if first != name and kind == "process":
            return [f"Duplicated process id in resources '{first}' and '{name}'"]
        if first != name:
            what = f"Expected the {kind} ids to be unique within a deployment but found a duplicated id '{identifier}'"
            return [f"{what} in the resources '{first}' and '{name}'."]
    return []


def _ids(file: _File) -> list[tuple[str, str]]:
    ids = [("process", model.bpmn_process_id) for model in file.processes]
    if file.requirements is not None:
        ids.append(("decision requirements", file.requirements.id))
        ids += [("decision", decision_id) for decision_id in file.requirements.decisions]
    if file.form_id:
        ids.append(("form", file.form_id))
    return ids


def _read(resource: Resource) -> _File:
    checksum = b64encode(md5(resource.content, usedforsecurity=False).digest()).decode()
    name = resource.name
    if name.endswith((".bpmn", ".xml", ".bpmn20.xml")):
        processes = processes_in(resource.content, resource.name)
        for model in processes:
            refused = unsupported(model)
            if refused:
                lines = "".join(f"- Element: {element.id}\n    - ERROR: {reason}\n" for element, reason in refused)
                raise deployment_dmn.InvalidResource(f"'{resource.name}': {lines}")
            process_starts.check(model, resource.name)
        return _File(resource, checksum, processes=processes)
    if name.endswith(".dmn"):
        return _File(resource, checksum, requirements=deployment_dmn.read(resource))
    if name.endswith(".form"):
        return _File(resource, checksum, form_id=deployment_form.read(resource))
    raise deployment_dmn.InvalidResource(f"\n'{resource.name}': unknown resource type")


def _duplicates(files: list[_File]) -> list[str]:
    """What one file, or two files of one name, have twice."""
    twice = [file.resource.name for file in files if len(set(_ids(file))) < len(_ids(file))]
    names = [file.resource.name for file in files]
    twice += [name for name in dict.fromkeys(names) if names.count(name) > 1]
    return [f"Duplicated process id in resources '{name}' and '{name}'" for name in twice]


def _deploy_process(
    engine: Engine, file: _File, model: ProcessDefinition, metadata: Metadata, opened: list[Definition]
) -> DeployedProcess:
    processes = engine.catalog.processes
    latest = processes.latest(metadata.tenant_id, model.bpmn_process_id)
    name = file.resource.name
    if latest is not None and latest.checksum == file.checksum and latest.resource_name == name:
        resource, is_duplicate = latest, True
    else:
        resource, is_duplicate = _new_version(engine, file, model, metadata.tenant_id), False
        definition = Definition(resource.key, resource.version, model, resource.tenant_id)
        engine.catalog.add_definition(definition)
        definition.replaces = None if latest is None else latest.key
        opened.append(definition)
        engine.log.append("PROCESS", "CREATED", resource.key, process_value(resource))
    metadata.add_process(resource, is_duplicate=is_duplicate)
    return DeployedProcess(resource.id, resource.version, resource.key, resource.resource_name, resource.tenant_id)


def _new_version(engine: Engine, file: _File, model: ProcessDefinition, tenant_id: str) -> DeployedResource:
    resource = DeployedResource(
        engine.next_key(),
        Kind.PROCESS,
        model.bpmn_process_id,
        engine.catalog.processes.next_version(tenant_id, model.bpmn_process_id),
        file.resource.name,
        file.checksum,
        file.resource.content,
        tenant_id=tenant_id,
    )
    engine.catalog.processes.add(resource)
    engine.state.add(resource)
    return resource


def process_value(resource: DeployedResource) -> str:
    """The value of a PROCESS record, as JSON."""
    return (
        f'{{"bpmnProcessId":{quote(resource.id)},"version":{resource.version},"processDefinitionKey":{resource.key},'
        f'"resourceName":{quote(resource.resource_name)},"checksum":"{resource.checksum}",'
        f'"resource":"{b64encode(resource.content).decode()}","duplicate":false,"tenantId":{quote_tenant(resource.tenant_id)}}}'
    )
