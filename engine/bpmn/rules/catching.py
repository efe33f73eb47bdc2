"""What one activity, gateway or scope may catch only once: a message or signal name, an error or escalation code."""

from collections import Counter
from collections.abc import Iterable, Iterator

from engine.bpmn.file import BpmnFile
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import Node

_NAMED = {"messageEventDefinition": "message", "signalEventDefinition": "signal"}
_CODED = {"errorEventDefinition": "error", "escalationEventDefinition": "escalation"}


def clashes(
    place: Node, events: Iterable[Node], file: BpmnFile, kinds: tuple[str, ...] = (*_NAMED, *_CODED)
) -> Iterator[Complaint]:
    """Complain at `place` about each name or code that two of its events catch."""
    events = list(events)
    for kind in kinds:
        definitions = [definition for event in events for definition in event.all(kind)]
        if kind in _NAMED:
            yield from _same_names(place, definitions, file, _NAMED[kind])
        else:
            yield from _same_codes(place, definitions, file, _CODED[kind])


def _same_names(place: Node, definitions: list[Node], file: BpmnFile, what: str) -> Iterator[Complaint]:
    referred = (file.referred(definition, f"{what}Ref") for definition in definitions)
    for name, count in Counter(node.get("name") for node in referred if node is not None).items():
        if name and count > 1:
            yield place, f"Multiple {what} event definitions with the same name '{name}' are not allowed."


def _same_codes(place: Node, definitions: list[Node], file: BpmnFile, what: str) -> Iterator[Complaint]:
    referred = [file.referred(definition, f"{what}Ref") for definition in definitions]
    codes = Counter("" if node is None else node.get(f"{what}Code") for node in referred)
    for code, count in codes.items():
        if count > 1 and code:
            yield place, f"Multiple {what} catch events with the same {what} code '{code}' are not supported on the same scope."
        elif count > 1:
            article = "An" if what[0] in "aeiou" else "A"
            yield (
                place,
                (
                    f"The same scope can not contain more than one {what} catch event without {what} code."
                    f" {article} {what} catch event without {what} code catches all {what}s."
                ),
            )
