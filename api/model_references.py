"""A process's file beside what is deployed: what it calls, and the version that it would take over from.

What it calls and nobody has deployed is no reason to refuse it: its deployment succeeds, and the first instance stops there.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from history.queries import Queries
from services.modelling import Finding, Severity
from zeebe.model_xml import UnreadableModel, model_root

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"


@dataclass(frozen=True, slots=True)
class Reference:
    """An extension that calls something by its id."""

    tag: str
    attribute: str
    missing: str

    def called(self, root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
        """The ids and where they stand; one that an expression gives is known only while an instance runs."""
        for each in root.iter(f"{_ZEEBE}{self.tag}"):
            if (name := each.get(self.attribute, "")) and not name.startswith("="):
                yield name, each


FORM = Reference(
    "formDefinition", "formId", "The form '{0}' is not deployed yet: an instance would stop here with an incident."
)
DECISION = Reference(
    "calledDecision", "decisionId", "The decision '{0}' is not deployed yet: an instance would stop here with an incident."
)
PROCESS = Reference(
    "calledElement", "processId", "The process '{0}' is not deployed yet: an instance would stop here with an incident."
)
REFERENCES = (FORM, DECISION, PROCESS)


def missing_references(content: bytes, resource_name: str, queries: Queries) -> tuple[Finding, ...]:
    """Advice for each form, decision and process that is called by an id which this house does not know."""
    try:
        root = model_root(content)
    except UnreadableModel:
        return ()
    return tuple(_missing(root, resource_name, queries))


def newest_of_same_process(xml: str, queries: Queries) -> str:
    """The newest deployed file of this file's first process that was ever deployed, whatever the files are called."""
    try:
        root = model_root(xml.encode())
    except UnreadableModel:
        return ""
    own = [process.get("id", "") for process in root.iter(f"{_BPMN}process")]
    keys = {each.bpmn_process_id: each.latest.key for each in queries.processes(counted=False)} if own else {}
    return next((queries.process_definition(keys[name]).xml for name in own if name in keys), "")


def _missing(root: etree._Element, resource_name: str, queries: Queries) -> Iterator[Finding]:
    for reference in REFERENCES:
        called = list(reference.called(root))
        known = _known(reference, root, queries) if called else set()
        for name, place in called:
            if name not in known:
                element = next((above for above in place.iterancestors() if above.get("id")), None)
                element_id = "" if element is None else element.get("id", "")
                yield Finding(reference.missing.format(name), Severity.WARNING, element_id, resource_name=resource_name)


def _known(reference: Reference, root: etree._Element, queries: Queries) -> set[str]:
    if reference is FORM:
        return {each.form_id for each in queries.forms()}
    if reference is DECISION:
        return {each.decision_id for each in queries.decisions()}
    own = {process.get("id", "") for process in root.iter(f"{_BPMN}process")}
    return own | {each.bpmn_process_id for each in queries.processes(counted=False)}
