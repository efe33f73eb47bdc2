"""A fluent builder of BPMN files for tests: say what a process does, get the XML a modeller would have saved.

    process("order").start().service_task("pack", type="pack").exclusive("ok", condition).end("done").xml()

Each call adds an element to the open scope and, where the cursor stands on an element, a sequence flow from it; the cursor then
stands on the new element. `when` and `otherwise` decorate the next flow, `to` closes a loop or joins, `at` moves the cursor,
`apart` lifts it (for elements nothing flows into). Ids, `incoming` and `outgoing` are written as modellers write them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

# As the code of an error or escalation: the event catches every one.
ANY = "*"


@dataclass(frozen=True)
class Loop:
    """Multi-instance: `Loop("=items", element="item")`."""

    collection: str
    element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    completion: str | None = None
    sequential: bool = False


@dataclass(frozen=True)
class Trigger:
    """What an event waits for or throws; at most one field is given."""

    message: str | None = None
    correlation_key: str | None = None
    duration: str | None = None
    date: str | None = None
    cycle: str | None = None
    signal: str | None = None
    error: str | None = None
    escalation: str | None = None
    link: str | None = None
    terminate: bool = False
    compensate: bool | str = False


@dataclass
class _Node:
    """An element to be written, its tag with prefix."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    children: list["_Node"] = field(default_factory=list)

    def add(self, tag: str, text: str | None = None, /, **attributes: str | None) -> "_Node":
        child = _Node(tag, {name: value for name, value in attributes.items() if value is not None}, text)
        self.children.append(child)
        return child

    def extensions(self) -> "_Node":
        for child in self.children:
            if child.tag == "bpmn:extensionElements":
                return child
        extensions = _Node("bpmn:extensionElements")
        self.children.insert(0, extensions)
        return extensions


