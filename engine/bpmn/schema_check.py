"""What the BPMN 2.0 schema demands: known elements in their order, required attributes, ids that exist and are unique.

The schema files beside this module are the Object Management Group's own, from the BPMN 2.0.2 specification.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from engine.bpmn.findings import Finding
from engine.bpmn.xml_tree import BPMN, Node

_SCHEMA = Path(__file__).parent / "schema" / "BPMN20.xsd"
_NAMESPACE = re.compile(r"\{http://www\.omg\.org/spec/[^}]*/(?:MODEL|DI|DC)\}")
# Attributes of type IDREF; libxml2 checks their form, not that the other element is there.
_REFERENCES = {
    ("sequenceFlow", "sourceRef"),
    ("sequenceFlow", "targetRef"),
    ("exclusiveGateway", "default"),
    ("inclusiveGateway", "default"),
    ("complexGateway", "default"),
    ("dataObjectReference", "dataObjectRef"),
}
_DEFAULT_OF_ACTIVITY = "default"
_LONGEST_MESSAGE = 400


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_SCHEMA))


def schema_findings(root: Node, tree: etree._ElementTree, resource_name: str) -> Iterator[Finding]:
    """All violations in document order; empty for a file that is BPMN in form."""
    schema = _schema()
    if not schema.validate(tree):
        places = {(node.line, node.name): node for node in root.walk()}
        for entry in schema.error_log:
            message = _NAMESPACE.sub("", entry.message)
            name = re.match(r"Element '([^']*)'", message)
            node = places.get((entry.line, name[1] if name else ""))
            yield _finding(resource_name, node, entry.line, message[:_LONGEST_MESSAGE])
        return
    ids = {node.id for node in root.walk() if node.id}
    for node in root.walk():
        for attribute, target in _references(node):
            if target not in ids:
                message = f"Element '{node.name}', attribute '{attribute}': there is no element with the id '{target}'."
                yield _finding(resource_name, node, node.line, message)


def _references(node: Node) -> Iterator[tuple[str, str]]:
    if node.namespace != BPMN:
        return
    if node.name == "flowNodeRef":
        yield "flowNodeRef", node.text.strip()
    for attribute in ("sourceRef", "targetRef", _DEFAULT_OF_ACTIVITY, "dataObjectRef"):
        target = node.attributes.get(attribute)
        if target is not None and ((node.name, attribute) in _REFERENCES or attribute == _DEFAULT_OF_ACTIVITY):
            yield attribute, target.strip()


def _finding(resource_name: str, node: Node | None, line: int, message: str) -> Finding:
    if node is None:
        return Finding(resource_name, "", "", line, message)
    return Finding(resource_name, node.owner.id, node.owner.name, line, message)
