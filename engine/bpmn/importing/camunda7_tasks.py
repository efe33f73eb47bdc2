"""Tasks of Camunda 7: external tasks and code, decisions, scripts, user tasks and call activities."""

import re
from collections.abc import Callable

from lxml import etree

from engine.bpmn.importing.camunda7_names import CAMUNDA, take
from engine.bpmn.importing.editing import Model, job_type_of, kebab, remove, text_of
from engine.bpmn.importing.form_fields import convert_form
from engine.bpmn.importing.translate import NotTranslatable, to_feel
from engine.bpmn.xml_tree import BPMN, ZEEBE

_CODE = ("class", "delegateExpression", "expression")
_ASSIGNMENT = {
    "assignee": ("assignmentDefinition", "assignee"),
    "candidateGroups": ("assignmentDefinition", "candidateGroups"),
    "candidateUsers": ("assignmentDefinition", "candidateUsers"),
    "dueDate": ("taskSchedule", "dueDate"),
    "followUpDate": ("taskSchedule", "followUpDate"),
}


def _task(model: Model, element: etree._Element) -> None:
    _work(model, element, element)
    _retries(model, element)


def _throw(model: Model, element: etree._Element) -> None:
    """A thrown message is a job."""
    for definition in element.findall(f"{{{BPMN}}}messageEventDefinition"):
        _work(model, element, definition)
        _retries(model, element)


def _work(model: Model, element: etree._Element, bearer: etree._Element) -> None:
    """External tasks keep their topic as job type; code becomes a job for a worker that a person writes."""
    kind, topic = take(bearer, "type"), take(bearer, "topic")
    result = take(bearer, "resultVariable")
    decision = take(bearer, "decisionRef")
    if decision is not None:
        _decision(model, element, decision, result)
        return
    kept = f" and give back its result as '{result}'" if result else ""
    if kind == "external" and topic:
        job_type = model.expression(element, topic, "topic") or kebab(topic)
        model.job(element, job_type, f"the external task's topic '{topic}'")
        return
    for name in _CODE:
        code = take(bearer, name)
        if code is not None:
            job_type = job_type_of(element)
            model.extend(element, "taskDefinition", type=job_type)
            model.person(element, f"{model.vendor}:{name} '{code}'", f"write a job worker for '{job_type}'{kept}")
            return
    connector = element.find(f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}connector/{{{CAMUNDA}}}connectorId")
    if connector is not None and (name := text_of(connector).strip()):
        job_type = kebab(name)
        remove(connector)
        model.extend(element, "taskDefinition", type=job_type)
        model.person(element, f"the connector '{name}'", f"write or name a job worker for '{job_type}'")
        return
    model.extend(element, "taskDefinition", type=job_type_of(element))
    if kind is not None:
        model.person(element, f"{model.vendor}:type '{kind}'", f"there is no such built-in task: write a job worker{kept}")
    else:
        model.person(element, "without an implementation", f"a job type was made from its name: check it{kept}")


def _retries(model: Model, element: etree._Element) -> None:
    """`R5/PT10M` and `PT1M,PT10M`: how often is the task's retries, how long after is the worker's answer."""
    given = element.find(f"{{{BPMN}}}extensionElements/{{{CAMUNDA}}}failedJobRetryTimeCycle")
    definition = element.find(f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}taskDefinition")
    if given is None or definition is None:
        return
    text = text_of(given).strip()
    cycle = re.fullmatch(r"R(\d+)/\S+", text)
    retries = int(cycle[1]) if cycle else text.count(",") + 2 if text.startswith("P") else 0
    if retries:
        definition.set("retries", str(retries))
        model.person(element, f"the retries '{text}'", f"it has {retries} of them now; let the worker give the back-off")
        remove(given)


def _decision(model: Model, element: etree._Element, decision: str, result: str | None) -> None:
    decision_id = model.expression(element, decision, "decision") or decision
    model.extend(element, "calledDecision", decisionId=decision_id, resultVariable=result or "result")
    model.converted(element, f"the decision '{decision}' is called and gives '{result or 'result'}'")
    for name in ("decisionRefBinding", "decisionRefVersion", "decisionRefVersionTag", "mapDecisionResult"):
        value = take(element, name)
        if value is not None:
            why = "Zeebe calls the latest version and gives the table's own result: check what reads it"
            model.person(element, f"{model.vendor}:{name} '{value}'", why)


def _user_task(model: Model, element: etree._Element) -> None:
    model.extension(element, "userTask")
    for name, (extension, attribute) in _ASSIGNMENT.items():
        text = take(element, name)
        value = None if text is None else model.expression(element, text, f"{model.vendor}:{name}")
        if value is not None:
            value = _as_list(value) if name.startswith("candidate") else value
            model.extension(element, extension).set(attribute, value)
            model.converted(element, f"{model.vendor}:{name} '{text}'")
    _form(model, element)


def _as_list(value: str) -> str:
    """Camunda 7 takes a list or a text with commas; Zeebe takes such a text only where it stands in the file."""
    expression = value.removeprefix("= ")
    if expression == value:
        return value
    split = f'split(string({expression}), "[ ]*,[ ]*")'
    if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", expression):
        return f"= {split}"
    return f"= if {expression} = null then [] else if {expression} instance of list then {expression} else {split}"


