"""Lists, contexts and filters."""

from decimal import Decimal

from engine.feel.compiler.core import Closure, Code, Compiler, compiles, constant_code
from engine.feel.json_values import normalise
from engine.feel.run import Run
from engine.feel.scopes import Context, ItemScope, Scope
from engine.feel.syntax import Comparison, ContextLiteral, Filter, ListLiteral, Logical
from engine.feel.text import excerpt
from engine.feel.values import Value


@compiles(ListLiteral)
def list_literal(compiler: Compiler, node: ListLiteral) -> Code:
    codes = [compiler.compile(item) for item in node.items]
    if all(code.is_constant for code in codes):
        return constant_code([code.constant for code in codes])
    items = [code.run for code in codes]
    return Code(lambda scope, run: [item(scope, run) for item in items])


@compiles(ContextLiteral)
def context_literal(compiler: Compiler, node: ContextLiteral) -> Code:
    entries: list[tuple[str, Closure]] = []
    seen: set[str] = set()
    for entry in node.entries:
        with compiler.binding(seen):
            entries.append((entry.key, compiler.compile(entry.value).run))
        seen.add(entry.key)

    def build(scope: Context, run: Run) -> dict[str, Value]:
        values: dict[str, Value] = {}
        inner = Scope(scope, values)
        for key, value in entries:
            values[key] = value(inner, run)
        return values

    return Code(build)


@compiles(Filter)
def filter_(compiler: Compiler, node: Filter) -> Code:
    compiler.needs_run = True
    source = compiler.compile(node.source).run
    before = compiler.weight
    with compiler.binding({"item"}):
        condition = compiler.compile(node.condition)
    weight = 1 + (compiler.weight - before) // 8
    strict = compiler.strict
    if type(condition.constant) is Decimal:
        return Code(_indexed(source, condition.constant, node.at, strict=strict))
    always_filters = isinstance(node.condition, Comparison | Logical)
    return Code(_filtered(source, condition.run, node.at, weight, strict=strict, always_filters=always_filters))


def _as_list(value: Value, at: int, run: Run, *, strict: bool) -> list[Value] | None:
    if type(value) is list:
        return value
    if strict and value is not None:
        return [value]
    return run.null("INVALID_TYPE", at, "Expected list but found '%s'", excerpt(value))


def item_at(items: list[Value], index: Decimal) -> Value:
    """The item at a position from 1, or from the end if negative; null beyond both, of which Zeebe says nothing."""
    position = int(index)
    if position > 0 and position <= len(items):
        return normalise(items[position - 1])
    if position < 0 and -position <= len(items):
        return normalise(items[position])
    return None


def _indexed(source: Closure, index: Decimal, at: int, *, strict: bool) -> Closure:
    def get(scope: Context, run: Run) -> Value:
        items = _as_list(source(scope, run), at, run, strict=strict)
        return None if items is None else item_at(items, index)

    return get


def _filtered(source: Closure, condition: Closure, at: int, weight: int, *, strict: bool, always_filters: bool) -> Closure:
    def select(scope: Context, run: Run) -> Value:
        items = _as_list(source(scope, run), at, run, strict=strict)
        if items is None:
            return None
        if not always_filters:
            index = condition(ItemScope(scope, items[0] if items else None), run)
            if type(index) is Decimal:
                return item_at(items, index)
        run.spend(len(items) * weight)
        return [item for item in items if condition(ItemScope(scope, normalise(item)), run) is True]

    return select
