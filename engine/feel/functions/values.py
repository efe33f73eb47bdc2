"""Built-in functions as values, as the standard's dialect lets them be passed to other functions."""

from collections.abc import Sequence

from engine.feel.dialect import Dialect
from engine.feel.functions.coercion import gatherer
from engine.feel.functions.registry import Unsuitable, overloads
from engine.feel.run import Run
from engine.feel.values import Function, Value


def as_function(name: str, dialect: Dialect) -> Function | None:
    """The built-in function of this name with all its overloads, if there is one."""
    entries = overloads(name, dialect)
    if not entries:
        return None

    def call(values: Sequence[Value], run: Run) -> Value:
        for entry in entries:
            if entry.fits(len(values)):
                arguments = gatherer(entry, len(values), strict=dialect is Dialect.STRICT)(list(values), run)
                return entry.call(run, *arguments) if entry.takes_run else entry.call(*arguments)
        raise Unsuitable(f"it takes no {len(values)} arguments")

    first = entries[0]
    return Function(tuple(parameter.name for parameter in first.parameters if not parameter.optional), call, name)
