"""The models under test: what is deployed, and what there is to cover in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.bpmn import ProcessDefinition
from engine.bpmn.model import Element
from engine.dmn.model import DecisionTable
from engine.processing.reading import decisions_in, processes_in
from zeebe.answers import Resource
from zeebe.deployment import deployable_files
from zeebe.model_xml import model_root

_PROPERTY = "{http://camunda.org/schema/zeebe/1.0}property"
_EXAMPLE = "camundaModeler:exampleOutputJson"


@dataclass(frozen=True)
class Models:
    """Files ready to be deployed, the processes in them, and the rules of each decision table."""

    resources: tuple[Resource, ...]
    processes: Mapping[str, ProcessDefinition]
    # decision id -> rule ids in the order of the table
    tables: Mapping[str, tuple[str, ...]]
    # (bpmn process id, element id) -> what a designer saved as the element's example result
    examples: Mapping[tuple[str, str], dict[str, Any]]

    def element(self, bpmn_process_id: str, element_id: str) -> Element | None:
        definition = self.processes.get(bpmn_process_id)
        return None if definition is None else definition.elements.get(element_id)


def read_models(paths: Sequence[Path]) -> Models:
    """Read every BPMN, DMN and form file under paths.

    Raises:
        NotDeployable, InvalidBpmn, InvalidDmn, OSError: a file is missing or could not be deployed.
    """
    resources = tuple(Resource(path.name, path.read_bytes()) for path in deployable_files(paths))
    processes: dict[str, ProcessDefinition] = {}
    tables: dict[str, tuple[str, ...]] = {}
    examples: dict[tuple[str, str], dict[str, Any]] = {}
    for resource in resources:
        if resource.name.lower().endswith(".bpmn"):
            for definition in processes_in(resource.content, resource.name):
                processes[definition.bpmn_process_id] = definition
                examples |= _examples(resource.content, definition.bpmn_process_id)
        elif resource.name.lower().endswith(".dmn"):
            for decision in decisions_in(resource.content, resource.name).definitions.decisions:
                if isinstance(decision.expression, DecisionTable):
                    tables[decision.id] = tuple(rule.id for rule in decision.expression.rules)
    return Models(resources, processes, tables, examples)


def _examples(content: bytes, bpmn_process_id: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The example results in a file that `read_bpmn` has accepted, and so without DOCTYPE or excessive depth."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for node in model_root(content).iter(_PROPERTY):
        element = next((above for above in node.iterancestors() if above.get("id")), None)
        if node.get("name") == _EXAMPLE and element is not None:
            value = msgspec.json.decode(node.get("value") or "{}")
            if isinstance(value, dict):
                found[bpmn_process_id, str(element.get("id"))] = value
    return found