class ProcessBuilder:
    """See the module; `xml()` ends the sentence."""

    def __init__(self, process_id: str, *, name: str | None = None, executable: bool = True) -> None:
        self.process_id = process_id
        self._process = _Node("bpmn:process", {"id": process_id, "isExecutable": str(executable).lower()})
        if name is not None:
            self._process.attributes["name"] = name
        self._scopes: list[_Node] = [self._process]
        self._by_id: dict[str, _Node] = {process_id: self._process}
        self._flows: dict[str, tuple[str, str]] = {}
        self._definitions: dict[str, _Node] = {}
        self._cursor: str | None = None
        self._condition: str | None = None
        self._default = False
        self._taken = 0

    # Where the cursor stands

    def at(self, element_id: str) -> Self:
        """Go on from an element that is there already."""
        self._cursor = self._by_id[element_id].attributes["id"]
        return self

    def apart(self) -> Self:
        """Go on without a flow into the next element."""
        self._cursor = None
        return self

    def when(self, condition: str) -> Self:
        """Give the next flow a condition."""
        self._condition = condition
        return self

    def otherwise(self) -> Self:
        """Make the next flow the default one."""
        self._default = True
        return self

    def to(self, element_id: str, *, flow_id: str | None = None) -> Self:
        """Draw a flow from the cursor to an element that is there already; the cursor moves along."""
        self._flow(element_id, flow_id)
        self._cursor = element_id
        return self

    def maps(self, *, inputs: Mapping[str, str] | None = None, outputs: Mapping[str, str] | None = None) -> Self:
        """Give the element under the cursor variable mappings: events take none when they are drawn."""
        _mappings(self._by_id[self._require_cursor()], inputs, outputs)
        return self

    def listens(self, event: str, job_type: str, *, retries: str | None = None) -> Self:
        """Give the element under the cursor an execution listener, for its `start` or its `end`."""
        extensions = self._by_id[self._require_cursor()].extensions()
        known = next((child for child in extensions.children if child.tag == "zeebe:executionListeners"), None)
        listeners = known or extensions.add("zeebe:executionListeners")
        listeners.add("zeebe:executionListener", eventType=event, type=job_type, retries=retries)
        return self

    # Events

    def start(self, element_id: str = "start", *, interrupting: bool = True, **trigger: str | bool) -> Self:
        attributes = {} if interrupting else {"isInterrupting": "false"}
        self._cursor = None
        return self._event("bpmn:startEvent", element_id, Trigger(**trigger), attributes)  # type: ignore[arg-type]

    def end(self, element_id: str = "end", *, job_type: str | None = None, **trigger: str | bool) -> Self:
        return self._event("bpmn:endEvent", element_id, Trigger(**trigger), job_type=job_type)  # type: ignore[arg-type]

    def catch(self, element_id: str, **trigger: str | bool) -> Self:
        return self._event("bpmn:intermediateCatchEvent", element_id, Trigger(**trigger))  # type: ignore[arg-type]

    def throw(self, element_id: str, *, job_type: str | None = None, **trigger: str | bool) -> Self:
        return self._event("bpmn:intermediateThrowEvent", element_id, Trigger(**trigger), job_type=job_type)  # type: ignore[arg-type]

    def boundary(self, element_id: str, attached_to: str, *, interrupting: bool = True, **trigger: str | bool) -> Self:
        attributes = {"attachedToRef": attached_to} | ({} if interrupting else {"cancelActivity": "false"})
        self._cursor = None
        return self._event("bpmn:boundaryEvent", element_id, Trigger(**trigger), attributes)  # type: ignore[arg-type]

    # Tasks

    def service_task(self, element_id: str, *, type: str | None = None, **rest: object) -> Self:  # noqa: A002 - as BPMN says
        return self._job_task("bpmn:serviceTask", element_id, type or element_id, rest)

    def send_task(self, element_id: str, *, type: str | None = None, **rest: object) -> Self:  # noqa: A002 - as BPMN says
        return self._job_task("bpmn:sendTask", element_id, type or element_id, rest)

    def script_job(self, element_id: str, *, type: str | None = None, **rest: object) -> Self:  # noqa: A002 - as BPMN says
        return self._job_task("bpmn:scriptTask", element_id, type or element_id, rest)

    def decision_job(self, element_id: str, *, type: str | None = None, **rest: object) -> Self:  # noqa: A002 - as BPMN says
        return self._job_task("bpmn:businessRuleTask", element_id, type or element_id, rest)

    def script_task(self, element_id: str, expression: str, *, result: str, **rest: object) -> Self:
        node = self._activity("bpmn:scriptTask", element_id, rest)
        node.extensions().add("zeebe:script", expression=expression, resultVariable=result)
        return self

    def decision_task(self, element_id: str, decision_id: str, *, result: str, **rest: object) -> Self:
        node = self._activity("bpmn:businessRuleTask", element_id, rest)
        node.extensions().add("zeebe:calledDecision", decisionId=decision_id, resultVariable=result)
        return self

    def user_task(
        self,
        element_id: str,
        *,
        native: bool = True,
        form_id: str | None = None,
        form_key: str | None = None,
        external_form: str | None = None,
        assignee: str | None = None,
        groups: str | None = None,
        users: str | None = None,
        due: str | None = None,
        follow_up: str | None = None,
        **rest: object,
    ) -> Self:
        extensions = self._activity("bpmn:userTask", element_id, rest).extensions()
        if native:
            extensions.add("zeebe:userTask")
        if form_id or form_key or external_form:
            extensions.add("zeebe:formDefinition", formId=form_id, formKey=form_key, externalReference=external_form)
        if assignee or groups or users:
            extensions.add("zeebe:assignmentDefinition", assignee=assignee, candidateGroups=groups, candidateUsers=users)
        if due or follow_up:
            extensions.add("zeebe:taskSchedule", dueDate=due, followUpDate=follow_up)
        return self

    def receive_task(self, element_id: str, message: str, *, correlation_key: str = "=key", **rest: object) -> Self:
        node = self._activity("bpmn:receiveTask", element_id, rest)
        node.attributes["messageRef"] = self._message(message, correlation_key)
        return self

    def task(self, element_id: str, **rest: object) -> Self:
        self._activity("bpmn:task", element_id, rest)
        return self

    def manual_task(self, element_id: str, **rest: object) -> Self:
        self._activity("bpmn:manualTask", element_id, rest)
        return self

    def call_activity(
        self,
        element_id: str,
        process_id: str,
        *,
        propagate_child: bool | None = None,
        propagate_parent: bool | None = None,
        **rest: object,
    ) -> Self:
        self._activity("bpmn:callActivity", element_id, rest).extensions().add(
            "zeebe:calledElement",
            processId=process_id,
            propagateAllChildVariables=None if propagate_child is None else str(propagate_child).lower(),
            propagateAllParentVariables=None if propagate_parent is None else str(propagate_parent).lower(),
        )
        return self

    # Gateways

    def exclusive(self, element_id: str) -> Self:
        return self._gateway("bpmn:exclusiveGateway", element_id)

    def inclusive(self, element_id: str) -> Self:
        return self._gateway("bpmn:inclusiveGateway", element_id)

    def parallel(self, element_id: str) -> Self:
        return self._gateway("bpmn:parallelGateway", element_id)

    def event_gateway(self, element_id: str) -> Self:
        return self._gateway("bpmn:eventBasedGateway", element_id)

    # Scopes

    def subprocess(self, element_id: str, **rest: object) -> Self:
        """Open an embedded subprocess; `done` closes it and leaves the cursor on it."""
        node = self._activity("bpmn:subProcess", element_id, rest)
        self._scopes.append(node)
        self._cursor = None
        return self

    def event_subprocess(self, element_id: str, **rest: object) -> Self:
        """Open an event subprocess; its `start` says what triggers it; `done` closes it and lifts the cursor."""
        self._cursor = None
        node = self._activity("bpmn:subProcess", element_id, rest)
        node.attributes["triggeredByEvent"] = "true"
        self._scopes.append(node)
        self._cursor = None
        return self

    def done(self) -> Self:
        scope = self._scopes.pop()
        self._cursor = None if "triggeredByEvent" in scope.attributes else scope.attributes["id"]
        return self

    # Compensation

    def compensated_by(self, boundary_id: str, handler_id: str, *, type: str | None = None, **rest: object) -> Self:  # noqa: A002 - as BPMN says
        """Give the activity under the cursor a compensation boundary and a service task as handler; the cursor stays."""
        activity_id = self._require_cursor()
        self.boundary(boundary_id, activity_id, compensate=True).apart()
        self.service_task(handler_id, type=type or handler_id, **rest)
        self._by_id[handler_id].attributes["isForCompensation"] = "true"
        association = {"id": f"association_{boundary_id}", "associationDirection": "One"}
        association |= {"sourceRef": boundary_id, "targetRef": handler_id}
        self._scopes[-1].children.append(_Node("bpmn:association", association))
        return self.at(activity_id)

    # Writing

    def xml(self) -> bytes:
        return definitions(self)

    def write_to(self, root: etree._Element) -> None:
        """Append messages and the like, then the process, to a `definitions` element."""
        for node in self._definitions.values():
            if not any(child.get("id") == node.attributes["id"] for child in root):
                _write(root, node)
        incoming: dict[str, list[str]] = {}
        outgoing: dict[str, list[str]] = {}
        for flow_id, (source, target) in self._flows.items():
            outgoing.setdefault(source, []).append(flow_id)
            incoming.setdefault(target, []).append(flow_id)
        _write(root, self._process, incoming, outgoing)

    # Inside

    def _require_cursor(self) -> str:
        assert self._cursor is not None, "there is no element to go on from"
        return self._cursor

    def _flow(self, target: str, flow_id: str | None = None) -> None:
        source = self._require_cursor()
        flow_id = flow_id or f"{source}_to_{target}"
        if flow_id in self._flows:
            flow_id = f"{flow_id}_{len(self._flows)}"
        self._flows[flow_id] = (source, target)
        node = self._scopes[-1].add("bpmn:sequenceFlow", id=flow_id, sourceRef=source, targetRef=target)
        if self._condition is not None:
            condition = node.add("bpmn:conditionExpression", self._condition)
            condition.attributes[f"{{{XSI}}}type"] = "bpmn:tFormalExpression"
        if self._default:
            self._by_id[source].attributes["default"] = flow_id
        self._condition, self._default = None, False

    def _element(self, tag: str, element_id: str, attributes: Mapping[str, str] | None = None) -> _Node:
        assert element_id not in self._by_id, f"there are two elements {element_id}"
        node = _Node(tag, {"id": element_id, **(attributes or {})})
        self._scopes[-1].children.append(node)
        self._by_id[element_id] = node
        if self._cursor is not None:
            self._flow(element_id)
        self._cursor = element_id
        return node

    def _gateway(self, tag: str, element_id: str) -> Self:
        self._element(tag, element_id)
        return self

    def _activity(self, tag: str, element_id: str, rest: Mapping[str, object]) -> _Node:
        rest = dict(rest)
        node = self._element(tag, element_id)
        _mappings(node, rest.pop("inputs", None), rest.pop("outputs", None))
        name, loop = rest.pop("name", None), rest.pop("loop", None)
        if name is not None:
            node.attributes["name"] = str(name)
        if isinstance(loop, Loop):
            _loop(node, loop)
        assert not rest, f"unknown arguments {sorted(rest)}"
        return node

    def _job_task(self, tag: str, element_id: str, job_type: str, rest: Mapping[str, object]) -> Self:
        rest = dict(rest)
        retries, headers = rest.pop("retries", None), rest.pop("headers", None)
        extensions = self._activity(tag, element_id, rest).extensions()
        extensions.add("zeebe:taskDefinition", type=job_type, retries=None if retries is None else str(retries))
        if isinstance(headers, Mapping):
            parent = extensions.add("zeebe:taskHeaders")
            for key, value in headers.items():
                parent.add("zeebe:header", key=str(key), value=str(value))
        return self

    def _event(
        self,
        tag: str,
        element_id: str,
        trigger: Trigger,
        attributes: Mapping[str, str] | None = None,
        job_type: str | None = None,
    ) -> Self:
        node = self._element(tag, element_id, attributes)
        if job_type is not None:
            node.extensions().add("zeebe:taskDefinition", type=job_type)
        self._timer(node, trigger)
        self._reference(node, trigger)
        self._plain(node, trigger)
        return self

    @staticmethod
    def _timer(node: _Node, trigger: Trigger) -> None:
        for kind, value in (("timeDuration", trigger.duration), ("timeDate", trigger.date), ("timeCycle", trigger.cycle)):
            if value is not None:
                timer = node.add("bpmn:timerEventDefinition", id=_trigger_id(node)).add(f"bpmn:{kind}", value)
                timer.attributes[f"{{{XSI}}}type"] = "bpmn:tFormalExpression"

    def _reference(self, node: _Node, trigger: Trigger) -> None:
        if trigger.message is not None:
            message = self._message(trigger.message, trigger.correlation_key)
            node.add("bpmn:messageEventDefinition", id=_trigger_id(node), messageRef=message)
        if trigger.signal is not None:
            signal = self._define("signal", trigger.signal, "name")
            node.add("bpmn:signalEventDefinition", id=_trigger_id(node), signalRef=signal)
        for kind, code in (("error", trigger.error), ("escalation", trigger.escalation)):
            if code is not None:
                reference = None if code == ANY else self._define(kind, code, f"{kind}Code")
                node.add(f"bpmn:{kind}EventDefinition", id=_trigger_id(node)).attributes |= (
                    {} if reference is None else {f"{kind}Ref": reference}
                )

    @staticmethod
    def _plain(node: _Node, trigger: Trigger) -> None:
        if trigger.link is not None:
            node.add("bpmn:linkEventDefinition", id=_trigger_id(node), name=trigger.link)
        if trigger.terminate:
            node.add("bpmn:terminateEventDefinition", id=_trigger_id(node))
        if trigger.compensate:
            activity = trigger.compensate if isinstance(trigger.compensate, str) else None
            node.add("bpmn:compensateEventDefinition", id=_trigger_id(node), activityRef=activity)

    def _message(self, name: str, correlation_key: str | None) -> str:
        message_id = self._define("message", name, "name", qualifier=correlation_key or "")
        node = self._definitions[message_id]
        if correlation_key is not None and not node.children:
            node.extensions().add("zeebe:subscription", correlationKey=correlation_key)
        return message_id

    def _define(self, kind: str, value: str, attribute: str, *, qualifier: str = "") -> str:
        wanted = f"{kind} {value} {qualifier}"
        for definition_id, node in self._definitions.items():
            if node.text == wanted:
                return definition_id
        definition_id = f"{kind}_{len(self._definitions) + 1}_{self.process_id}"
        self._definitions[definition_id] = _Node(f"bpmn:{kind}", {"id": definition_id, attribute: value}, wanted)
        return definition_id


