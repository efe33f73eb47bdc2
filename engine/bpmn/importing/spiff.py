"""SpiffArena's dialect: Python conditions and scripts, service operators, JSON-schema forms, data input loops."""

import re
from collections.abc import Callable

from lxml import etree

from engine.bpmn.importing.editing import Model, kebab, remove
from engine.bpmn.importing.translate import NotTranslatable, to_feel
from engine.bpmn.xml_tree import BPMN

SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\s*=\s*([^=].*)")


def convert(model: Model) -> None:
    for name, rule in _RULES.items():
        for element in model.elements(name):
            rule(model, element)
    for element in list(model.root.iter()):
        _rest(model, element)


def _python(text: str) -> str:
    return f"= {to_feel(text)}"


def _condition(model: Model, element: etree._Element) -> None:
    text = element.text or ""
    value = model.expression(element, text, "condition", _python)
    element.text = value or "= null"
    if value is not None:
        model.converted(element, f"condition '{text.strip()}' to '{value}'")


def _timer(model: Model, element: etree._Element) -> None:
    """Spiff's timers are Python: a quoted ISO text, or an expression."""
    text = (element.text or "").strip()
    quoted = re.fullmatch(r"'([^']*)'|\"([^\"]*)\"", text)
    if quoted is not None:
        element.text = quoted[1] or quoted[2] or ""
        model.converted(element, f"timer {text}")
        return
    value = model.expression(element, text, "timer", _python)
    if value is not None:
        element.text = value
        model.converted(element, f"timer '{text}' to '{value}'")


def _script_task(model: Model, element: etree._Element) -> None:
    """One plain assignment becomes a FEEL script; more becomes a job with the script as header."""
    script = element.find(f"{{{BPMN}}}script")
    text = "" if script is None else (script.text or "").strip()
    if script is not None:
        remove(script)
    element.attrib.pop("scriptFormat", None)
    try:
        variable, expression = _one_assignment(text)
    except NotTranslatable as error:
        job_type = kebab(element.get("name") or element.get("id") or "script")
        model.extend(element, "taskDefinition", type=job_type)
        model.header(element, "script", text)
        why = f"kept as the header 'script' of a job '{job_type}', because {error}: write it as FEEL or as a job worker"
        model.person(element, "a Python script", why)
        return
    model.extend(element, "script", expression=expression, resultVariable=variable)
    model.converted(element, f"script '{text}' to FEEL")


def _one_assignment(text: str) -> tuple[str, str]:
    """The variable and the FEEL expression of a script that only sets one."""
    assignment = _ASSIGNMENT.fullmatch(text)
    if assignment is None:
        raise NotTranslatable("it is more than one assignment")
    return assignment[1], _python(assignment[2])


def _service_task(model: Model, element: etree._Element) -> None:
    operator = element.find(f".//{{{SPIFF}}}serviceTaskOperator")
    if operator is None:
        job_type = kebab(element.get("name") or element.get("id") or "job")
        model.extend(element, "taskDefinition", type=job_type)
        model.person(element, "without an operator", f"a job type '{job_type}' was made from its name: check it")
        return
    job_type = kebab(operator.get("id", "job").replace("/", "-"))
    model.job(element, job_type, f"the operator '{operator.get('id')}'")
    model.person(element, f"the operator '{operator.get('id')}'", f"write or name a job worker for '{job_type}'")
    for parameter in operator.iter(f"{{{SPIFF}}}parameter"):
        value = model.expression(element, parameter.get("value", ""), f"parameter '{parameter.get('id')}'", _python)
        if value is not None:
            model.map(element, "input", value, re.sub(r"\W", "_", parameter.get("id", "parameter")))
            model.converted(element, f"the parameter '{parameter.get('id')}'")
    result = operator.get("resultVariable")
    if result:
        model.map(element, "output", "= result", result)
        model.converted(element, f"the worker's 'result' becomes '{result}'")
    remove(operator)


def _business_rule(model: Model, element: etree._Element) -> None:
    called = element.find(f".//{{{SPIFF}}}calledDecisionId")
    if called is None or not (called.text or "").strip():
        model.person(element, "without a decision", "name the decision it calls")
        return
    decision = (called.text or "").strip()
    model.extend(element, "calledDecision", decisionId=decision, resultVariable="result")
    model.person(element, f"the decision '{decision}'", "its outputs come as 'result' on Zeebe: check what reads them")
    remove(called)


