"""From a decision table as drawn to one that can be evaluated."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from engine.dmn.column import Column
from engine.dmn.decision_table import Coercion, CompiledTable, as_it_is
from engine.dmn.hit_policy import SEVERAL, Answer, Policy
from engine.dmn.model import Aggregator, DecisionTable, HitPolicy, InputClause, OutputClause, Text
from engine.dmn.places import Place, Texts
from engine.dmn.run import Run
from engine.feel import CompiledExpression, CompiledUnaryTests, Dialect, Value, format_value
from engine.feel.json_values import normalise


class TableCompiler:
    """Compiles the tables of one file."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._strict = texts.dialect is Dialect.STRICT

    def compile(self, table: DecisionTable, owner: str) -> CompiledTable | None:
        """The table, None if anything in it is wrong."""
        if table.aggregator is not Aggregator.LIST and len(table.outputs) > 1:
            problem = f"hit policy '{table.hit_policy}' with aggregator is not defined for compound output"
            self._texts.report(Place(owner), problem, table.line)
        before = len(self._texts.findings)
        inputs = [self._texts.expression(clause.expression, Place(owner, cell=clause.title)) for clause in table.inputs]
        columns = [self._column(table, index, owner) for index in range(len(table.inputs))]
        answers = [
            [
                self._texts.expression(cell, Place(owner, row, clause.title))
                for cell, clause in zip(rule.outputs, table.outputs, strict=False)
            ]
            for row, rule in enumerate(table.rules, start=1)
        ]
        defaults = [(clause.name, self._default(clause, owner)) for clause in table.outputs if clause.default is not None]
        policy = Policy(
            table.hit_policy,
            table.aggregator,
            [clause.name for clause in table.outputs],
            [self._priorities(clause, table.hit_policy, owner) for clause in table.outputs],
        )
        if len(self._texts.findings) > before:
            return None
        coercions = [self._output_coercion(clause) for clause in table.outputs]
        written = [[cell for cell in row if cell is not None] for row in answers]
        return CompiledTable(
            table=table,
            inputs=[
                (expression, column, self._input_coercion(clause))
                for expression, column, clause in zip(inputs, columns, table.inputs, strict=True)
                if expression is not None
            ],
            answers=written,
            constants=[_constant(row, coercions) for row in written],
            coercions=coercions,
            defaults=[(name, default) for name, default in defaults if default is not None],
            policy=policy,
            everything=(1 << len(table.rules)) - 1,
            otherwise=self._otherwise(table),
        )

    def _column(self, table: DecisionTable, index: int, owner: str) -> Column:
        title = table.inputs[index].title
        cells: list[CompiledUnaryTests | None] = []
        for row, rule in enumerate(table.rules, start=1):
            cell = rule.inputs[index]
            cells.append(None if cell.text in {"", "-"} else self._texts.tests(cell, Place(owner, row, title)))
        return Column(cells)

    def _default(self, clause: OutputClause, owner: str) -> CompiledExpression | None:
        assert clause.default is not None
        return self._texts.expression(clause.default, Place(owner, cell=f"default of {clause.title}"))

    def _priorities(self, clause: OutputClause, policy: HitPolicy, owner: str) -> list[Value]:
        """The output values, most important first; only two policies ask for them."""
        if policy not in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER} or clause.allowed is None or not clause.allowed.text:
            return []
        listed = Text(f"[{clause.allowed.text}]", clause.allowed.line)
        values = self._texts.expression(listed, Place(owner, cell=f"output values of {clause.title}"))
        value = None if values is None else values.value({})
        return [normalise(item) for item in value] if isinstance(value, list) else []

    def _input_coercion(self, clause: InputClause) -> Coercion:
        if not self._strict:
            return as_it_is
        typed = self._texts.types.coercion(clause.type_ref)
        if clause.allowed is None or not clause.allowed.text:
            return typed
        tests = self._texts.tests(clause.allowed, Place(clause.id, cell=clause.title))

        def check(value: Value, run: Run) -> Value:
            value = typed(value, run)
            if value is None or tests is None or run.matches(tests, value, {}):
                return value
            run.warn(f"the input '{clause.title}' allows no {format_value(value)}")
            return None

        return check

    def _output_coercion(self, clause: OutputClause) -> Coercion:
        return self._texts.types.coercion(clause.type_ref) if self._strict else as_it_is

    def _otherwise(self, table: DecisionTable) -> Callable[[], Value]:
        # Camunda answers null whatever the policy; the standard answers the empty list, or the count of nothing.
        if not self._strict or table.hit_policy not in SEVERAL:
            return lambda: None
        if table.aggregator is Aggregator.COUNT:
            return lambda: Decimal(0)
        return list if table.aggregator is Aggregator.LIST else lambda: None


def _constant(row: Sequence[CompiledExpression], coercions: Sequence[Coercion]) -> Answer | None:
    if any(coerce is not as_it_is for coerce in coercions) or not all(cell.is_constant for cell in row):
        return None
    return tuple(normalise(cell.constant) for cell in row)
