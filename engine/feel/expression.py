"""Compiled expressions: what callers hold on to and evaluate again and again."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.feel.compiler import arithmetic, basics, calls, collections, comparisons, conditions, loops
from engine.feel.compiler.core import QUIET, Closure, Compiler
from engine.feel.cursor import Cursor
from engine.feel.dialect import Dialect
from engine.feel.errors import FeelLimitExceeded
from engine.feel.json_values import from_json
from engine.feel.names import NameTable
from engine.feel.primaries import ExpressionParser
from engine.feel.run import DEFAULT_LIMITS, Clock, Limits, Run, Warning  # noqa: A004 - FEEL's own warnings.
from engine.feel.scopes import MISSING, Context
from engine.feel.syntax import Node
from engine.feel.types import Checkers
from engine.feel.unparse import unparse
from engine.feel.values import Value

# Importing these modules registers what compiles each kind of node.
FAMILIES = (arithmetic, basics, calls, collections, comparisons, conditions, loops)
TOO_DEEP = "The expression is nested too deeply to be evaluated here."
_EMPTY: dict[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The value of an evaluation and why parts of it are null."""

    value: Value
    warnings: tuple[Warning, ...] = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression."""

    source: str
    syntax: Node
    dialect: Dialect = Dialect.CAMUNDA

    def unparse(self) -> str:
        """The expression written out again, in the formatter's style."""
        return unparse(self.syntax)

    def compile(self, names: Iterable[str] = (), types: Checkers | None = None) -> "CompiledExpression":
        """Closures for this syntax."""
        compiler = Compiler(self.dialect, names, types)
        try:
            code = compiler.compile(self.syntax)
        except RecursionError as error:
            raise FeelLimitExceeded(TOO_DEEP) from error
        return CompiledExpression(
            self.source, self.syntax, frozenset(compiler.free), compiler.needs_run, code.constant, code.run
        )


@dataclass(frozen=True, slots=True)
class CompiledExpression:
    """An expression ready to be evaluated against any context.

    `variable_names` are the names it looks up; `constant` is its value where that needs no context, else `MISSING`.
    """

    source: str
    syntax: Node
    variable_names: frozenset[str]
    needs_run: bool = field(repr=False)
    constant: Value = field(repr=False, compare=False)
    closure: Closure = field(repr=False, compare=False)

    @property
    def is_constant(self) -> bool:
        """Whether its value needs no context."""
        return self.constant is not MISSING

    def value(self, context: Context = _EMPTY, now: Clock = None) -> Value:
        """The value alone: the quick way, for callers that show no warnings."""
        run = Run(clock=now, source=self.source) if self.needs_run else QUIET
        try:
            return self.closure(context, run)
        except RecursionError as error:
            raise FeelLimitExceeded(TOO_DEEP) from error

    def evaluate(self, context: Context = _EMPTY, *, now: Clock = None, limits: Limits = DEFAULT_LIMITS) -> Evaluation:
        """The value, with FEEL values to its leaves, and the warnings."""
        warnings: list[Warning] = []
        run = Run(limits, now, warnings, self.source)
        try:
            value = from_json(self.closure(context, run))
        except RecursionError as error:
            raise FeelLimitExceeded(TOO_DEEP) from error
        return Evaluation(value, tuple(warnings))


def parse(text: str, *, dialect: Dialect = Dialect.CAMUNDA, names: Iterable[str] = ()) -> Expression:
    """Read an expression; `names` are known names with spaces or symbols."""
    cursor = Cursor(text, dialect, NameTable(names))
    try:
        syntax = ExpressionParser(cursor).expression()
    except RecursionError as error:
        raise FeelLimitExceeded(TOO_DEEP) from error
    if cursor.token.kind != "end":
        cursor.fail(f"Unexpected {cursor.describe()}")
    return Expression(text, syntax, dialect)


def compile_expression(
    text: str, *, dialect: Dialect = Dialect.CAMUNDA, names: Iterable[str] = (), types: Checkers | None = None
) -> CompiledExpression:
    """Read and compile an expression; `types` tells of types by name whether a value is of them (`instance of tPerson`)."""
    names = tuple(names)
    return parse(text, dialect=dialect, names=names).compile(names, types)


def evaluate(
    text: str,
    context: Context = _EMPTY,
    *,
    dialect: Dialect = Dialect.CAMUNDA,
    now: Clock = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Evaluation:
    """Read, compile and evaluate an expression once."""
    return compile_expression(text, dialect=dialect).evaluate(context, now=now, limits=limits)
