"""Boxed expressions to closures. A closure takes the context and the run and answers a value."""

from collections.abc import Callable, Mapping, Sequence

from engine.dmn.boxed_invocation import compile_invocation
from engine.dmn.boxed_loops import Loop, evaluate_filter, evaluate_for, evaluate_quantified
from engine.dmn.decision_table import CompiledTable, as_it_is
from engine.dmn.findings import DecisionFailed
from engine.dmn.model import (
    Boxed,
    BoxedContext,
    BoxedFilter,
    BoxedInvocation,
    BoxedIterator,
    BoxedList,
    Conditional,
    DecisionTable,
    FunctionDefinition,
    LiteralExpression,
    Relation,
    Text,
)
from engine.dmn.places import Place, Texts
from engine.dmn.run import Run
from engine.dmn.table_compiler import TableCompiler
from engine.feel import Dialect, Function, Value, normalise
from engine.feel.scopes import Context, Scope

type Logic = Callable[[Context, Run], Value]
type Build = Callable[[Context, Run, Logic], Value]


def are_suitable(given: Sequence[Value], coerced: Sequence[Value]) -> bool:
    """Whether no argument was lost because it is not of the type its parameter needs."""
    return not any(after is None and before is not None for before, after in zip(given, coerced, strict=True))


def named(names: Sequence[str], values: Sequence[Value]) -> dict[str, Value]:
    """Values by name; a name with a dot is a part of a context."""
    found: dict[str, Value] = {}
    for name, value in zip(names, values, strict=True):
        whole, dot, part = name.partition(".")
        if dot and isinstance(found.setdefault(whole, {}), dict):
            found[whole][part] = value
        else:
            found[name] = value
    return found


def failing(message: str) -> Logic:
    """Logic that cannot answer."""

    def fail(_context: Context, _run: Run) -> Value:
        raise DecisionFailed(message)

    return fail


class LogicCompiler:
    """Compiles the boxed expressions of one file; what is wrong goes to the findings of its texts."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._strict = texts.dialect is Dialect.STRICT
        self._tables = TableCompiler(texts)
        self._compilers: Mapping[type[Boxed], Callable[..., Logic]] = {
            LiteralExpression: self._literal,
            DecisionTable: self._table,
            BoxedContext: self._context,
            BoxedInvocation: self._invocation,
            BoxedList: self._list,
            Relation: self._relation,
            FunctionDefinition: self._function,
            Conditional: self._conditional,
            BoxedFilter: self._filter,
            BoxedIterator: self._iterator,
        }

    def compile(self, boxed: Boxed | None, owner: str) -> Logic:
        """The logic of a boxed expression; one that is missing or wrong fails when it is evaluated."""
        if boxed is None:
            self._texts.report(Place(owner), "an expression is missing")
            return failing("an expression is missing")
        logic = self._compilers[type(boxed)](boxed, owner)
        coerce = self._texts.types.coercion(boxed.type_ref) if self._strict and boxed.type_ref else as_it_is
        return logic if coerce is as_it_is else lambda context, run: coerce(logic(context, run), run)

    def _literal(self, boxed: LiteralExpression, owner: str) -> Logic:
        before = len(self._texts.findings)
        compiled = self._texts.expression(Text(boxed.text, boxed.line, boxed.id, boxed.language), Place(owner))
        if compiled is None:
            return failing("; ".join(finding.message for finding in self._texts.findings[before:]))
        return lambda context, run: normalise(run.evaluate(compiled, context))

    def _table(self, boxed: DecisionTable, owner: str) -> Logic:
        before = len(self._texts.findings)
        compiled: CompiledTable | None = self._tables.compile(boxed, owner)
        if compiled is None:
            return failing("; ".join(finding.message for finding in self._texts.findings[before:]))
        return compiled

    def _context(self, boxed: BoxedContext, owner: str) -> Logic:
        entries = [
            (None if entry.variable is None else entry.variable.name, self._typed(entry.variable, entry.expression, owner))
            for entry in boxed.entries
        ]

        def evaluate(context: Context, run: Run) -> Value:
            values: dict[str, Value] = {}
            scope = Scope(context, values)
            for name, logic in entries:
                value = logic(scope, run)
                if name is None:
                    return value
                values[name] = value
            return values

        return evaluate

    def _typed(self, variable: object, boxed: Boxed | None, owner: str) -> Logic:
        logic = self.compile(boxed, owner)
        type_ref = getattr(variable, "type_ref", "")
        if not self._strict or not type_ref:
            return logic
        coerce = self._texts.types.coercion(type_ref)
        return lambda context, run: coerce(logic(context, run), run)

    def _invocation(self, boxed: BoxedInvocation, owner: str) -> Logic:
        logic = compile_invocation(boxed, owner, self._texts, self.compile)
        return failing("the invocation names no function") if logic is None else logic

    def _all(self, items: Sequence[Boxed], owner: str) -> list[Logic]:
        return [self.compile(item, owner) for item in items]

    def _list(self, boxed: BoxedList, owner: str) -> Logic:
        items = self._all(boxed.items, owner)
        return lambda context, run: [item(context, run) for item in items]

    def _relation(self, boxed: Relation, owner: str) -> Logic:
        names = [column.name for column in boxed.columns]
        rows = [self._all(row, owner) for row in boxed.rows]

        def evaluate(context: Context, run: Run) -> Value:
            return [{name: cell(context, run) for name, cell in zip(names, row, strict=False)} for row in rows]

        return evaluate

    def _function(self, boxed: FunctionDefinition, owner: str) -> Logic:
        build, body = self.function(boxed, owner)
        return lambda context, run: build(context, run, body)

    def function(self, boxed: FunctionDefinition, owner: str) -> tuple[Build, Logic]:
        """What builds the function value around a body, and the body as drawn."""
        if boxed.kind != "FEEL":
            return (lambda _context, run, _body: run.warn(f"functions of kind {boxed.kind} are not run")), failing("not run")
        names = tuple(parameter.name for parameter in boxed.parameters)
        types = self._texts.types
        coercions = [types.coercion(one.type_ref) if self._strict else as_it_is for one in boxed.parameters]

        def build(context: Context, run: Run, body: Logic) -> Function:
            def call(arguments: Sequence[Value], _feel_run: object) -> Value:
                run.enter()
                try:
                    values = [coerce(argument, run) for argument, coerce in zip(arguments, coercions, strict=True)]
                    if not are_suitable(arguments, values):
                        return None
                    return body(Scope(context, named(names, values)), run)
                finally:
                    run.leave()

            return Function(names, call)

        return build, self.compile(boxed.body, owner)

    def _conditional(self, boxed: Conditional, owner: str) -> Logic:
        condition, then, otherwise = self._all_of(owner, boxed.condition, boxed.then, boxed.otherwise)
        return lambda context, run: (then if condition(context, run) is True else otherwise)(context, run)

    def _filter(self, boxed: BoxedFilter, owner: str) -> Logic:
        source, match = self._all_of(owner, boxed.source, boxed.match)
        return lambda context, run: evaluate_filter(source, match, context, run)

    def _iterator(self, boxed: BoxedIterator, owner: str) -> Logic:
        source, body = self._all_of(owner, boxed.source, boxed.body)
        loop = Loop(boxed.kind, boxed.variable, source, body)
        evaluate = evaluate_for if boxed.kind == "for" else evaluate_quantified
        return lambda context, run: evaluate(loop, context, run)

    def _all_of(self, owner: str, *boxed: Boxed | None) -> list[Logic]:
        return [self.compile(one, owner) for one in boxed]
