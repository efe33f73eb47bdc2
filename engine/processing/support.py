"""What this engine can run: everything else is refused when it is deployed, with the element and the reason.

The reader of BPMN files knows what Zeebe accepts; this module knows what the processor does with it. Nothing is ever accepted
and then ignored.
"""

from engine.bpmn.model import Element, ElementType, EventType, ProcessDefinition

_E, _T = ElementType, EventType
_PLAIN = frozenset({_T.UNSPECIFIED})
_WAITS = frozenset({_T.MESSAGE, _T.TIMER, _T.SIGNAL})

SUPPORTED: dict[ElementType, frozenset[EventType]] = {
    _E.PROCESS: _PLAIN,
    _E.SUB_PROCESS: _PLAIN,
    _E.EVENT_SUB_PROCESS: _PLAIN,
    _E.START_EVENT: _WAITS | {_T.NONE, _T.ERROR, _T.ESCALATION},
    _E.INTERMEDIATE_CATCH_EVENT: _WAITS | {_T.LINK},
    _E.INTERMEDIATE_THROW_EVENT: frozenset({_T.NONE, _T.MESSAGE, _T.SIGNAL, _T.LINK, _T.ESCALATION, _T.COMPENSATION}),
    _E.BOUNDARY_EVENT: _WAITS | {_T.ERROR, _T.ESCALATION, _T.COMPENSATION},
    _E.END_EVENT: frozenset({_T.NONE, _T.MESSAGE, _T.SIGNAL, _T.ERROR, _T.TERMINATE, _T.ESCALATION, _T.COMPENSATION}),
    _E.SERVICE_TASK: _PLAIN,
    _E.SEND_TASK: _PLAIN,
    _E.RECEIVE_TASK: _PLAIN | {_T.MESSAGE},
    _E.USER_TASK: _PLAIN,
    _E.MANUAL_TASK: _PLAIN,
    _E.TASK: _PLAIN,
    _E.SCRIPT_TASK: _PLAIN,
    _E.BUSINESS_RULE_TASK: _PLAIN,
    _E.CALL_ACTIVITY: _PLAIN,
    _E.EXCLUSIVE_GATEWAY: _PLAIN,
    _E.INCLUSIVE_GATEWAY: _PLAIN,
    _E.PARALLEL_GATEWAY: _PLAIN,
    _E.EVENT_BASED_GATEWAY: _PLAIN,
}


def unsupported(definition: ProcessDefinition) -> list[tuple[Element, str]]:
    """Elements that this engine cannot run, each with the reason."""
    refused: list[tuple[Element, str]] = []
    for element in definition.elements.values():
        events = SUPPORTED.get(element.type)
        if events is None:
            refused.append((element, f"elements of type {element.type} are not supported"))
        elif element.event_type not in events:
            refused.append((element, f"events of type {element.event_type} are not supported here"))
    return refused
