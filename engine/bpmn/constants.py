"""Expressions that are evaluated when a file is deployed, before there is any variable: what starts a process."""

from datetime import date, datetime, time

from engine import feel
from engine.bpmn.expressions import BadExpression
from engine.bpmn.model import Expression
from engine.bpmn.static_numbers import NUMBER


def constant(expression: Expression) -> tuple[object, tuple[str, ...]]:
    """The value without any variables, and what the evaluation remarks; a failing one is null."""
    if expression.compiled is None:
        return expression.source, ()
    try:
        evaluation = expression.compiled.evaluate({})
    except feel.FeelError as error:
        return None, (str(error),)
    return evaluation.value, tuple(str(warning) for warning in evaluation.warnings)


def constant_text(expression: Expression) -> str:
    value, _ = constant(expression)
    if expression.is_static and NUMBER.fullmatch(expression.source):
        raise BadExpression("was NUMBER")
    if not isinstance(value, str):
        raise BadExpression(f"was {type_name(value)}")
    return value


def type_name(value: object) -> str:
    """How Zeebe's messages call the type of a FEEL value."""
    if value is None:
        return "NULL"
    names = (
        (bool, "BOOLEAN"),
        (str, "STRING"),
        (datetime, "DATE_TIME"),
        (date, "DATE"),
        (time, "TIME"),
        (feel.DaysTimeDuration, "DURATION"),
        (feel.YearsMonthsDuration, "PERIOD"),
        (list, "ARRAY"),
        (dict, "OBJECT"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "NUMBER")
