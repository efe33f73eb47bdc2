"""Expressions of a model, evaluated for an element instance, with the type that the place demands.

A value of another type is an EXTRACT_VALUE_ERROR whose message names the expression, the types and what the evaluation
noticed on its way.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine import feel
from engine.bpmn.model import Expression
from engine.bpmn.static_numbers import static_number
from engine.feel.run import Run
from engine.feel.scopes import Context
from engine.feel.values import Range
from engine.processing.engine import Engine
from engine.processing.errors import StepFailed, extract_value_error
from engine.processing.instances import ElementInstance
from engine.processing.long_sums import in_32_bits
from engine.processing.variables import Layered, VisibleVariables


def evaluate(engine: Engine, instance: ElementInstance, expression: Expression) -> Any:  # noqa: ANN401 - any FEEL value
    """The FEEL value of an expression, or its text where it is static."""
    if expression.fault:
        raise extract_value_error(expression.fault)
    if expression.compiled is None:
        return expression.source
    return _value(engine, VisibleVariables(instance), expression, "EXTRACT_VALUE_ERROR")


def _value(
    engine: Engine, context: Context, expression: Expression, error_type: str, text: Callable[[], str] | None = None
) -> Any:  # noqa: ANN401
    assert expression.compiled is not None, "a static expression has no value but its text"
    try:
        return expression.compiled.value(context, engine.moment)
    except feel.FeelError as error:
        what = expression.quoted if text is None else text()
        if isinstance(error, feel.FeelBrokenOff):
            raise StepFailed(error_type, f"failed to evaluate expression '{what}' : {error}") from error
        kind = "Assertion failure on" if isinstance(error, feel.FeelFailure) else "Failed to"
        warnings = _warnings(engine, context, expression)
        raise StepFailed(error_type, f"{kind} evaluate the expression '{what}': {error}{warnings}") from error


def _warnings(engine: Engine, context: Context, expression: Expression) -> str:
    """What the evaluation noticed; it is only asked for on the way to an incident."""
    if expression.compiled is None:
        return ""
    noticed: list[feel.FeelWarning] = []
    run = Run(feel.DEFAULT_LIMITS, engine.moment, noticed, expression.quoted, goes_on=True)
    try:
        expression.compiled.closure(context, run)
    except (feel.FeelError, RecursionError):
        return ""
    if not noticed:
        return ""
    return " The evaluation reported the following warnings:\n" + "\n".join(str(warning) for warning in noticed)


def _wrong_type(engine: Engine, context: Context, expression: Expression, expected: str, value: object) -> StepFailed:
    return extract_value_error(
        f"Expected result of the expression '{expression.quoted}' to be {expected}, but was '{type_name(value)}'."
        f"{_warnings(engine, context, expression)}"
    )


def evaluate_typed(engine: Engine, instance: ElementInstance, expression: Expression, types: dict[type, str]) -> Any:  # noqa: ANN401
    """A value of one of some types, which are given with their names for the message."""
    value = evaluate(engine, instance, expression)
    if type(value) in types:
        return value
    names = list(types.values())
    wanted = f"one of '[{', '.join(names)}]'" if len(names) > 1 else f"'{names[0]}'"
    raise _wrong_type(engine, VisibleVariables(instance), expression, wanted, value)


def evaluate_boolean(
    engine: Engine, instance: ElementInstance, expression: Expression, given: Mapping[str, Any] | None = None
) -> bool:
    """A condition; the names `given` stand before the variables."""
    visible = VisibleVariables(instance)
    context = visible if given is None else Layered(given, visible)
    value = expression.source if expression.compiled is None else _value(engine, context, expression, "EXTRACT_VALUE_ERROR")
    if value is True or value is False:
        return bool(value)
    raise _wrong_type(engine, context, expression, "'BOOLEAN'", value)


def evaluate_text(engine: Engine, instance: ElementInstance, expression: Expression) -> str:
    """A text that is one as it is written, if of digits alone: an assignee, the code of an error."""
    value = evaluate(engine, instance, expression)
    if isinstance(value, str):
        return value
    raise _wrong_type(engine, VisibleVariables(instance), expression, "'STRING'", value)


def evaluate_string(engine: Engine, instance: ElementInstance, expression: Expression) -> str:
    """A text that must not read as a number: a job type, a process id, a name."""
    if expression.is_static and (number := static_number(expression.source)) is not None:
        raise _wrong_type(engine, VisibleVariables(instance), expression, "'STRING'", number)
    return evaluate_text(engine, instance, expression)


def evaluate_integer(engine: Engine, instance: ElementInstance, expression: Expression) -> int:
    """A number of retries."""
    value = evaluate(engine, instance, expression)
    if expression.is_static:
        number = static_number(expression.source)
        value = value if number is None else number
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return in_32_bits(value)
    raise _wrong_type(engine, VisibleVariables(instance), expression, "'NUMBER'", value)


def evaluate_list(engine: Engine, instance: ElementInstance, expression: Expression) -> list[Any]:
    """A collection."""
    value = evaluate(engine, instance, expression)
    if isinstance(value, list):
        return value
    raise _wrong_type(engine, VisibleVariables(instance), expression, "'ARRAY'", value)


def evaluate_string_list(engine: Engine, instance: ElementInstance, expression: Expression) -> list[str]:
    """Candidate users and groups: a list of texts, or as static text separated by commas."""
    value = evaluate(engine, instance, expression)
    if expression.is_static:
        return [part.strip() for part in str(value).split(",") if part.strip()]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return list(value)
    if isinstance(value, list):
        raise extract_value_error(
            f"Expected result of the expression '{expression.quoted}' to be 'ARRAY' containing 'STRING' items,"
            " but was 'ARRAY' containing at least one non-'STRING' item."
        )
    raise _wrong_type(engine, VisibleVariables(instance), expression, "'ARRAY'", value)


def evaluate_correlation_key(engine: Engine, instance: ElementInstance, expression: Expression, scope_key: int = -1) -> str:
    """The key of a message subscription: a text or a number."""
    value = evaluate(engine, instance, expression)
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        # Zeebe takes it as a whole number of 64 bits: what does not fit is cut off.
        return str(max(-(1 << 63), min(int(value), (1 << 63) - 1)))
    raise extract_value_error(
        f"Failed to extract the correlation key for '{expression.quoted}': The value must be either a string or a number,"
        f" but was '{type_name(value)}'.{_warnings(engine, VisibleVariables(instance), expression)}",
        scope_key,
    )


def evaluate_mapping(engine: Engine, context: Context, expression: Expression, text: Callable[[], str] | None = None) -> Any:  # noqa: ANN401
    """The FEEL value of a mapping's source; a failure is an IO_MAPPING_ERROR that quotes `text`, or the source.

    A range is nothing to the mappings after it, as in Zeebe.
    """
    if expression.compiled is None:
        return expression.source
    value = _value(engine, context, expression, "IO_MAPPING_ERROR", text)
    return None if type(value) is Range else value


def whole_failure(engine: Engine, context: Context, text: str) -> StepFailed | None:
    """The failure of several mappings written as one expression; None where that cannot be told."""
    try:
        whole = Expression(text, feel.compile(text), text)
        _value(engine, context, whole, "IO_MAPPING_ERROR")
    except StepFailed as failure:
        return failure
    except feel.FeelError:
        return None
    return None


_TYPE_NAMES: dict[type, str] = {
    type(None): "NULL",
    bool: "BOOLEAN",
    str: "STRING",
    int: "NUMBER",
    float: "NUMBER",
    Decimal: "NUMBER",
    list: "ARRAY",
    dict: "OBJECT",
    datetime: "DATE_TIME",
    date: "DATE",
    time: "TIME",
    feel.DaysTimeDuration: "DURATION",
    feel.YearsMonthsDuration: "PERIOD",
}


def type_name(value: object) -> str:
    """What Zeebe calls a value's type in messages."""
    return _TYPE_NAMES.get(type(value), "UNKNOWN")