def _form(model: Model, element: etree._Element) -> None:
    form, key = take(element, "formRef"), take(element, "formKey")
    fields = _form_fields(element)
    if form is not None:
        value = model.expression(element, form, "form") or form
        model.extend(element, "formDefinition", formId=value)
        model.converted(element, f"the form '{form}'")
    elif key is not None:
        if element.tag == f"{{{BPMN}}}userTask":
            model.extend(element, "formDefinition", externalReference=model.expression(element, key, "formKey") or key)
            why = "kept as a reference to a form outside: build it as a .form file"
        else:
            why = "build it as a .form file and name it at the event"
        model.person(element, f"{model.vendor}:formKey '{key}'", why)
    elif fields:
        model.extend(element, "formDefinition", formId=convert_form(model, element, fields))


def _form_fields(element: etree._Element) -> list[etree._Element]:
    holder = element.find(f"{{{BPMN}}}extensionElements")
    if holder is None:
        return []
    fields = [*holder.findall(f"{{{CAMUNDA}}}formData/{{{CAMUNDA}}}formField"), *holder.findall(f"{{{CAMUNDA}}}formProperty")]
    return [field for field in fields if field.get("readable") != "false"]


def _start(model: Model, element: etree._Element) -> None:
    """A process may begin with a form."""
    owner = element.getparent()
    if owner is not None and owner.tag == f"{{{BPMN}}}process":
        _form(model, element)


def _call_activity(model: Model, element: etree._Element) -> None:
    called = element.attrib.pop("calledElement", None)
    if called is None:
        model.person(element, "without calledElement", "name the process it calls")
        return
    process_id = model.expression(element, str(called), "calledElement") or str(called)
    extension = model.extend(element, "calledElement", processId=process_id)
    model.converted(element, f"calls the process '{called}'")
    everything = {"in": False, "out": False}
    for direction, mapping_direction in (("in", "input"), ("out", "output")):
        for given in list(element.iter(f"{{{CAMUNDA}}}{direction}")):
            everything[direction] |= given.get("variables") == "all"
            _handed_over(model, element, given, mapping_direction)
            remove(given)
    extension.set("propagateAllChildVariables", str(everything["out"]).lower())
    extension.set("propagateAllParentVariables", str(everything["in"]).lower())


def _handed_over(model: Model, element: etree._Element, given: etree._Element, direction: str) -> None:
    source, target = given.get("source"), given.get("target")
    expression = given.get("sourceExpression")
    if given.get("local") == "true":
        model.dropped(element, f"local='true' of '{target or 'all variables'}'", "Zeebe hands over what is visible there")
    if given.get("businessKey") is not None:
        why = "Zeebe has none: hand over a variable instead"
        model.person(element, f"hands over the business key '{given.get('businessKey')}'", why)
    elif given.get("variables") == "all":
        model.converted(element, f"hands over all variables ({direction})")
    elif target and (source or expression):
        value = f"= {source}" if source else model.expression(element, expression or "", "sourceExpression")
        if value is not None:
            model.map(element, direction, value if value.startswith("=") else f'= "{value}"', target)
            model.converted(element, f"hands over '{source or expression}' as '{target}'")
    else:
        model.person(element, f"an incomplete {direction}", "name what is handed over, and as what", model.source(given))


def _script_task(model: Model, element: etree._Element) -> None:
    """A script that only asks is FEEL; another is a job for a worker, with the script as header."""
    script = element.find(f"{{{BPMN}}}script")
    text = text_of(script).strip()
    result, resource = take(element, "resultVariable"), take(element, "resource")
    language = element.attrib.pop("scriptFormat", "")
    if script is not None:
        remove(script)
    expression = _as_feel(text, str(language)) if result else None
    if expression is not None and result:
        model.extend(element, "script", expression=f"= {expression}", resultVariable=result)
        model.converted(element, f"its script '{text}' to '= {expression}'")
        return
    job_type = job_type_of(element, "script")
    model.extend(element, "taskDefinition", type=job_type)
    if resource is not None:
        model.header(element, "resource", resource)
    if text:
        model.header(element, "script", text)
    kept = "resource" if resource is not None else "script"
    why = f"kept as the header '{kept}' of a job '{job_type}': write it as FEEL or as a job worker"
    result_told = f" that gives '{result}'" if result else ""
    model.person(element, f"a script in {language or 'an unnamed language'}{result_told}", why, resource or text)


def _as_feel(text: str, language: str) -> str | None:
    if language.lower() == "feel":
        return text.removeprefix("=").strip()
    try:
        return to_feel(text.rstrip(";"), python=language.lower() in {"python", "jython"})
    except NotTranslatable:
        return None


RULES: dict[str, Callable[[Model, etree._Element], None]] = {
    "serviceTask": _task,
    "sendTask": _task,
    "businessRuleTask": _task,
    "intermediateThrowEvent": _throw,
    "endEvent": _throw,
    "userTask": _user_task,
    "startEvent": _start,
    "callActivity": _call_activity,
    "scriptTask": _script_task,
}
