"""FEEL functions in a process that came after Zeebe 8.5: with each the place that calls it."""

from collections.abc import Iterator

from engine import feel
from engine.bpmn.file import BpmnFile
from engine.bpmn.xml_tree import Node
from engine.feel.availability import Version, YoungerFunction, functions_since


def younger_functions(file: BpmnFile) -> Iterator[tuple[Node, YoungerFunction]]:
    """Each once per node where it stands: in an attribute or a text that begins with `=`."""
    for process in file.executable_processes:
        for node in process.walk():
            called: dict[str, Version] = {}
            for text in (*node.attributes.values(), node.text.strip()):
                called |= _called(text)
            for name, since in called.items():
                yield node, YoungerFunction(name, since, node.owner.id, node.line)


def _called(text: str) -> dict[str, Version]:
    if not text.startswith("="):
        return {}
    try:
        return functions_since(feel.parse(text[1:]).syntax)
    except feel.FeelError:
        # The rules tell what is wrong with it.
        return {}
