"""Messages: which need a correlation key on Zeebe."""

from lxml import etree

from engine.bpmn.importing.editing import Model
from engine.bpmn.xml_tree import BPMN

_WAITING = ("intermediateCatchEvent", "boundaryEvent")


def subscribe(model: Model, message: etree._Element, placeholder: str) -> None:
    """Give a message that something waits for a key a person has to name; one that only starts or is thrown needs none."""
    if not _is_waited_for(model, message):
        return
    model.extend(message, "subscription", correlationKey=f"= {placeholder}")
    why = f"Zeebe correlates by one key: put the variable that identifies the case in place of '{placeholder}'"
    model.person(message, f"the message '{message.get('name', '')}'", why)


def _is_waited_for(model: Model, message: etree._Element) -> bool:
    message_id = message.get("id")
    if any(task.get("messageRef") == message_id for task in model.elements("receiveTask")):
        return True
    events = (
        definition.getparent()
        for definition in model.elements("messageEventDefinition")
        if definition.get("messageRef") == message_id
    )
    return any(event is not None and _waits(event) for event in events)


def _waits(event: etree._Element) -> bool:
    name, owner = etree.QName(event).localname, event.getparent()
    starts_inside = name == "startEvent" and owner is not None and owner.tag != f"{{{BPMN}}}process"
    return name in _WAITING or starts_inside
