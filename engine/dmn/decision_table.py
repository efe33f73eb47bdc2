"""Decision tables, compiled: inputs evaluated once, rules found by column indexes, answers joined by the hit policy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.dmn.column import Column, bits
from engine.dmn.hit_policy import Answer, Policy
from engine.dmn.model import DecisionTable
from engine.dmn.run import EvaluatedInput, EvaluatedOutput, MatchedRule, Run
from engine.feel import CompiledExpression, Value
from engine.feel.json_values import normalise
from engine.feel.scopes import Context

type Coercion = Callable[[Value, Run], Value]


def as_it_is(value: Value, _run: Run) -> Value:
    """The coercion of the dialect that has none."""
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTable:
    """A decision table ready to be evaluated."""

    table: DecisionTable
    inputs: Sequence[tuple[CompiledExpression, Column, Coercion]]
    answers: Sequence[Sequence[CompiledExpression]]
    # The answers of rules whose outputs are all constants.
    constants: Sequence[Answer | None]
    coercions: Sequence[Coercion]
    defaults: Sequence[tuple[str, CompiledExpression]]
    policy: Policy
    # The set of all rules.
    everything: int
    # What the table answers when no rule matches and there is no default.
    otherwise: Callable[[], Value]

    def __call__(self, context: Context, run: Run) -> Value:
        """The answer of the table."""
        trace, run.trace = run.trace, None
        matched = self.everything
        for index, (expression, column, coerce) in enumerate(self.inputs):
            value = coerce(run.evaluate(expression, context), run)
            if trace is not None:
                clause = self.table.inputs[index]
                trace.inputs.append(EvaluatedInput(clause.id, clause.title, value))
            if matched:
                matched = column.matching(value, matched, context, run)
        if self.policy.is_first:
            matched &= -matched
        if not matched:
            return self._default(context, run)
        answers = [self._answer(row, context, run) for row in bits(matched)]
        if trace is not None:
            trace.rules.extend(self._matched(row, answer) for row, answer in zip(bits(matched), answers, strict=True))
        return self.policy.conclude(answers)

    def _answer(self, row: int, context: Context, run: Run) -> Answer:
        constant = self.constants[row]
        if constant is not None:
            return constant
        return tuple(
            coerce(normalise(run.evaluate(cell, context)), run)
            for cell, coerce in zip(self.answers[row], self.coercions, strict=True)
        )

    def _default(self, context: Context, run: Run) -> Value:
        if not self.defaults:
            return self.otherwise()
        values = {name: run.evaluate(default, context) for name, default in self.defaults}
        return next(iter(values.values())) if len(values) == 1 else values

    def _matched(self, row: int, answer: Answer) -> MatchedRule:
        outputs = zip(self.table.outputs, answer, strict=True)
        return MatchedRule(
            self.table.rules[row].id,
            row + 1,
            tuple(EvaluatedOutput(clause.id, clause.title, value) for clause, value in outputs),
        )
