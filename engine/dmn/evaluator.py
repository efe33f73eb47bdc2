"""Evaluates linked decisions: what they require first, then their own logic, keeping Zeebe's order of the audit.

Zeebe decides a decision again for everyone who requires it. Here it is decided once and its audit lines are repeated, so that
audits are equal and the work stays linear.
"""

from collections.abc import Sequence

from engine.dmn.decision_table import as_it_is
from engine.dmn.findings import DecisionFailed
from engine.dmn.logic import Logic, are_suitable
from engine.dmn.nodes import DecisionNode, InputNode, KnowledgeNode, Node, Requirement, ServiceNode
from engine.dmn.run import MAX_AUDIT, EvaluatedDecision, Run, Trace
from engine.feel import MISSING, FeelLimitExceeded, Function, Value
from engine.feel.scopes import Context, Scope


class Evaluator:
    """One evaluation over one base context. A decision service called on the way gets an evaluator of its own."""

    __slots__ = ("_base", "_functions", "_lines", "_run", "_values")

    def __init__(self, base: Context, run: Run) -> None:
        self._base = base
        self._run = run
        self._values: dict[DecisionNode, Value] = {}
        self._lines: dict[DecisionNode, list[EvaluatedDecision]] = {}
        self._functions: dict[Node, Value] = {}

    def decide(self, root: DecisionNode) -> Value:
        """The value of a decision."""
        if not root.requirements and self._run.audit is None:
            return root.check(root.logic(self._base, self._run), self._run)
        for node in (*root.order, root):
            if node not in self._values:
                self._values[node] = self._decide_one(node)
        return self._values[root]

    def _decide_one(self, node: DecisionNode) -> Value:
        run = self._run
        context: Context = self._base
        if node.requirements:
            values: dict[str, Value] = {}
            self._bind(node.requirements, values)
            context = Scope(self._base, values)
        if run.audit is None:
            return node.check(node.logic(context, run), run)
        start = len(run.audit)
        value, failure = None, None
        try:
            value = self._audited(node, node.logic, context)
            value = node.check(value, run)
        except DecisionFailed as error:
            failure = error
        required = [
            line for one in node.requirements if isinstance(one.node, DecisionNode) for line in self._lines.get(one.node, ())
        ]
        if failure is not None:
            raise _Failed(node.id, failure.message) from failure
        self._lines[node] = required + run.audit[start:]
        if len(self._lines[node]) > MAX_AUDIT:
            raise FeelLimitExceeded(f"The audit of the decision has more than {MAX_AUDIT} lines.")
        return value

    def lines(self, root: DecisionNode) -> Sequence[EvaluatedDecision]:
        """The audit of a decision that was decided."""
        return self._lines[root]

    def assume(self, node: DecisionNode, value: Value) -> None:
        """Take the value of a decision as given."""
        self._values[node] = value
        self._lines[node] = []

    def _bind(self, requirements: Sequence[Requirement], values: dict[str, Value]) -> None:
        for requirement in requirements:
            node = requirement.node
            if isinstance(node, InputNode) and not requirement.module and node.coerce is as_it_is:
                continue
            value = self._value_of(node)
            if value is MISSING:
                continue
            target = values.setdefault(requirement.module, {}) if requirement.module else values
            for name in requirement.names:
                target[name] = value

    def _value_of(self, node: Node) -> Value:
        match node:
            case DecisionNode():
                return self._values[node]
            case KnowledgeNode():
                return self._function(node)
            case ServiceNode():
                return self._service(node)
            case InputNode():
                given = self._base.get(node.binding, MISSING)
                return given if given is MISSING else node.coerce(given, self._run)

    def _audited(self, node: DecisionNode | KnowledgeNode, logic: Logic, context: Context) -> Value:
        """The value of the logic, with its line in the audit whatever comes of it."""
        run = self._run
        outer, run.current = run.current, node.id
        trace = run.trace = Trace() if node.is_table else None
        value: Value = None
        try:
            value = logic(context, run)
        finally:
            run.trace, run.current = None, outer
            inputs, rules = ((), ()) if trace is None else (tuple(trace.inputs), tuple(trace.rules))
            run.record(EvaluatedDecision(node.id, node.name, node.type, value, inputs, rules))
        return value

    def _function(self, node: KnowledgeNode) -> Value:
        """The function of a business knowledge model; one that requires itself, even by a detour, finds itself."""
        known = self._functions.get(node, MISSING)
        if known is not MISSING:
            return known
        values: dict[str, Value] = {}

        def body(context: Context, run: Run) -> Value:
            try:
                value = node.body(context, run) if run.audit is None else self._audited(node, node.body, context)
                return node.check(value, run)
            except DecisionFailed as error:
                # A function that fails is null for its caller, as it is in Camunda.
                run.warn(f"'{node.name}' failed: {error.message}")
                return None

        function = self._functions[node] = node.build(Scope(self._base, values), self._run, body)
        self._bind(node.requirements, values)
        return function

    def _service(self, node: ServiceNode) -> Value:
        def call(arguments: Sequence[Value], _feel_run: object) -> Value:
            self._run.enter()
            try:
                return self.serve(node, arguments)
            except DecisionFailed as error:
                self._run.warn(f"'{node.name}' failed: {error.message}")
                return None
            finally:
                self._run.leave()

        return Function(node.parameters, call)

    def serve(self, node: ServiceNode, arguments: Sequence[Value]) -> Value:
        """The outputs of a decision service: one alone bare, several in a context."""
        values: dict[str, Value] = {}
        inner = Evaluator(Scope(self._base, values), self._run)
        coercions = [one.coerce for one in node.inputs] + [one.check for one in node.input_decisions]
        coerced = [coerce(argument, self._run) for coerce, argument in zip(coercions, arguments, strict=True)]
        if not are_suitable(arguments, coerced):
            return None
        values.update(zip(node.parameters, coerced, strict=True))
        for decision in node.input_decisions:
            inner.assume(decision, values[decision.binding])
        results = {output.binding: inner.decide(output) for output in node.outputs}
        return node.check(next(iter(results.values())) if len(results) == 1 else results, self._run)


class _Failed(DecisionFailed):
    """A failure that knows which decision it is of."""

    def __init__(self, decision_id: str, message: str) -> None:
        super().__init__(message)
        self.decision_id = decision_id


def failed_decision(error: DecisionFailed, otherwise: str) -> str:
    """The decision a failure is of."""
    return error.decision_id if isinstance(error, _Failed) else otherwise
