"""`for`, `some` and `every`."""

from collections.abc import Callable, Generator, Iterable
from datetime import date, timedelta
from decimal import Decimal

from engine.feel.compiler.conditions import no_boolean
from engine.feel.compiler.core import Code, Compiler, compiles
from engine.feel.errors import FeelLimitExceeded
from engine.feel.json_values import normalise
from engine.feel.numbers import add, is_integral
from engine.feel.run import Run
from engine.feel.scopes import Context, Scope
from engine.feel.syntax import For, Iteration, Iterator, Quantified
from engine.feel.text import excerpt
from engine.feel.values import Range, Value

type Source = Callable[[Context, Run], Iterable[Value] | None]


@compiles(For)
def for_(compiler: Compiler, node: For) -> Code:
    compiler.needs_run = True
    sources, names = _sources(compiler, node.iterators)
    strict = compiler.strict
    before = compiler.weight
    with compiler.binding([*names, "partial"]):
        body = compiler.compile(node.body).run
    weight = 1 + (compiler.weight - before) // 8
    looks_back = "partial" in compiler.looked_up

    def loop(scope: Context, run: Run) -> list[Value] | None:
        partial: list[Value] = []
        for inner in _turns(sources, names, 0, scope, run, None if strict else scope):
            if inner is None:
                return None
            run.spend(weight)
            if looks_back:
                run.check_list(len(partial))
                partial.append(body(Scope(inner, {"partial": partial[:]}), run))
            else:
                partial.append(body(inner, run))
        if len(partial) > run.limits.list_size:
            run.check_list(len(partial))
        return partial

    return Code(loop)


@compiles(Quantified)
def quantified(compiler: Compiler, node: Quantified) -> Code:
    compiler.needs_run = True
    sources, names = _sources(compiler, node.iterators)
    strict = compiler.strict
    before = compiler.weight
    with compiler.binding(names):
        condition = compiler.compile(node.condition).run
    weight = 1 + (compiler.weight - before) // 8
    settles, at = node.quantifier == "some", node.condition.at

    def decide(scope: Context, run: Run) -> bool | None:
        unknown = False
        for inner in _turns(sources, names, 0, scope, run, None if strict else scope):
            if inner is None:
                return None
            run.spend(weight)
            answer = condition(inner, run)
            if answer is settles:
                return settles
            if type(answer) is not bool:
                if not unknown:
                    # Only what comes after a boolean is asked to be one.
                    no_boolean(answer, at, run)
                unknown = True
        return None if unknown else not settles

    return Code(decide)


def _sources(compiler: Compiler, iterators: tuple[Iterator, ...]) -> tuple[list[Source], list[str]]:
    sources: list[Source] = []
    names: list[str] = []
    for iterator in iterators:
        # In Camunda no iterator sees those before it.
        with compiler.binding(names if compiler.strict else ()):
            sources.append(_source(compiler, iterator))
        names.append(iterator.name)
    return sources, names


def _source(compiler: Compiler, iterator: Iterator) -> Source:
    node, strict = iterator.source, compiler.strict
    if isinstance(node, Iteration):
        low, high = compiler.compile(node.low).run, compiler.compile(node.high).run
        at = node.at
        return lambda scope, run: count_through(low(scope, run), high(scope, run), at, run)
    inner, at = compiler.compile(node).run, node.at
    return lambda scope, run: _items(inner(scope, run), at, run, strict=strict)


def _items(value: Value, at: int, run: Run, *, strict: bool) -> list[Value] | None:
    if type(value) is list:
        return value
    if type(value) is Range and strict:
        return _range_items(value, at, run)
    if strict and value is not None:
        return [value]
    return run.null("INVALID_TYPE", at, "Expected list but found '%s'", excerpt(value))


def _range_items(value: Range, at: int, run: Run) -> list[Value] | None:
    counted = count_through(value.low, value.high, at, run)
    if counted is None:
        return None
    items = list(counted)
    run.spend(len(items))
    return items[0 if value.low_included else 1 : len(items) if value.high_included else len(items) - 1]


def count_through(low: Value, high: Value, at: int, run: Run) -> Iterable[Value] | None:
    """All whole steps from one end to the other, downwards if need be."""
    if type(low) is not Decimal or type(high) is not Decimal:
        return _count_days(low, high, at, run)
    size = abs(high - low)
    if size > run.limits.list_size:
        raise FeelLimitExceeded(f"A loop from {excerpt(low)} to {excerpt(high)} is longer than {run.limits.list_size} turns.")
    turns, step = int(size) + 1, 1 if low <= high else -1
    if is_integral(low):
        start = int(low)
        return map(Decimal, range(start, start + step * turns, step))
    return [add(low, Decimal(step * turn)) for turn in range(turns)]


def _count_days(low: Value, high: Value, at: int, run: Run) -> list[Value] | None:
    if type(low) is date and type(high) is date:
        days = (high - low).days
        run.check_list(abs(days))
        step = 1 if days >= 0 else -1
        return [low + timedelta(days=step * turn) for turn in range(abs(days) + 1)]
    odd = high if type(low) in {Decimal, date} else low
    return run.null("INVALID_TYPE", at, "Expected number but found '%s'", excerpt(odd))


def _turns(
    sources: list[Source], names: list[str], level: int, scope: Context, run: Run, outer: Context | None
) -> Generator[Context | None, None, None]:
    """The scope of each turn; `outer` is where the sources look, if not where the names before them are."""
    items = sources[level](scope if outer is None else outer, run)
    if items is None:
        yield None
        return
    name, last = names[level], level == len(sources) - 1
    for item in items:
        inner = Scope(scope, {name: normalise(item)})
        if last:
            yield inner
        else:
            run.spend(1)
            yield from _turns(sources, names, level + 1, inner, run, outer)
