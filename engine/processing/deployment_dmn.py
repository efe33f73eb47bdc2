"""Decision requirements graphs: a DMN file with the decisions in it."""

from base64 import b64encode
from typing import NamedTuple

from engine import dmn
from engine.processing.commands import Deployed, DeployedDecisionRequirements, Resource
from engine.processing.commands import DeployedDecision as DecisionAnswer
from engine.processing.deployment_records import Metadata, decision_value, requirements_value
from engine.processing.engine import Engine
from engine.processing.entities import DeployedDecision, DeployedResource, Kind
from engine.processing.reading import decisions_in, refused_decisions
from engine.processing.records import to_json


class InvalidResource(Exception):
    """The file cannot be deployed; the text is its part of the rejection."""


class Requirements(NamedTuple):
    """What a deployment needs to know of a graph."""

    id: str
    name: str
    namespace: str
    # Names of the decisions by id.
    decisions: dict[str, str]


def read(resource: Resource) -> Requirements:
    """The graph in a DMN file.

    Raises:
        InvalidResource: the file is no DMN, or a decision in it is wrong.
    """
    try:
        model = decisions_in(resource.content, resource.name)
        refused = refused_decisions(resource.content, resource.name)
    except dmn.InvalidDmn as invalid:
        raise InvalidResource(f"'{resource.name}': {invalid}") from invalid
    if refused:
        raise InvalidResource(f"'{resource.name}': {'\n'.join(map(str, refused))}")
    return Requirements(
        model.id, model.name, model.namespace, {decision.id: decision.name for decision in model.decisions.values()}
    )


def deploy(engine: Engine, resource: Resource, checksum: str, requirements: Requirements, metadata: Metadata) -> list[Deployed]:
    """A new version of a graph and its decisions, unless it is the latest already."""
    graphs = engine.catalog.requirements
    graph = graphs.latest(metadata.tenant_id, requirements.id)
    is_duplicate = graph is not None and graph.checksum == checksum and graph.resource_name == resource.name
    if graph is None or not is_duplicate:
        graph = _new_graph(engine, resource, checksum, requirements, metadata.tenant_id)
        decisions = [_new_decision(engine, graph, *entry) for entry in requirements.decisions.items()]
    else:
        decisions = [entry for entry in engine.catalog.decisions.values() if entry.requirements_key == graph.key]
    metadata.add_requirements(graph, is_duplicate=is_duplicate)
    for decision in decisions:
        metadata.add_decision(decision, graph.id, is_duplicate=is_duplicate)
    answers: list[Deployed] = [
        DecisionAnswer(decision.id, decision.name, decision.version, decision.key, graph.id, graph.key, decision.tenant_id)
        for decision in decisions
    ]
    return [
        *answers,
        DeployedDecisionRequirements(graph.id, graph.name, graph.version, graph.key, graph.resource_name, graph.tenant_id),
    ]


def _new_graph(
    engine: Engine, resource: Resource, checksum: str, requirements: Requirements, tenant_id: str
) -> DeployedResource:
    graphs = engine.catalog.requirements
    graph = DeployedResource(
        engine.next_key(),
        Kind.REQUIREMENTS,
        requirements.id,
        graphs.version_after_latest(tenant_id, requirements.id),
        resource.name,
        checksum,
        resource.content,
        requirements.name,
        requirements.namespace,
        tenant_id=tenant_id,
    )
    graphs.add(graph)
    engine.state.add(graph)
    value = requirements_value(graph) | {"resource": b64encode(graph.content).decode()}
    engine.log.append("DECISION_REQUIREMENTS", "CREATED", graph.key, to_json(value))
    return graph


def _new_decision(engine: Engine, graph: DeployedResource, decision_id: str, name: str) -> DeployedDecision:
    version = engine.catalog.next_decision_version(graph.tenant_id, decision_id)
    decision = DeployedDecision(engine.next_key(), decision_id, name, version, graph.key, tenant_id=graph.tenant_id)
    engine.catalog.add_decision(decision)
    engine.state.add(decision)
    engine.log.append("DECISION", "CREATED", decision.key, to_json(decision_value(decision, graph.id)))
    return decision
