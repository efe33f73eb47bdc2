"""Boxed invocation: a function called with an expression per parameter."""

from collections.abc import Callable

from engine.dmn.findings import DecisionFailed
from engine.dmn.model import Boxed, BoxedInvocation, LiteralExpression, Text
from engine.dmn.places import Place, Texts
from engine.dmn.run import Run
from engine.feel import CompiledExpression, Dialect, Expression, FeelError, Function, Value, normalise, parse
from engine.feel.functions.registry import overloads
from engine.feel.scopes import Context, Scope
from engine.feel.syntax import Argument, Invocation, Name, Node

type Logic = Callable[[Context, Run], Value]


def compile_invocation(
    boxed: BoxedInvocation, owner: str, texts: Texts, compile_one: Callable[[Boxed | None, str], Logic]
) -> Logic | None:
    """The logic of an invocation, None where it names no function."""
    called = _called(boxed, Place(owner), texts)
    if called is None:
        return None
    # A name that begins with a space can be written by nobody else.
    names = [f" {binding.parameter}" for binding in boxed.bindings]
    arguments = tuple(Argument(Name(name), binding.parameter) for name, binding in zip(names, boxed.bindings, strict=True))
    call = Expression("", Invocation(called, arguments), texts.dialect).compile(texts.names)
    function = Expression("", called, texts.dialect).compile(texts.names)
    bindings = [compile_one(binding.expression, owner) for binding in boxed.bindings]
    given = frozenset(binding.parameter for binding in boxed.bindings)
    is_strict = texts.dialect is Dialect.STRICT

    def evaluate(context: Context, run: Run) -> Value:
        if not is_strict:
            _require_parameters(function, given, context, run)
        values = {name: logic(context, run) for name, logic in zip(names, bindings, strict=True)}
        return normalise(run.evaluate(call, Scope(context, values)))

    return evaluate


def _called(boxed: BoxedInvocation, place: Place, texts: Texts) -> Node | None:
    """The syntax of what is called."""
    if not isinstance(boxed.function, LiteralExpression):
        texts.report(place, "an invocation needs the name of a function", boxed.line)
        return None
    written = Text(boxed.function.text, boxed.function.line)
    try:
        called = parse(written.text, dialect=texts.dialect, names=texts.long_names).syntax
    except FeelError as error:
        texts.report(place, f"'{written.text}' is no name of a function: {error}", written.line)
        return None
    if isinstance(called, Name) and called.name not in texts.names and not overloads(called.name, texts.dialect):
        texts.report(place, f"unknown function '{called.name}'", written.line)
        return None
    return called


def _require_parameters(function: CompiledExpression, given: frozenset[str], context: Context, run: Run) -> None:
    """Camunda fails an invocation that leaves a parameter out; the standard calls nothing and answers null."""
    value = function.value(context, run.now)
    if isinstance(value, Function):
        for parameter in value.parameters:
            if parameter not in given:
                raise DecisionFailed(f"no parameter found with name '{parameter}'")
