"""Tasks of SpiffArena: operators, decisions, forms, manual tasks and call activities."""

import re
from collections.abc import Callable

from lxml import etree

from engine.bpmn.importing.editing import Model, job_type_of, kebab, remove, text_of
from engine.bpmn.importing.form_fields import form_of
from engine.bpmn.importing.spiff_scripts import convert_script
from engine.bpmn.importing.translate import python
from engine.bpmn.xml_tree import BPMN, ZEEBE

SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"


def _service_task(model: Model, element: etree._Element) -> None:
    operator = element.find(f".//{{{SPIFF}}}serviceTaskOperator")
    if operator is None:
        job_type = job_type_of(element)
        model.extend(element, "taskDefinition", type=job_type)
        model.person(element, "without an operator", f"a job type '{job_type}' was made from its name: check it")
        return
    job_type = kebab(operator.get("id", "job").replace("/", "-"))
    model.job(element, job_type, f"the operator '{operator.get('id')}'")
    model.person(element, f"the operator '{operator.get('id')}'", f"write or name a job worker for '{job_type}'")
    for parameter in list(element.iter(f"{{{SPIFF}}}parameter")):
        _parameter(model, element, parameter)
        remove(parameter)
    result = operator.get("resultVariable")
    if result:
        model.map(element, "output", "= result", result)
        model.converted(element, f"the worker's 'result' becomes '{result}'")
    for given in [*element.iter(f"{{{SPIFF}}}parameters")]:
        remove(given)
    remove(operator)


def _parameter(model: Model, element: etree._Element, parameter: etree._Element) -> None:
    name, text = parameter.get("id", "parameter"), parameter.get("value", "").strip()
    value = model.expression(element, text, f"parameter '{name}'", python) if text else "= null"
    if value is not None:
        model.map(element, "input", value, re.sub(r"\W", "_", name))
        model.converted(element, f"the parameter '{name}' ({parameter.get('type', 'any')})")


def _business_rule(model: Model, element: etree._Element) -> None:
    called = element.find(f".//{{{SPIFF}}}calledDecisionId")
    decision = text_of(called).strip()
    if called is None or not decision:
        model.person(element, "without a decision", "name the decision it calls")
        return
    model.extend(element, "calledDecision", decisionId=decision, resultVariable="result")
    model.person(element, f"the decision '{decision}'", "its outputs come as 'result' on Zeebe: check what reads them")
    remove(called)


def _user_task(model: Model, element: etree._Element) -> None:
    model.extension(element, "userTask")
    for given in list(element.iter(f"{{{SPIFF}}}property")):
        name, value = given.get("name", ""), given.get("value", "")
        if name == "formJsonSchemaFilename":
            model.extend(element, "formDefinition", externalReference=value)
            why = "a JSON schema, kept as a reference: build it as a .form file"
            model.person(element, f"the form '{value}' ({name})", why)
        else:
            model.property(element, name or "property", value)
            model.converted(element, f"the property '{name}' is a zeebe:property now")
        remove(given)
    if element.find(f".//{{{ZEEBE}}}formDefinition") is None:
        _instructions(model, element)


def _call_activity(model: Model, element: etree._Element) -> None:
    called = element.attrib.pop("calledElement", None)
    if called is None:
        model.person(element, "without calledElement", "name the process it calls")
        return
    model.extend(element, "calledElement", processId=called)
    model.converted(element, f"calls the process '{called}'")


def _send(model: Model, element: etree._Element) -> None:
    """A thrown message is a job: a worker publishes it."""
    definition = element.find(f"{{{BPMN}}}messageEventDefinition")
    if definition is None and element.tag != f"{{{BPMN}}}sendTask":
        return
    if element.find(f".//{{{SPIFF}}}serviceTaskOperator") is not None:
        _service_task(model, element)
        return
    reference = (element if definition is None else definition).get("messageRef", "")
    job_type = job_type_of(element)
    model.extend(element, "taskDefinition", type=job_type)
    model.person(element, f"throws the message '{reference}'", f"write a job worker for '{job_type}' that publishes it")


def _manual_task(model: Model, element: etree._Element) -> None:
    """SpiffArena waits for a person here, Zeebe's manual task does not: it is a user task with the words as its form."""
    element.tag = f"{{{BPMN}}}userTask"
    model.converted(element, "it is a user task now, for it waits for a person")
    _user_task(model, element)


def _instructions(model: Model, element: etree._Element) -> None:
    given = element.find(f"{{{BPMN}}}extensionElements/{{{SPIFF}}}instructionsForEndUser")
    text = text_of(given).strip()
    if given is None or not text or "{%" in text or "|" in "".join(re.findall(r"\{\{.*?\}\}", text)):
        return
    form_id = form_of(model, element, [{"type": "text", "text": text}])
    model.extend(element, "formDefinition", formId=form_id)
    model.converted(element, f"its instructions are the form '{form_id}', in a file of its own")
    remove(given)


RULES: dict[str, Callable[[Model, etree._Element], None]] = {
    "scriptTask": convert_script,
    "serviceTask": _service_task,
    "sendTask": _send,
    "intermediateThrowEvent": _send,
    "endEvent": _send,
    "businessRuleTask": _business_rule,
    "userTask": _user_task,
    "manualTask": _manual_task,
    "callActivity": _call_activity,
}
