"""Boolean functions. `is defined` is compiled where it is called, because it may ask for the name and not for the value."""

from engine.feel.dialect import Dialect
from engine.feel.errors import FeelFailure
from engine.feel.functions.registry import NoAnswer, builtin
from engine.feel.operators import equal
from engine.feel.run import Run
from engine.feel.text import excerpt
from engine.feel.values import Value


@builtin("not(negand: any)")
def not_(negand: Value) -> bool | None:
    """The opposite; null of anything that is not a boolean."""
    if type(negand) is bool:
        return not negand
    if negand is None:
        return None
    raise NoAnswer(f"{excerpt(negand)} is no boolean")


@builtin("is defined(value: any)")
def is_defined(value: Value) -> bool:
    """Whether the value exists and is not null."""
    return value is not None


@builtin("get or else(value: any, default: any)")
def get_or_else(value: Value, default: Value) -> Value:
    """The value, or the default where it is null."""
    return default if value is None else value


@builtin("assert(value: any, condition: any, cause?: any)", takes_run=True)
def assert_(run: Run, value: Value, condition: Value, cause: Value = None) -> Value:
    """The value if the condition is true; else the evaluation fails."""
    if condition is True:
        return value
    message = cause if cause and isinstance(cause, str) else "The condition is not fulfilled"
    if run.goes_on:
        return run.null("ASSERT_FAILURE", 0, message)
    raise FeelFailure(message)


@builtin("is(value1: any, value2: any)", dialect=Dialect.STRICT)
def is_(value1: Value, value2: Value) -> bool:
    """Whether two values are the same, of the same type and zone."""
    return type(value1) is type(value2) and equal(value1, value2) is True
