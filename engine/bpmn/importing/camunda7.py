"""Camunda 7's dialect: what its `camunda:` attributes and elements are called on Zeebe."""

from collections.abc import Callable

from lxml import etree

from engine.bpmn.importing.editing import Model, kebab, remove
from engine.bpmn.xml_tree import BPMN

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
_CODE = ("class", "delegateExpression", "expression")
_NO_MEANING = {
    "asyncBefore": "every job on Zeebe is asynchronous",
    "asyncAfter": "every job on Zeebe is asynchronous",
    "async": "every job on Zeebe is asynchronous",
    "exclusive": "jobs of one instance may run side by side on Zeebe",
    "jobPriority": "Zeebe hands jobs out in the order of their creation",
    "historyTimeToLive": "how long history is kept is a setting of Penstock, not of a process",
    "isStartableInTasklist": "who may start a process is decided by its roles",
}
_ASSIGNMENT = {
    "assignee": ("assignmentDefinition", "assignee"),
    "candidateGroups": ("assignmentDefinition", "candidateGroups"),
    "candidateUsers": ("assignmentDefinition", "candidateUsers"),
    "dueDate": ("taskSchedule", "dueDate"),
    "followUpDate": ("taskSchedule", "followUpDate"),
}


def convert(model: Model) -> None:
    """Convert every element, then take out and report what is left of the old dialect."""
    for element in model.elements("serviceTask", "sendTask", "businessRuleTask"):
        _work(model, element)
    for element in model.elements("intermediateThrowEvent", "endEvent"):
        for definition in element.findall(f"{{{BPMN}}}messageEventDefinition"):
            _work(model, element, definition)
    for name, rule in _RULES.items():
        for element in model.elements(name):
            rule(model, element)
    for element in list(model.root.iter()):
        _mappings(model, element)
    for element in list(model.root.iter()):
        _rest(model, element)


def _take(element: etree._Element, name: str) -> str | None:
    """The value of a `camunda:` attribute, taken out."""
    value = element.attrib.pop(f"{{{CAMUNDA}}}{name}", None)
    return None if value is None else str(value)


def _work(model: Model, element: etree._Element, bearer: etree._Element | None = None) -> None:
    """External tasks keep their topic as job type; code becomes a job for a worker that a person writes."""
    bearer = element if bearer is None else bearer
    kind, topic = _take(bearer, "type"), _take(bearer, "topic")
    result = _take(bearer, "resultVariable")
    decision = _take(bearer, "decisionRef")
    if decision is not None:
        _decision(model, element, decision, result)
        return
    if kind == "external" and topic:
        job_type = model.expression(element, topic, "topic") or kebab(topic)
        model.job(element, job_type, f"the external task's topic '{topic}'")
        return
    for name in _CODE:
        code = _take(bearer, name)
        if code is not None:
            job_type = kebab(element.get("name") or element.get("id") or "job")
            model.extend(element, "taskDefinition", type=job_type)
            kept = f" and give back its result as '{result}'" if result else ""
            model.person(element, f"camunda:{name} '{code}'", f"write a job worker for '{job_type}'{kept}")
            return
    if kind is not None:
        model.person(element, f"camunda:type '{kind}'", "there is no such built-in task on Zeebe: write a job worker")
    model.extend(element, "taskDefinition", type=kebab(element.get("name") or element.get("id") or "job"))
    model.person(element, "without an implementation", "a job type was made from its name: check it")


def _decision(model: Model, element: etree._Element, decision: str, result: str | None) -> None:
    decision_id = model.expression(element, decision, "decision") or decision
    model.extend(element, "calledDecision", decisionId=decision_id, resultVariable=result or "result")
    model.converted(element, f"the decision '{decision}' is called and gives '{result or 'result'}'")
    for name in ("decisionRefBinding", "decisionRefVersion", "decisionRefVersionTag", "mapDecisionResult"):
        value = _take(element, name)
        if value is not None:
            why = "Zeebe calls the latest version and gives the table's own result: check what reads it"
            model.person(element, f"camunda:{name} '{value}'", why)


