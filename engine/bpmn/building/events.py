"""What an event waits for or throws."""

from engine.bpmn.constants import constant_text
from engine.bpmn.expressions import optional, parse_expression, parse_when_reached
from engine.bpmn.file import BpmnFile, event_definitions
from engine.bpmn.model import (
    CompensationDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    EventType,
    Expression,
    LinkDefinition,
    MessageDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
    TimerKind,
)
from engine.bpmn.rules.references import starts_a_process
from engine.bpmn.xml_tree import Node

_TYPES = {
    "messageEventDefinition": EventType.MESSAGE,
    "timerEventDefinition": EventType.TIMER,
    "errorEventDefinition": EventType.ERROR,
    "signalEventDefinition": EventType.SIGNAL,
    "terminateEventDefinition": EventType.TERMINATE,
    "escalationEventDefinition": EventType.ESCALATION,
    "linkEventDefinition": EventType.LINK,
    "compensateEventDefinition": EventType.COMPENSATION,
}

# Nothing throws these in the middle of a process: Zeebe passes the event as if it bore nothing.
_NEVER_THROWN = {"timerEventDefinition", "errorEventDefinition", "terminateEventDefinition"}


def event_of(node: Node, file: BpmnFile) -> tuple[EventType, EventDefinition | None]:
    """The type and definition of an event; NONE for one without a definition."""
    definitions = event_definitions(node)
    if not definitions or (node.name == "intermediateThrowEvent" and definitions[0].name in _NEVER_THROWN):
        return EventType.NONE, None
    return _TYPES[definitions[0].name], _definition(definitions[0], file)


def _definition(node: Node, file: BpmnFile) -> EventDefinition:
    match _TYPES[node.name]:
        case EventType.MESSAGE:
            return message_of(node, file)
        case EventType.TIMER:
            return _timer(node)
        case EventType.SIGNAL:
            return _signal(node, file)
        case EventType.ERROR:
            return ErrorDefinition(_code(node, file, "error"))
        case EventType.ESCALATION:
            return EscalationDefinition(_code(node, file, "escalation"))
        case EventType.LINK:
            return LinkDefinition(node.get("name"))
        case EventType.COMPENSATION:
            return CompensationDefinition(node.get("activityRef") or None)
        case _:
            return TerminateDefinition()


def message_of(node: Node, file: BpmnFile) -> MessageDefinition:
    """The message of an event definition or a receive task; a throwing event may do without one."""
    message = file.referred(node, "messageRef")
    if message is None:
        return MessageDefinition("", Expression(""))
    name = _name(message, constant_name=starts_a_process(node))
    subscription = message.extension("subscription")
    key = None if subscription is None or starts_a_process(node) else optional(subscription.get("correlationKey"))
    return MessageDefinition(message.id, name, key)


def _name(node: Node, *, constant_name: bool) -> Expression:
    expression = parse_expression(node.get("name")) if node.get("name") else Expression("")
    return Expression(constant_text(expression)) if constant_name else expression


def _signal(node: Node, file: BpmnFile) -> SignalDefinition:
    signal = file.referred(node, "signalRef")
    if signal is None:
        return SignalDefinition("", Expression(""))
    return SignalDefinition(signal.id, _name(signal, constant_name=starts_a_process(node)))


def _timer(node: Node) -> TimerDefinition:
    kind = next(child for child in node.children if child.name in set(TimerKind))
    return TimerDefinition(TimerKind(kind.name), parse_expression(kind.text.strip()))


def _code(node: Node, file: BpmnFile, what: str) -> Expression | None:
    target = file.referred(node, f"{what}Ref")
    return None if target is None else parse_when_reached(target.get(f"{what}Code"))
