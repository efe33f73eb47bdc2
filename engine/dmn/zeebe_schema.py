"""What Zeebe refuses because the DMN standard's XML schema does, before it looks at what a file means.

Zeebe says no more than "unable to parse model"; here the element and the rule are named. Not the whole schema: what files
written by hand or by programs get wrong.
"""

import re
from collections.abc import Iterator

from engine.dmn.findings import Finding
from engine.dmn.xml import Element, child, line_of, local_name, namespace_of, parse_xml

_NC_NAME = re.compile(r"[^\W\d][\w.\-·]*")
_NAMED = frozenset({"column", "formalParameter", "itemComponent", "itemDefinition", "parameter", "variable"})
_WITH_TEXT = frozenset({"allowedValues", "inputEntry", "inputValues", "outputValues"})
_CHOICES = {
    "hitPolicy": "UNIQUE FIRST PRIORITY ANY COLLECT|RULE ORDER|OUTPUT ORDER",
    "aggregation": "SUM COUNT MIN MAX",
    "preferredOrientation": "Rule-as-Row Rule-as-Column CrossTable",
}
_ALLOWED = {
    name: frozenset(choice for part in text.split("|") for choice in ([part] if "ORDER" in part else part.split()))
    for name, text in _CHOICES.items()
}
_REQUIREMENTS = {
    "informationRequirement": ("requiredDecision", "requiredInput"),
    "knowledgeRequirement": ("requiredKnowledge",),
    "authorityRequirement": ("requiredAuthority", "requiredDecision", "requiredInput"),
}
_LOGIC = (
    *("literalExpression", "decisionTable", "invocation", "context", "relation", "list", "functionDefinition"),
    *("conditional", "for", "every", "some", "filter"),
)
_ORDER = {
    "decision": (
        *(("description",), ("extensionElements",), ("question",), ("allowedAnswers",), ("variable",)),
        *(("informationRequirement",), ("knowledgeRequirement",), ("authorityRequirement",), ("supportedObjective",)),
        *(("impactedPerformanceIndicator",), ("decisionMaker",), ("decisionOwner",), ("usingProcess",), ("usingTask",), _LOGIC),
    ),
    "definitions": (
        *(("description",), ("extensionElements",), ("import",), ("itemDefinition",)),
        ("decision", "inputData", "businessKnowledgeModel", "knowledgeSource", "decisionService", "drgElement"),
        *(("textAnnotation", "association", "group"), ("elementCollection",), ("performanceIndicator", "organizationUnit")),
        ("DMNDI",),
    ),
}
_OTHER_ELEMENTS = """
annotation annotationEntry binding bindingVariable column contextEntry decisionMade decisionOwned definitions
drgElement else encapsulatedDecision encapsulatedLogic expression formalParameter functionItem if impactingDecision
importedValues importedElement in input inputDecision inputEntry inputExpression inputValues itemComponent match
output outputDecision outputEntry outputValues owner parameter parameters defaultOutputEntry requiredAuthority
requiredDecision requiredInput requiredKnowledge return row rule satisfies sourceRef targetRef text then type typeRef
typeConstraint allowedValues URI value variable
"""
_ELEMENTS = frozenset(_OTHER_ELEMENTS.split()) | {name for order in _ORDER.values() for names in order for name in names}
_ATTRIBUTE_NAMES = """
id label name namespace exporter exporterVersion expressionLanguage typeLanguage typeRef href hitPolicy aggregation
preferredOrientation outputLabel isCollection importType locationURI kind textFormat associationDirection iteratorVariable
outputTypeRef URI
"""
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())


def refused_by_schema(content: bytes, resource_name: str) -> list[Finding]:
    """What in a file the standard's schema does not allow."""
    root = parse_xml(content, resource_name)
    model = namespace_of(root)
    found: list[Finding] = []
    seen: set[str] = set()
    for element in _elements(root, model):
        found += [
            Finding(resource_name=resource_name, message=message, element_id=element.get("id") or "", line=line_of(element))
            for message in (*_about_id(element, seen), *_about(element, model))
        ]
    if not root.get("id"):
        found.append(
            Finding(resource_name=resource_name, message="the definitions need the attribute 'id'", line=line_of(root))
        )
    return found


def _elements(root: Element, model: str) -> Iterator[Element]:
    """All elements of the model; what is inside extension elements or drawings is others' business."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        yield element
        if namespace_of(element) == model and local_name(element) not in {"extensionElements", "DMNDI"}:
            waiting += reversed([inner for inner in element if isinstance(inner.tag, str)])


def _about_id(element: Element, seen: set[str]) -> Iterator[str]:
    element_id = element.get("id")
    if element_id is None:
        return
    if not _NC_NAME.fullmatch(element_id):
        yield f"'{element_id}' is no id: it must begin with a letter or '_' and have neither blanks nor colons"
    elif element_id in seen:
        yield f"there are several elements with the id '{element_id}'"
    seen.add(element_id)


def _about(element: Element, model: str) -> Iterator[str]:
    name = local_name(element)
    if namespace_of(element) != model:
        if name != "DMNDI":
            yield f"the element '{name}' is none of DMN; put it into 'extensionElements'"
        return
    if name not in _ELEMENTS:
        yield f"DMN has no element '{name}'"
    for attribute, value in element.attrib.items():
        if not str(attribute).startswith("{") and attribute not in _ATTRIBUTES:
            yield f"DMN has no attribute '{attribute}'"
        if attribute in _ALLOWED and value not in _ALLOWED[str(attribute)]:
            yield f"'{value}' is no {attribute}: use one of {', '.join(sorted(_ALLOWED[str(attribute)]))}"
    yield from _about_parts(element, name)


def _about_parts(element: Element, name: str) -> Iterator[str]:
    inside = [local_name(inner) for inner in element if isinstance(inner.tag, str)]
    if name in _NAMED and element.get("name") is None:
        yield f"the {name} needs a name"
    if name in _WITH_TEXT and "text" not in inside:
        yield f"the {name} needs a text, which may be empty"
    if name in _REQUIREMENTS and child(element, *_REQUIREMENTS[name]) is None:
        yield f"the {name} names nothing that is required"
    if name == "import" and not (element.get("namespace") and element.get("importType")):
        yield "the import needs a namespace and an importType"
    if name == "decision" and sum(1 for inner in inside if inner in _LOGIC) > 1:
        yield "a decision has one logic, not several"
    yield from _about_order(inside, _ORDER.get(name, ()))


def _about_order(inside: list[str], order: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    places = {name: number for number, names in enumerate(order) for name in names}
    last = 0
    for name in inside:
        place = places.get(name, last)
        if place < last:
            yield f"'{name}' stands too late: it comes before '{order[last][0]}'"
            return
        last = place