def _user_task(model: Model, element: etree._Element) -> None:
    model.extension(element, "userTask")
    for name, (extension, attribute) in _ASSIGNMENT.items():
        text = _take(element, name)
        value = None if text is None else model.expression(element, text, f"camunda:{name}")
        if value is not None:
            model.extension(element, extension).set(attribute, value)
            model.converted(element, f"camunda:{name} '{text}'")
    form, key = _take(element, "formRef"), _take(element, "formKey")
    if form is not None:
        model.extend(element, "formDefinition", formId=form)
        model.converted(element, f"the form '{form}'")
    elif key is not None:
        model.extend(element, "formDefinition", externalReference=key)
        model.person(element, f"camunda:formKey '{key}'", "kept as a reference to a form outside: build it as a .form file")


def _call_activity(model: Model, element: etree._Element) -> None:
    called = element.attrib.pop("calledElement", None)
    if called is None:
        model.person(element, "without calledElement", "name the process it calls")
        return
    process_id = model.expression(element, called, "calledElement") or called
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
    if given.get("businessKey") is not None:
        model.person(element, "hands over the business key", "Zeebe has none: hand over a variable instead")
    elif given.get("variables") == "all":
        model.converted(element, f"hands over all variables ({direction})")
    elif target and (source or expression):
        value = f"= {source}" if source else model.expression(element, expression or "", "sourceExpression")
        if value is not None:
            model.map(element, direction, value, target)
            model.converted(element, f"hands over '{source or expression}' as '{target}'")


def _script_task(model: Model, element: etree._Element) -> None:
    script = element.find(f"{{{BPMN}}}script")
    text = "" if script is None or script.text is None else script.text.strip()
    result, language = _take(element, "resultVariable"), element.get("scriptFormat", "")
    if script is not None:
        remove(script)
    if language.lower() == "feel" and result:
        model.extend(element, "script", expression=f"= {text.lstrip('=').strip()}", resultVariable=result)
        model.converted(element, "its FEEL script")
    else:
        job_type = kebab(element.get("name") or element.get("id") or "script")
        model.extend(element, "taskDefinition", type=job_type)
        model.header(element, "script", text)
        why = f"kept as the header 'script' of a job '{job_type}': write it as FEEL or as a job worker"
        model.person(element, f"a script in {language or 'an unnamed language'}", why)
    element.attrib.pop("scriptFormat", None)


def _condition(model: Model, element: etree._Element) -> None:
    if element.get("language"):
        text = (element.text or "").strip()
        model.person(element, f"a condition in {element.get('language')}: {text}", "write it in FEEL")
        element.text = "= null"
        del element.attrib["language"]
        return
    text = element.text or ""
    value = model.expression(element, text, "condition")
    element.text = value or "= null"
    if value is not None:
        model.converted(element, f"condition '{text.strip()}' to '{value}'")


def _timer(model: Model, element: etree._Element) -> None:
    text = element.text or ""
    value = model.expression(element, text, "timer")
    if value is not None and value != text.strip():
        element.text = value
        model.converted(element, f"timer '{text.strip()}' to '{value}'")


def _message(model: Model, element: etree._Element) -> None:
    name = model.expression(element, element.get("name", ""), "message name")
    if name is not None:
        element.set("name", name)
    model.extend(element, "subscription", correlationKey="= businessKey")
    why = "Zeebe correlates by one key: put the variable that identifies the case in place of 'businessKey'"
    model.person(element, f"the message '{element.get('name', '')}'", why)


def _loop(model: Model, element: etree._Element) -> None:
    collection, item = _take(element, "collection"), _take(element, "elementVariable")
    cardinality = element.find(f"{{{BPMN}}}loopCardinality")
    source = None
    if collection is not None:
        source = model.expression(element, collection, "collection")
        source = source if source is None or source.startswith("=") else f"= {source}"
    elif cardinality is not None:
        count = model.expression(element, cardinality.text or "", "loopCardinality")
        source = None if count is None else f"= for i in 1..{count.lstrip('= ')} return i"
    if cardinality is not None:
        remove(cardinality)
    extension = model.extend(element, "loopCharacteristics", inputCollection=source or "= []")
    if item:
        extension.set("inputElement", item)
    if source is None:
        model.person(element, "the collection of its loop", "name the list it runs over; it is empty now")
    else:
        model.converted(element, f"its loop runs over '{source}'")
    for completion in element.findall(f"{{{BPMN}}}completionCondition"):
        _condition(model, completion)


