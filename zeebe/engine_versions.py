"""Which BPMN elements which version of Zeebe executes: what a process uses that a cluster lacks.

The table names what came after 8.0; what no version executes is refused by every engine at deployment.

Source: Zeebe's release notes and its BPMN coverage page.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from zeebe.model_xml import model_root

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"

type Version = tuple[int, int]

NEVER: Version = (99, 0)


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    since: Version


@dataclass(frozen=True, slots=True)
class Lacking:
    """An element that an engine of a version does not execute."""

    element_id: str
    feature: Feature


_EVENTS = {
    "escalationEventDefinition": Feature("escalation event", (8, 2)),
    "linkEventDefinition": Feature("link event", (8, 2)),
    "signalEventDefinition": Feature("signal event", (8, 3)),
    "compensateEventDefinition": Feature("compensation event", (8, 5)),
    "conditionalEventDefinition": Feature("conditional event", (8, 9)),
    "cancelEventDefinition": Feature("cancel event", NEVER),
}
_ELEMENTS = {
    "adHocSubProcess": Feature("ad-hoc sub-process", (8, 7)),
    "transaction": Feature("transaction", NEVER),
    "complexGateway": Feature("complex gateway", NEVER),
    "task": Feature("undefined task", (8, 2)),
}
_EXTENSIONS = {
    "userTask": Feature("native user task", (8, 5)),
    "script": Feature("FEEL script", (8, 2)),
    "priorityDefinition": Feature("user task priority", (8, 6)),
    "taskListeners": Feature("user task listener", (8, 8)),
}
_BINDING = Feature("binding to a deployment or version tag", (8, 6))
_INCLUSIVE_SPLIT = Feature("inclusive gateway", (8, 1))
_INCLUSIVE_JOIN = Feature("inclusive join", (8, 6))
_SIGNAL_START = Feature("signal start event", (8, 2))
# As a live 8.5.8 shows: it hands out their jobs at service tasks, and refuses them elsewhere.
_LISTENER_OF_A_TASK = Feature("execution listener", (8, 5))
_LISTENER = Feature("execution listener", (8, 6))
_TERMINATE = Feature("terminate end event", (8, 1))


def version_of(text: str) -> Version:
    """(8, 5) of "8.5.8"; (0, 0) of what is no version."""
    major, _dot, rest = text.partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (0, 0)


def lacking(model: bytes, version: Version) -> list[Lacking]:
    """The elements of a model that this version does not execute, in document order.

    Raises:
        UnreadableModel: it is no XML.
    """
    return [Lacking(element_id, feature) for element_id, feature in _features(model_root(model)) if feature.since > version]


def _features(root: etree._Element) -> Iterator[tuple[str, Feature]]:
    for node in root.iter(f"{BPMN}*", f"{ZEEBE}*"):
        feature = _feature(node)
        if feature is not None:
            yield _owner(node), feature


def _feature(node: etree._Element) -> Feature | None:
    name = etree.QName(node).localname
    if str(node.tag).startswith(ZEEBE):
        if node.get("bindingType", "latest") != "latest":
            return _BINDING
        if name == "executionListeners":
            return _LISTENER_OF_A_TASK if _owner_tag(node) == f"{BPMN}serviceTask" else _LISTENER
        return _EXTENSIONS.get(name)
    if name == "inclusiveGateway":
        return _INCLUSIVE_JOIN if len(node.findall(f"{BPMN}incoming")) > 1 else _INCLUSIVE_SPLIT
    if name == "terminateEventDefinition":
        return _TERMINATE
    if name == "signalEventDefinition" and _is_process_start(node.getparent()):
        return _SIGNAL_START
    parent = node.getparent()
    if name in _EVENTS:
        # A definition that stands at the root is only named, not used.
        return _EVENTS[name] if parent is not None and parent.tag != f"{BPMN}definitions" else None
    return _ELEMENTS.get(name)


def _is_process_start(event: etree._Element | None) -> bool:
    if event is None or event.tag != f"{BPMN}startEvent":
        return False
    scope = event.getparent()
    return scope is not None and scope.tag == f"{BPMN}process"


def _owner_tag(extension: etree._Element) -> str:
    """Of an extension element: what it extends."""
    return next((str(around.tag) for around in extension.iterancestors() if around.tag != f"{BPMN}extensionElements"), "")


def _owner(node: etree._Element) -> str:
    """The id of the flow element that a definition or extension belongs to."""
    names = (f"{BPMN}extensionElements",)
    current: etree._Element | None = node
    while current is not None:
        event_definition = str(current.tag).endswith("EventDefinition")
        if current.get("id") and str(current.tag).startswith(BPMN) and not event_definition and current.tag not in names:
            return str(current.get("id"))
        current = current.getparent()
    return ""
