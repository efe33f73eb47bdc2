"""Camunda 7's dialect: what its `camunda:` attributes and elements are called on Zeebe.

Activiti, from which it comes, and Flowable say the same words under names of their own.
"""

from collections.abc import Callable

from lxml import etree

from engine.bpmn.importing import camunda7_data, camunda7_events, camunda7_loops, camunda7_tasks
from engine.bpmn.importing.camunda7_names import CAMUNDA, DIALECTS, take
from engine.bpmn.importing.editing import Model, remove, text_of
from engine.bpmn.importing.translate import to_feel

_NO_MEANING = {
    "asyncBefore": "every job on Zeebe is asynchronous",
    "asyncAfter": "every job on Zeebe is asynchronous",
    "async": "every job on Zeebe is asynchronous",
    "exclusive": "jobs of one instance may run side by side on Zeebe",
    "jobPriority": "Zeebe hands jobs out in the order of their creation",
    "taskPriority": "Zeebe hands jobs out in the order of their creation",
    "historyTimeToLive": "how long history is kept is a setting of Penstock, not of a process",
    "isStartableInTasklist": "who may start a process is decided by its roles",
    "formFieldValidation": "a form checks its fields by itself",
}
_REASONS = {
    "executionListener": "put what the listener does into a job of its own, before or after the element",
    "taskListener": "put what the listener does into a job of its own, before or after the task",
    "formData": "build the form as a .form file",
    "formProperty": "build the form as a .form file",
    "connector": "write a job worker, or use the task's job type of an existing one",
    "failedJobRetryTimeCycle": "set retries on the task and let the worker give a back-off",
    "errorEventDefinition": "let the worker throw the BPMN error",
    "initiator": "Zeebe does not keep who started: give the variable when the instance is created",
    "errorCodeVariable": "Zeebe hands over only the variables that were thrown with the error",
    "errorMessageVariable": "Zeebe hands over only the variables that were thrown with the error",
    "escalationCodeVariable": "Zeebe hands over only the variables of the escalation event",
}


def convert(model: Model) -> None:
    """Convert every element, then take out and report what is left of the old dialect."""
    _one_namespace(model)
    camunda7_events.gather_extensions(model)
    for rules in (camunda7_tasks.RULES, _RULES, camunda7_events.RULES):
        for name, rule in rules.items():
            for element in model.elements(name):
                rule(model, element)
    for element in list(model.root.iter(etree.Element)):
        camunda7_data.convert(model, element)
    for element in list(model.root.iter(etree.Element)):
        _rest(model, element)


def _one_namespace(model: Model) -> None:
    """Activiti's and Flowable's names as Camunda's, which has them from there."""
    for element in model.root.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace in DIALECTS:
            element.tag = f"{{{CAMUNDA}}}{name.localname}"
        for attribute in list(element.attrib):
            name = etree.QName(attribute)
            if name.namespace in DIALECTS and name.namespace != CAMUNDA:
                element.set(f"{{{CAMUNDA}}}{name.localname}", element.attrib.pop(attribute))


def _condition(model: Model, element: etree._Element) -> None:
    """JUEL stands in braces; another language is named. What stands in neither is prose."""
    text, language = text_of(element).strip(), element.attrib.pop("language", "")
    element[:] = []
    resource = take(element, "resource")
    if resource is not None:
        model.person(element, f"a condition in the {language or 'script'} file '{resource}'", "write it in FEEL")
        element.text = "= null"
    elif language and language.lower() not in {"juel", "feel"}:
        is_python = language.lower() in {"python", "jython"}
        what = f"a condition in {language}"
        value = model.expression(element, text, what, lambda given: f"= {to_feel(given, python=is_python)}")
        _put(model, element, f"{text}' in '{language}", value)
    elif language.lower() == "feel" or text.lower() in {"true", "false"}:
        _put(model, element, text, f"= {text.removeprefix('=').strip()}")
    elif "{" not in text:
        model.person(element, f"condition '{text}'", "it is no expression: write it in FEEL")
        element.text = "= null"
    else:
        _put(model, element, text, model.expression(element, text, "condition"))


def _put(model: Model, element: etree._Element, text: str, value: str | None) -> None:
    element.text = value or "= null"
    if value is not None:
        model.converted(element, f"condition '{text}' to '{value}'")


def _timer(model: Model, element: etree._Element) -> None:
    text = text_of(element).strip()
    value = model.expression(element, text, "timer")
    if value is not None and value != text:
        element.text = value
        model.converted(element, f"timer '{text}' to '{value}'")


def _process(model: Model, element: etree._Element) -> None:
    tag = take(element, "versionTag")
    if tag is not None:
        model.extend(element, "versionTag", value=tag)
        model.converted(element, f"the version tag '{tag}'")
    for name in ("candidateStarterGroups", "candidateStarterUsers"):
        value = take(element, name)
        if value is not None:
            why = "who may start a process is decided by roles: set them there"
            model.person(element, f"{model.vendor}:{name} '{value}'", why)


_RULES: dict[str, Callable[[Model, etree._Element], None]] = {
    "process": _process,
    "conditionExpression": _condition,
    "completionCondition": _condition,
    "timeDate": _timer,
    "timeDuration": _timer,
    "timeCycle": _timer,
    "multiInstanceLoopCharacteristics": camunda7_loops.multi_instance,
    "standardLoopCharacteristics": camunda7_loops.standard_loop,
}


def _rest(model: Model, element: etree._Element) -> None:
    if element.tag.startswith(f"{{{CAMUNDA}}}"):
        name, owner = etree.QName(element).localname, element.getparent()
        if owner is not None and not str(owner.tag).startswith(f"{{{CAMUNDA}}}"):
            why = _REASONS.get(name, "it has no counterpart on Zeebe")
            model.person(owner, f"{model.vendor}:{name}", why, model.source(element))
            remove(element)
        return
    for attribute in [name for name in element.attrib if str(name).startswith(f"{{{CAMUNDA}}}")]:
        name, value = etree.QName(attribute).localname, element.attrib.pop(attribute)
        if name in _NO_MEANING:
            model.dropped(element, f"{model.vendor}:{name} '{value}'", _NO_MEANING[name])
        else:
            why = _REASONS.get(name, "it has no counterpart on Zeebe")
            model.person(element, f"{model.vendor}:{name} '{value}'", why)
