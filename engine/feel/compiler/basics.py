"""Literals, variables and paths."""

from collections.abc import Mapping

from engine.feel.compiler.core import Closure, Code, Compiler, compiles, constant_code
from engine.feel.functions.values import as_function
from engine.feel.json_values import normalise
from engine.feel.properties import PROPERTIES, property_of
from engine.feel.run import Run
from engine.feel.scopes import MISSING, Context
from engine.feel.syntax import Literal, Name, Node, Path, TemporalLiteral
from engine.feel.temporal import parse_java_time, parse_temporal
from engine.feel.text import excerpt
from engine.feel.values import CANONICAL, Value


@compiles(Literal)
def literal(_compiler: Compiler, node: Literal) -> Code:
    return constant_code(node.value)


@compiles(TemporalLiteral)
def temporal_literal(compiler: Compiler, node: TemporalLiteral) -> Code:
    value = parse_temporal(node.text)
    if value is None and not compiler.strict:
        value = parse_java_time(node.text)
    if value is not None:
        return constant_code(value)
    return constant_code(None)


@compiles(Name)
def name(compiler: Compiler, node: Name) -> Code:
    key, at = node.name, node.at
    compiler.looked_up.add(key)
    if not compiler.is_bound(key):
        compiler.free.add(key)
    if compiler.strict and compiler.is_builtin(key):
        function = as_function(key, compiler.dialect)
        if function is not None:
            return Code(lambda scope, _run: normalise(scope.get(key, function)))

    def variable(scope: Context, run: Run) -> Value:
        value = scope.get(key, MISSING)
        if type(value) in CANONICAL:
            return value
        if value is MISSING:
            return run.null("NO_VARIABLE_FOUND", at, "No variable found with name '%s'", key)
        return normalise(value)

    return Code(variable)


@compiles(Path)
def path(compiler: Compiler, node: Path) -> Code:
    source = compiler.compile(node.source).run
    return Code(_entry(source, node.name, node.at, _first_name(node)))


def _first_name(node: Node) -> str | None:
    """The variable that a path of names begins at."""
    while isinstance(node, Path):
        node = node.source
    return node.name if isinstance(node, Name) else None


def _entry(source: Closure, key: str, at: int, variable: str | None) -> Closure:
    def entry(scope: Context, run: Run) -> Value:
        value = source(scope, run)
        if type(value) is dict:
            found = value.get(key, MISSING)
            if type(found) in CANONICAL:
                return found
        if value is None and variable is not None and scope.get(variable, MISSING) is MISSING:
            # That there is no such variable has been said.
            return None
        return step_into(value, key, at, run)

    return entry


def step_into(value: Value, key: str, at: int, run: Run) -> Value:
    """The entry of a context, the entries of a list's contexts, the property of a temporal value."""
    if isinstance(value, Mapping):
        found = value.get(key, MISSING)
        if found is not MISSING:
            return normalise(found)
        known = ", ".join(f"'{name}'" for name in list(value)[:20])
        where = f"Available keys: {known}" if known else "The context is empty"
        return run.null("NO_CONTEXT_ENTRY_FOUND", at, "No context entry found with key '%s'. %s", key, where)
    if type(value) is list:
        run.check_list(len(value))
        return [step_into(normalise(item), key, at, run) for item in value]
    if value is None:
        return run.null("NO_CONTEXT_ENTRY_FOUND", at, "No context entry found with key '%s'. The context is null", key)
    found = property_of(value, key)
    if found is MISSING:
        known = ", ".join(f"'{name}'" for name in PROPERTIES.get(type(value), ()))
        message = "No property found with name '%s' of value '%s'. Available properties: %s"
        return run.null("NO_PROPERTY_FOUND", at, message, key, excerpt(value), known)
    return found