def _user_task(model: Model, element: etree._Element) -> None:
    model.extension(element, "userTask")
    for given in list(element.iter(f"{{{SPIFF}}}property")):
        if given.get("name") == "formJsonSchemaFilename":
            form = given.get("value", "")
            model.extend(element, "formDefinition", externalReference=form)
            model.person(element, f"the form '{form}'", "a JSON schema, kept as a reference: build it as a .form file")
            remove(given)


def _call_activity(model: Model, element: etree._Element) -> None:
    called = element.attrib.pop("calledElement", None)
    if called is None:
        model.person(element, "without calledElement", "name the process it calls")
        return
    model.extend(element, "calledElement", processId=called)
    model.converted(element, f"calls the process '{called}'")


def _message(model: Model, element: etree._Element) -> None:
    for name in ("messagePayload", "messageVariable"):
        for given in list(element.iter(f"{{{SPIFF}}}{name}")):
            why = "Zeebe merges a message's variables as they are"
            model.person(element, f"{name} '{(given.text or '').strip()}'", why)
            remove(given)
    model.extend(element, "subscription", correlationKey="= correlation_key")
    why = "Zeebe correlates by one key: put the variable that identifies the case in place of 'correlation_key'"
    model.person(element, f"the message '{element.get('name', '')}'", why)


def _loop(model: Model, element: etree._Element) -> None:
    names = {name: _text(element, name) for name in ("loopDataInputRef", "loopDataOutputRef", "loopCardinality")}
    item = element.find(f"{{{BPMN}}}inputDataItem")
    output = element.find(f"{{{BPMN}}}outputDataItem")
    source = f"= {names['loopDataInputRef']}" if names["loopDataInputRef"] else None
    if source is None and names["loopCardinality"]:
        count = model.expression(element, names["loopCardinality"], "loopCardinality", _python)
        source = None if count is None else f"= for i in 1..{count.lstrip('= ')} return i"
    extension = model.extend(element, "loopCharacteristics", inputCollection=source or "= []")
    if item is not None:
        extension.set("inputElement", item.get("name") or item.get("id") or "item")
    if names["loopDataOutputRef"] and output is not None:
        extension.set("outputCollection", names["loopDataOutputRef"])
        extension.set("outputElement", f"= {output.get('name') or output.get('id')}")
    for name in ("loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem", "loopCardinality"):
        for given in element.findall(f"{{{BPMN}}}{name}"):
            remove(given)
    if source is None:
        model.person(element, "the collection of its loop", "name the list it runs over; it is empty now")
    else:
        model.converted(element, f"its loop runs over '{source}'")
    for completion in element.findall(f"{{{BPMN}}}completionCondition"):
        _condition(model, completion)


def _text(element: etree._Element, name: str) -> str:
    found = element.find(f"{{{BPMN}}}{name}")
    return "" if found is None else (found.text or "").strip()


def _standard_loop(model: Model, element: etree._Element) -> None:
    model.person(element, "a loop marker", "Zeebe has none: draw the loop with an exclusive gateway")
    remove(element)


_RULES: dict[str, Callable[[Model, etree._Element], None]] = {
    "conditionExpression": _condition,
    "timeDate": _timer,
    "timeDuration": _timer,
    "timeCycle": _timer,
    "scriptTask": _script_task,
    "serviceTask": _service_task,
    "businessRuleTask": _business_rule,
    "userTask": _user_task,
    "callActivity": _call_activity,
    "message": _message,
    "multiInstanceLoopCharacteristics": _loop,
    "standardLoopCharacteristics": _standard_loop,
}


def _rest(model: Model, element: etree._Element) -> None:
    if not isinstance(element.tag, str):
        return
    owner = element.getparent()
    if element.tag.startswith(f"{{{SPIFF}}}") and owner is not None and not str(owner.tag).startswith(f"{{{SPIFF}}}"):
        name = etree.QName(element).localname
        if len(element) or (element.text or "").strip() or element.attrib:
            text = " ".join(etree.tostring(element, encoding="unicode", with_tail=False).split())[:300]
            model.person(owner, f"spiffworkflow:{name}: {text}", "it has no counterpart on Zeebe")
        remove(element)
    for attribute in [name for name in element.attrib if str(name).startswith(f"{{{SPIFF}}}")]:
        value = element.attrib.pop(attribute)
        model.person(element, f"spiffworkflow:{etree.QName(attribute).localname} '{value}'", "it has no counterpart on Zeebe")
