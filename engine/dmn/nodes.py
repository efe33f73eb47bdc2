"""Elements of the requirements graph, compiled and linked: what a decision needs is a list of these."""

from dataclasses import dataclass, field

from engine.dmn.decision_table import Coercion, as_it_is
from engine.dmn.logic import Build, Logic


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something needed, under the names by which expressions find it; `module` is the name of the import it comes from."""

    node: "Node"
    names: tuple[str, ...]
    module: str = ""


@dataclass(slots=True, eq=False)
class InputNode:
    """An input with the type its value must have."""

    id: str
    name: str
    binding: str
    coerce: Coercion = as_it_is


@dataclass(slots=True, eq=False)
class DecisionNode:
    """A decision with what it requires."""

    id: str
    name: str
    type: str
    binding: str
    logic: Logic
    check: Coercion = as_it_is
    is_table: bool = False
    requirements: list[Requirement] = field(default_factory=list)
    _order: "list[DecisionNode] | None" = None

    @property
    def order(self) -> "list[DecisionNode]":
        """All decisions to be made before it, each once, in the order of Zeebe's audits."""
        if self._order is None:
            self._order = order_of(self)
        return self._order


@dataclass(slots=True, eq=False)
class KnowledgeNode:
    """A business knowledge model: a function that is made anew for each evaluation."""

    id: str
    name: str
    type: str
    build: Build
    body: Logic
    check: Coercion = as_it_is
    is_table: bool = False
    requirements: list[Requirement] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class ServiceNode:
    """A decision service: a function of its inputs whose decisions are made where it is called."""

    id: str
    name: str
    check: Coercion = as_it_is
    outputs: list[DecisionNode] = field(default_factory=list)
    input_decisions: list[DecisionNode] = field(default_factory=list)
    inputs: list[InputNode] = field(default_factory=list)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of its inputs, in the order of a call."""
        return tuple(node.binding for node in self.inputs) + tuple(node.binding for node in self.input_decisions)


type Node = InputNode | DecisionNode | KnowledgeNode | ServiceNode


def order_of(root: DecisionNode) -> list[DecisionNode]:
    """The decisions a decision requires, each after those it requires itself. An explicit stack: chains may be long."""
    order: list[DecisionNode] = []
    seen: set[DecisionNode] = set()
    stack: list[tuple[DecisionNode, bool]] = [(root, False)]
    while stack:
        node, is_leaving = stack.pop()
        if is_leaving:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            required = [one.node for one in node.requirements if isinstance(one.node, DecisionNode)]
            stack.extend((one, False) for one in reversed(required))
    return order[:-1]
