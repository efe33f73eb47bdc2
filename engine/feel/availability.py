"""Which built-in functions are younger than a Zeebe: there a call of one is null, and nobody is told.

Source: the built-in functions of the FEEL engines that the versions bundle: 1.17 (Zeebe 8.5), 1.18 (8.6 and 8.7), 1.19 (8.8);
those of 1.20 came later. What Zeebe 8.3 knew already is not listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from engine.feel.syntax import Invocation, Name, Node

type Version = tuple[int, int]

SINCE: dict[str, Version] = {
    "is empty": (8, 6),
    "to base64": (8, 6),
    "trim": (8, 6),
    "uuid": (8, 6),
    "is blank": (8, 8),
    "partition": (8, 8),
    "from json": (8, 9),
    "to json": (8, 9),
}


@dataclass(frozen=True, slots=True)
class YoungerFunction:
    """A listed function that an element of a model calls."""

    name: str
    since: Version
    element_id: str
    line: int = 0

    @property
    def message(self) -> str:
        """What its designer should know."""
        major, minor = self.since
        return (
            f"Zeebe 8.5 does not know {self.name}(): there it gives null. Zeebe {major}.{minor} does, and so does this engine."
        )


def functions_since(syntax: Node) -> dict[str, Version]:
    """The listed functions that an expression calls, in the order of their names, each with the first version that knows it."""
    called = {node.function.name for node in _nodes(syntax) if isinstance(node, Invocation) and isinstance(node.function, Name)}
    return {name: SINCE[name] for name in sorted(called & SINCE.keys())}


def _nodes(root: Node) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        for each in fields(node):
            value = getattr(node, each.name)
            pending += [part for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, Node)]
