"""One executable process of a checked file as an immutable definition."""

from engine.bpmn.building.activities import called, decision, job, listeners, loop, mappings, native_user_task, script
from engine.bpmn.building.events import event_of, message_of
from engine.bpmn.building.flows import Flows
from engine.bpmn.file import EVENTS, FLOW_NODES, BpmnFile, event_definitions, is_event_subprocess
from engine.bpmn.model import Element, ElementType, EventType, MessageDefinition, ProcessDefinition
from engine.bpmn.rules.compensation import handler_of
from engine.bpmn.xml_tree import Node

_TYPES = {
    "process": ElementType.PROCESS,
    "subProcess": ElementType.SUB_PROCESS,
    "startEvent": ElementType.START_EVENT,
    "intermediateCatchEvent": ElementType.INTERMEDIATE_CATCH_EVENT,
    "intermediateThrowEvent": ElementType.INTERMEDIATE_THROW_EVENT,
    "boundaryEvent": ElementType.BOUNDARY_EVENT,
    "endEvent": ElementType.END_EVENT,
    "serviceTask": ElementType.SERVICE_TASK,
    "receiveTask": ElementType.RECEIVE_TASK,
    "userTask": ElementType.USER_TASK,
    "manualTask": ElementType.MANUAL_TASK,
    "task": ElementType.TASK,
    "exclusiveGateway": ElementType.EXCLUSIVE_GATEWAY,
    "parallelGateway": ElementType.PARALLEL_GATEWAY,
    "eventBasedGateway": ElementType.EVENT_BASED_GATEWAY,
    "inclusiveGateway": ElementType.INCLUSIVE_GATEWAY,
    "callActivity": ElementType.CALL_ACTIVITY,
    "businessRuleTask": ElementType.BUSINESS_RULE_TASK,
    "scriptTask": ElementType.SCRIPT_TASK,
    "sendTask": ElementType.SEND_TASK,
}
_SUBSCRIPTION_ORDER = (EventType.MESSAGE, EventType.TIMER, EventType.SIGNAL)


def build_process(process: Node, file: BpmnFile) -> ProcessDefinition:
    return _Builder(process, file).build()


class _Builder:
    def __init__(self, process: Node, file: BpmnFile) -> None:
        self._process = process
        self._file = file
        self._flows = Flows(process)
        self._handlers = self._compensation_handlers()
        self._handler_ids = set(self._handlers.values())

    def build(self) -> ProcessDefinition:
        nodes = [node for node in self._process.walk_bpmn() if node is self._process or node.name in FLOW_NODES]
        version = self._process.extension("versionTag")
        return ProcessDefinition(
            bpmn_process_id=self._process.id,
            name=self._process.get("name"),
            elements={node.id: self._element(node) for node in nodes},
            flows=self._flows.by_id,
            version_tag="" if version is None else version.get("value"),
            embedded_forms={form.id: form.text for form in self._process.extensions("userTaskForm") if form.id},
        )

    def _element(self, node: Node) -> Element:
        parent = node.parent
        event_type, event = event_of(node, self._file) if node.name in EVENTS else (EventType.UNSPECIFIED, None)
        scope = node.name in {"process", "subProcess"}
        starts = [child.id for child in node.all("startEvent")] if scope else []
        none_starts = [child.id for child in node.all("startEvent") if not event_definitions(child)] if scope else []
        return Element(
            id=node.id,
            type=ElementType.EVENT_SUB_PROCESS if is_event_subprocess(node) else _TYPES[node.name],
            name=node.get("name"),
            event_type=event_type,
            parent_id=None if node is self._process or parent is None else parent.id,
            order=node.order,
            outgoing=self._flows.outgoing(node.id),
            incoming=self._flows.incoming(node.id),
            default_flow_id=node.get("default") or None,
            inputs=mappings(node, "input"),
            outputs=mappings(node, "output"),
            event=event,
            is_interrupting=node.flag("cancelActivity" if node.name == "boundaryEvent" else "isInterrupting", default=True),
            attached_to_id=node.get("attachedToRef") or None,
            boundary_event_ids=tuple(boundary.id for boundary in self._file.attached.get(node.id, ())),
            child_ids=tuple(child.id for child in node.children if child.name in FLOW_NODES) if scope else (),
            none_start_id=next(iter(none_starts), None),
            start_event_ids=tuple(starts),
            event_subprocess_ids=tuple(child.id for child in node.all("subProcess") if is_event_subprocess(child)),
            job=job(node),
            start_listeners=listeners(node, "start"),
            end_listeners=listeners(node, "end"),
            user_task=native_user_task(node),
            decision=decision(node),
            script=script(node),
            called=called(node),
            message=self._message(node),
            loop=loop(node),
            compensation_handler_id=self._handlers.get(node.id),
            is_for_compensation=node.flag("isForCompensation", default=False) or node.id in self._handler_ids,
            event_target_ids=self._event_targets(node),
            link_target_id=self._link_target(node),
        )

    def _message(self, node: Node) -> MessageDefinition | None:
        return message_of(node, self._file) if node.name == "receiveTask" else None

    def _compensation_handlers(self) -> dict[str, str]:
        """From each activity with a compensation boundary to its handler."""
        handlers: dict[str, str] = {}
        for node in self._process.walk_bpmn():
            if node.name == "boundaryEvent" and node.all("compensateEventDefinition"):
                handler = handler_of(node, self._file)
                if handler is not None:
                    handlers[node.get("attachedToRef")] = handler.id
        return handlers

    def _event_targets(self, node: Node) -> tuple[str, ...]:
        if node.name != "eventBasedGateway":
            return ()
        targets = [self._file.by_id[flow.target_id] for flow in self._flows.outgoing(node.id)]
        # Messages are subscribed to first, then timers, then signals, each kind in the order of the flows.
        targets.sort(key=lambda target: _SUBSCRIPTION_ORDER.index(event_of(target, self._file)[0]))
        return tuple(target.id for target in targets)

    def _link_target(self, node: Node) -> str | None:
        """The catching link of the same name in the same scope."""
        if node.name != "intermediateThrowEvent" or node.parent is None:
            return None
        link = node.first("linkEventDefinition")
        if link is None:
            return None
        for other in node.parent.all("intermediateCatchEvent"):
            if any(caught.get("name") == link.get("name") for caught in other.all("linkEventDefinition")):
                return other.id
        return None
