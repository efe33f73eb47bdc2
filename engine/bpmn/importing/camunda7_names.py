"""How Camunda 7 and its kin are recognised in a file, and how their attributes are taken out."""

from lxml import etree

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
# Namespace: how the file calls it, and what it is.
DIALECTS = {
    CAMUNDA: ("camunda", "Camunda 7"),
    "http://activiti.org/bpmn": ("activiti", "Activiti"),
    "http://flowable.org/bpmn": ("flowable", "Flowable"),
}


def take(element: etree._Element, name: str) -> str | None:
    """The value of a `camunda:` attribute, taken out."""
    value = element.attrib.pop(f"{{{CAMUNDA}}}{name}", None)
    return None if value is None else str(value)
