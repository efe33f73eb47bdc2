"""A DMN file ready to be evaluated: the public face of this package."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.dmn.evaluation import DecisionEvaluation
from engine.dmn.evaluator import Evaluator, failed_decision
from engine.dmn.findings import DecisionFailed, Finding, InvalidDmn, UnknownDecision
from engine.dmn.linker import Linker
from engine.dmn.model import Decision, Definitions
from engine.dmn.nodes import DecisionNode, Node, ServiceNode
from engine.dmn.reader import read_definitions
from engine.dmn.run import Run
from engine.dmn.types import Types
from engine.feel import Clock, Dialect, FeelLimitExceeded
from engine.feel.scopes import Context

TOO_DEEP = "the decision is nested too deeply"


@dataclass(frozen=True, slots=True, eq=False)
class DecisionModel:
    """A decision requirements graph: evaluates its decisions as often as asked, from any thread."""

    definitions: Definitions
    dialect: Dialect
    nodes: Mapping[str, Node] = field(repr=False)
    types: Types = field(repr=False)
    names: frozenset[str] = field(repr=False)
    # What is wrong with the file; empty unless it was read tolerantly.
    findings: tuple[Finding, ...] = ()

    @property
    def id(self) -> str:
        """Id of the graph."""
        return self.definitions.id

    @property
    def name(self) -> str:
        """Name of the graph."""
        return self.definitions.name

    @property
    def namespace(self) -> str:
        """Namespace under which other files import this one."""
        return self.definitions.namespace

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """The decisions by id, in the order of the file."""
        return {decision.id: decision for decision in self.definitions.decisions}

    def decision_id(self, name: str) -> str:
        """The id of the decision of this id or name."""
        if isinstance(self.nodes.get(name), DecisionNode):
            return name
        for decision in self.definitions.decisions:
            if decision.name == name:
                return decision.id
        raise UnknownDecision(name, list(self.decisions))

    def evaluate(self, decision_id: str, context: Context, *, now: Clock = None, audit: bool = True) -> DecisionEvaluation:
        """Evaluate a decision and all it requires. Without an audit it is quicker and tells no warnings."""
        node = self.nodes.get(decision_id)
        if not isinstance(node, DecisionNode):
            raise UnknownDecision(decision_id, list(self.decisions))
        run = Run(now, audited=audit)
        evaluator = Evaluator(context, run)
        try:
            output = evaluator.decide(node)
        except DecisionFailed as error:
            return _failure(node, error.message, failed_decision(error, node.id), run)
        except FeelLimitExceeded as error:
            return _failure(node, str(error), run.current or node.id, run)
        except RecursionError:
            return _failure(node, TOO_DEEP, run.current or node.id, run)
        if not audit:
            return DecisionEvaluation(node.id, node.name, output)
        lines = tuple(evaluator.lines(node))
        return DecisionEvaluation(node.id, node.name, output, lines, warnings=tuple(run.warnings or ()))

    def evaluate_service(self, name: str, context: Mapping[str, object], *, now: Clock = None) -> DecisionEvaluation:
        """Evaluate a decision service by its id or name; its inputs are taken from the context by name."""
        node = self._service(name)
        run = Run(now, audited=True)
        try:
            output = Evaluator(context, run).serve(node, [context.get(parameter) for parameter in node.parameters])
        except DecisionFailed as error:
            return _failure(node, error.message, failed_decision(error, node.id), run)
        except (FeelLimitExceeded, RecursionError) as error:
            message = str(error) if isinstance(error, FeelLimitExceeded) else TOO_DEEP
            return _failure(node, message, run.current or node.id, run)
        lines, warnings = tuple(run.audit or ()), tuple(run.warnings or ())
        return DecisionEvaluation(node.id, node.name, output, lines, warnings=warnings)

    def _service(self, name: str) -> ServiceNode:
        for node in self.nodes.values():
            if isinstance(node, ServiceNode) and name in {node.id, node.name}:
                return node
        raise UnknownDecision(name, [node.id for node in self.nodes.values() if isinstance(node, ServiceNode)])


def _failure(node: DecisionNode | ServiceNode, message: str, failed_id: str, run: Run) -> DecisionEvaluation:
    return DecisionEvaluation(
        node.id,
        node.name,
        None,
        tuple(run.audit or ()),
        f"Expected to evaluate decision '{node.id}', but {message}",
        failed_id,
        tuple(run.warnings or ()),
    )


def read_dmn(
    content: bytes,
    resource_name: str,
    *,
    dialect: Dialect = Dialect.CAMUNDA,
    imports: Mapping[str, DecisionModel] | None = None,
    tolerant: bool = False,
) -> DecisionModel:
    """Read a DMN file; `imports` are the models it may import, by namespace.

    Raises `InvalidDmn` with all that is wrong. A tolerant reader keeps the findings in the model instead, and the decisions
    that are wrong fail when they are evaluated.
    """
    definitions, findings = read_definitions(content, resource_name)
    models = imports or {}
    found = {one.name: models[one.namespace] for one in definitions.imports if one.namespace in models}
    findings += _missing_imports(definitions, models)
    linked = Linker(definitions, dialect, found).link()
    findings += linked.findings
    if findings and not tolerant:
        raise InvalidDmn(findings)
    return DecisionModel(definitions, dialect, linked.nodes, linked.types, linked.names, tuple(findings))


def _missing_imports(definitions: Definitions, models: Mapping[str, DecisionModel]) -> Iterator[Finding]:
    for one in definitions.imports:
        if one.namespace not in models and "/DMN/" in one.import_type:
            yield Finding(
                resource_name=definitions.resource_name,
                message=f"imports '{one.namespace}' as '{one.name}', but no such model was given",
                line=one.line,
            )
