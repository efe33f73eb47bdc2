"""Stand-ins that a test case deploys over the real thing: a child process or a decision with a fixed result."""

import json
from collections.abc import Mapping
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from zeebe.answers import Resource

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def mocked_process(bpmn_process_id: str, variables: Mapping[str, Any]) -> Resource:
    """A process of that id which ends at once with the variables."""
    bpmn = ElementMaker(namespace=_BPMN, nsmap={"bpmn": _BPMN, "zeebe": _ZEEBE})
    zeebe = ElementMaker(namespace=_ZEEBE, nsmap={"zeebe": _ZEEBE})
    outputs = [zeebe.output(source=f"={_feel(value)}", target=name) for name, value in variables.items()]
    mapping = [bpmn.extensionElements(zeebe.ioMapping(*outputs))] if outputs else []
    process = bpmn.process(
        bpmn.startEvent(*mapping, bpmn.outgoing("mock_flow"), id="mock_start"),
        bpmn.endEvent(bpmn.incoming("mock_flow"), id="mock_end"),
        bpmn.sequenceFlow(id="mock_flow", sourceRef="mock_start", targetRef="mock_end"),
        id=bpmn_process_id,
        isExecutable="true",
    )
    definitions = bpmn.definitions(process, id="mock_definitions", targetNamespace="http://bpmn.io/schema/bpmn")
    return Resource(f"mock_{bpmn_process_id}.bpmn", etree.tostring(definitions))


def mocked_decision(decision_id: str, output: Mapping[str, Any]) -> Resource:
    """A decision of that id which always answers the same."""
    dmn = ElementMaker(namespace=_DMN, nsmap={None: _DMN})
    decision = dmn.decision(
        dmn.variable(name=decision_id), dmn.literalExpression(dmn.text(_feel(output))), id=decision_id, name=decision_id
    )
    graph = f"mock_{decision_id}"
    definitions = dmn.definitions(decision, id=graph, name=graph, namespace="http://camunda.org/schema/1.0/dmn")
    return Resource(f"{graph}.dmn", etree.tostring(definitions))


def _feel(value: object) -> str:
    """JSON is FEEL."""
    return json.dumps(value, ensure_ascii=False)