def _process(model: Model, element: etree._Element) -> None:
    tag = _take(element, "versionTag")
    if tag is not None:
        model.extend(element, "versionTag", value=tag)
        model.converted(element, f"the version tag '{tag}'")
    for name in ("candidateStarterGroups", "candidateStarterUsers"):
        value = _take(element, name)
        if value is not None:
            model.person(element, f"camunda:{name} '{value}'", "who may start a process is decided by roles: set them there")


_RULES: dict[str, Callable[[Model, etree._Element], None]] = {
    "process": _process,
    "userTask": _user_task,
    "callActivity": _call_activity,
    "scriptTask": _script_task,
    "conditionExpression": _condition,
    "timeDate": _timer,
    "timeDuration": _timer,
    "timeCycle": _timer,
    "message": _message,
    "multiInstanceLoopCharacteristics": _loop,
}


def _mappings(model: Model, element: etree._Element) -> None:
    """`camunda:inputOutput` of an element, and its properties."""
    holder = element.find(f"{{{BPMN}}}extensionElements")
    if holder is None:
        return
    for given in list(holder.iter(f"{{{CAMUNDA}}}inputParameter", f"{{{CAMUNDA}}}outputParameter")):
        direction = etree.QName(given).localname.removesuffix("Parameter")
        name, text = given.get("name", ""), given.text or ""
        if len(given):
            inner = etree.QName(given[0]).localname
            model.person(element, f"the {direction} '{name}' made by a {inner}", "write it as a FEEL expression")
        elif (value := model.expression(element, text, f"{direction} '{name}'")) is not None:
            source = value if value.startswith("=") or direction == "input" else f'= "{value}"'
            model.map(element, direction, source, name)
            model.converted(element, f"the {direction} '{name}' from '{text.strip()}'")
        remove(given)
    for given in list(holder.findall(f"{{{CAMUNDA}}}inputOutput")):
        remove(given)
    for given in list(holder.iter(f"{{{CAMUNDA}}}property")):
        model.header(element, given.get("name") or given.get("id") or "property", given.get("value", ""))
        model.converted(element, f"the property '{given.get('name')}' is a header now")
        remove(given)
    for given in list(holder.findall(f"{{{CAMUNDA}}}properties")):
        remove(given)
    for given in list(holder.findall(f"{{{CAMUNDA}}}field")):
        value = given.get("stringValue") or given.get("expression") or "".join(given.itertext()).strip()
        model.header(element, given.get("name", "field"), value)
        model.converted(element, f"the field '{given.get('name')}' is a header now")
        remove(given)


def _rest(model: Model, element: etree._Element) -> None:
    if not isinstance(element.tag, str):
        return
    if element.tag.startswith(f"{{{CAMUNDA}}}"):
        text = etree.tostring(element, encoding="unicode", with_tail=False)
        name = etree.QName(element).localname
        owner = element.getparent()
        if owner is not None and not str(owner.tag).startswith(f"{{{CAMUNDA}}}"):
            model.person(owner, f"camunda:{name}: {' '.join(text.split())[:300]}", _reason(name))
            remove(element)
        return
    for attribute in [name for name in element.attrib if str(name).startswith(f"{{{CAMUNDA}}}")]:
        name, value = etree.QName(attribute).localname, element.attrib.pop(attribute)
        if name in _NO_MEANING:
            model.dropped(element, f"camunda:{name} '{value}'", _NO_MEANING[name])
        else:
            model.person(element, f"camunda:{name} '{value}'", "it has no counterpart on Zeebe")


def _reason(name: str) -> str:
    reasons = {
        "executionListener": "put what the listener does into a job of its own, before or after the element",
        "taskListener": "put what the listener does into a job of its own, before or after the task",
        "formData": "build the form as a .form file",
        "connector": "write a job worker, or use the task's job type of an existing one",
        "failedJobRetryTimeCycle": "set retries on the task and let the worker give a back-off",
        "errorEventDefinition": "let the worker throw the BPMN error",
    }
    return reasons.get(name, "it has no counterpart on Zeebe")