def process(process_id: str = "process", *, name: str | None = None, executable: bool = True) -> ProcessBuilder:
    return ProcessBuilder(process_id, name=name, executable=executable)


def definitions(*processes: ProcessBuilder) -> bytes:
    """One file with several processes."""
    root = etree.Element(f"{{{BPMN}}}definitions", nsmap={"bpmn": BPMN, "zeebe": ZEEBE, "xsi": XSI})
    root.set("id", "definitions")
    root.set("targetNamespace", "http://bpmn.io/schema/bpmn")
    for each in processes:
        each.write_to(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _trigger_id(event: _Node) -> str:
    return f"{event.attributes['id']}_trigger"


def _mappings(node: _Node, inputs: object, outputs: object) -> None:
    """Write `{target: source}` pairs as `zeebe:ioMapping`."""
    if not inputs and not outputs:
        return
    parent = node.extensions().add("zeebe:ioMapping")
    for tag, pairs in (("zeebe:input", inputs), ("zeebe:output", outputs)):
        if isinstance(pairs, Mapping):
            for target, source in pairs.items():
                parent.add(tag, source=str(source), target=str(target))


def _loop(node: _Node, loop: Loop) -> None:
    outer = node.add("bpmn:multiInstanceLoopCharacteristics", isSequential="true" if loop.sequential else None)
    outer.extensions().add(
        "zeebe:loopCharacteristics",
        inputCollection=loop.collection,
        inputElement=loop.element,
        outputCollection=loop.output_collection,
        outputElement=loop.output_element,
    )
    if loop.completion is not None:
        condition = outer.add("bpmn:completionCondition", loop.completion)
        condition.attributes[f"{{{XSI}}}type"] = "bpmn:tFormalExpression"


def _qualified(tag: str) -> str:
    prefix, name = tag.split(":")
    return f"{{{BPMN if prefix == 'bpmn' else ZEEBE}}}{name}"


# Inside a (sub)process the schema wants flow elements before associations.
_LATE = {"bpmn:association"}


def _write(
    parent: etree._Element,
    node: _Node,
    incoming: Mapping[str, list[str]] | None = None,
    outgoing: Mapping[str, list[str]] | None = None,
) -> None:
    element = etree.SubElement(parent, _qualified(node.tag), node.attributes)
    definition = node.tag in {"bpmn:message", "bpmn:signal", "bpmn:error", "bpmn:escalation"}
    if node.text is not None and not definition:
        element.text = node.text
    extensions = [child for child in node.children if child.tag == "bpmn:extensionElements"]
    for child in extensions:
        _write(element, child)
    own_id = node.attributes.get("id", "")
    for tag, references in (("incoming", incoming), ("outgoing", outgoing)):
        for flow_id in (references or {}).get(own_id, ()):
            etree.SubElement(element, f"{{{BPMN}}}{tag}").text = flow_id
    rest = [child for child in node.children if child.tag != "bpmn:extensionElements"]
    # The schema also wants the loop characteristics before a subprocess's own elements.
    rest.sort(key=lambda child: (child.tag in _LATE, child.tag != "bpmn:multiInstanceLoopCharacteristics"))
    for child in rest:
        _write(element, child, incoming, outgoing)
