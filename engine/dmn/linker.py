"""From what a file says to nodes that can be evaluated: compiles the logic, resolves the requirements, orders the decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.dmn.decision_table import Coercion, as_it_is
from engine.dmn.findings import Finding
from engine.dmn.graph import Graph
from engine.dmn.logic import LogicCompiler, failing
from engine.dmn.model import (
    Boxed,
    BoxedContext,
    BoxedInvocation,
    BoxedIterator,
    BoxedList,
    BusinessKnowledgeModel,
    Decision,
    DecisionService,
    DecisionTable,
    Definitions,
    FunctionDefinition,
    InputData,
    LiteralExpression,
    Relation,
    Variable,
)
from engine.dmn.names import names_of
from engine.dmn.nodes import DecisionNode, InputNode, KnowledgeNode, Node, Requirement, ServiceNode
from engine.dmn.places import Texts
from engine.dmn.types import Types
from engine.feel import Dialect

if TYPE_CHECKING:
    from engine.dmn.decision_model import DecisionModel

# Zeebe's names of the kinds of logic; it has none for those that came with DMN 1.4.
KINDS: dict[type[Boxed], str] = {
    DecisionTable: "DECISION_TABLE",
    LiteralExpression: "LITERAL_EXPRESSION",
    BoxedContext: "CONTEXT",
    BoxedInvocation: "INVOCATION",
    BoxedList: "LIST",
    Relation: "RELATION",
}


@dataclass(frozen=True, slots=True)
class Linked:
    """The nodes of a file by id, its types, and what is wrong with it."""

    nodes: Mapping[str, Node]
    types: Types
    names: frozenset[str]
    findings: Sequence[Finding]


class Linker:
    """Links one file; `imports` are the imported models by the name under which the file uses them."""

    def __init__(self, definitions: Definitions, dialect: Dialect, imports: Mapping[str, "DecisionModel"]) -> None:
        self._definitions = definitions
        self._strict = dialect is Dialect.STRICT
        self._imports = imports
        self._graph = Graph(definitions, frozenset(model.namespace for model in imports.values()))
        self._types = Types.of(definitions.item_definitions, dialect, {name: model.types for name, model in imports.items()})
        self._names = names_of(definitions, dialect).union(*(model.names for model in imports.values()))
        self._texts = Texts(definitions.resource_name, dialect, self._names, self._types)
        self._logic = LogicCompiler(self._texts)
        self._nodes: dict[str, Node] = {}

    def link(self) -> Linked:
        """All nodes, with their requirements."""
        for identity, element in self._graph.elements.items():
            self._nodes[identity] = self._node(element)
        for identity, element in self._graph.elements.items():
            self._connect(self._nodes[identity], element)
        findings = [*self._graph.findings, *self._texts.findings]
        findings += [
            Finding(resource_name=self._definitions.resource_name, message=message) for message in self._types.problems
        ]
        return Linked(self._nodes, self._types, self._names, findings)

    def _node(self, element: Decision | InputData | BusinessKnowledgeModel | DecisionService) -> Node:
        match element:
            case InputData():
                coerce = self._types.coercion(element.variable.type_ref) if self._strict else as_it_is
                return InputNode(element.id, element.name, element.variable.name, coerce)
            case Decision():
                return self._decision(element)
            case BusinessKnowledgeModel():
                return self._knowledge(element)
            case DecisionService():
                return ServiceNode(element.id, element.name, self._check(element.variable))

    def _decision(self, element: Decision) -> DecisionNode:
        if element.id in self._graph.cyclic or element.expression is None:
            logic = failing("the decision is part of a cycle" if element.expression else "the decision has no logic")
        else:
            logic = self._logic.compile(element.expression, element.id)
        # Zeebe finds the result of a decision by the name of its variable, else by its id; the standard by its name.
        name = element.name if self._strict else element.id
        return DecisionNode(
            id=element.id,
            name=element.name,
            type=_kind(element.expression),
            binding=element.variable.name if element.variable is not None else name,
            logic=logic,
            check=self._check(element.variable),
            is_table=isinstance(element.expression, DecisionTable),
        )

    def _knowledge(self, element: BusinessKnowledgeModel) -> KnowledgeNode:
        function = element.function or FunctionDefinition()
        build, body = self._logic.function(function, element.id)
        return KnowledgeNode(
            id=element.id,
            name=element.name,
            type=_kind(function.body),
            build=build,
            body=body,
            check=self._check(element.variable) if self._strict else as_it_is,
            is_table=isinstance(function.body, DecisionTable),
        )

    def _check(self, variable: Variable | None) -> Coercion:
        if variable is None or not variable.type_ref:
            return as_it_is
        return self._types.coercion(variable.type_ref) if self._strict else self._types.camunda_check(variable.type_ref)

    def _connect(self, node: Node, element: Decision | InputData | BusinessKnowledgeModel | DecisionService) -> None:
        if isinstance(node, DecisionNode) and isinstance(element, Decision) and node.id not in self._graph.cyclic:
            hrefs = (*element.required_decisions, *element.required_inputs, *element.required_knowledge)
            node.requirements = self._required(hrefs)
        elif isinstance(node, KnowledgeNode) and isinstance(element, BusinessKnowledgeModel):
            node.requirements = self._required(element.required_knowledge)
        elif isinstance(node, ServiceNode) and isinstance(element, DecisionService):
            node.outputs = [one for one in map(self._find, element.output_decisions) if isinstance(one, DecisionNode)]
            node.input_decisions = [one for one in map(self._find, element.input_decisions) if isinstance(one, DecisionNode)]
            node.inputs = [one for one in map(self._find, element.input_data) if isinstance(one, InputNode)]

    def _find(self, href: str) -> Node | None:
        return self._resolve(href)[0]

    def _resolve(self, href: str) -> tuple[Node | None, str]:
        identity = self._graph.local_id(href)
        if identity is not None:
            return self._nodes.get(identity), ""
        namespace, _, identity = href.rpartition("#")
        for name, model in self._imports.items():
            if model.namespace == namespace:
                return model.nodes.get(identity), name
        return None, ""

    def _required(self, hrefs: Sequence[str]) -> list[Requirement]:
        found = []
        for href in hrefs:
            node, module = self._resolve(href)
            if node is not None:
                found.append(Requirement(node, self._binding(href, node), module))
        return found

    def _binding(self, href: str, node: Node) -> tuple[str, ...]:
        if isinstance(node, InputNode | DecisionNode):
            return (node.binding,)
        element = self._graph.find(href)
        variable = element.variable if isinstance(element, BusinessKnowledgeModel | DecisionService) else None
        return (node.name,) if variable is None or variable.name == node.name else (node.name, variable.name)


def _kind(expression: Boxed | None) -> str:
    if isinstance(expression, BoxedIterator):
        return expression.kind.upper()
    return KINDS.get(type(expression), "UNKNOWN") if expression is not None else "UNKNOWN"
