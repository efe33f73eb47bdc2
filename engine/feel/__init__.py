"""FEEL, the expression language of DMN, with Camunda's semantics.

    >>> from engine import feel
    >>> feel.evaluate("amount * 1.19", {"amount": 100}).value
    Decimal('119.00')
    >>> priority = feel.compile('if score > 70 then "high" else "low"')
    >>> priority.value({"score": 71})
    'high'
    >>> feel.compile_unary_tests("[1..5], > 10").matches(12)
    True

An expression that goes wrong answers null, and `evaluate` tells why (`warnings`). Errors are for what is not FEEL
(`FeelSyntaxError`), for a failing `assert` (`FeelFailure`), for what would take too long (`FeelLimitExceeded`) and for the few
calls at which Camunda's engine throws (`FeelBrokenOff`): `modulo(1, 0)`.
"""

from engine.feel.dialect import Dialect
from engine.feel.errors import FeelBrokenOff, FeelError, FeelFailure, FeelLimitExceeded, FeelSyntaxError
from engine.feel.expression import CompiledExpression, Evaluation, Expression, evaluate, parse
from engine.feel.expression import compile_expression as compile  # noqa: A004 - reads as `feel.compile`.
from engine.feel.json_values import from_json, normalise, to_json
from engine.feel.run import DEFAULT_LIMITS, Clock, Limits
from engine.feel.run import Warning as FeelWarning
from engine.feel.scopes import MISSING
from engine.feel.text import format_value
from engine.feel.unary_tests import (
    CompiledUnaryTests,
    ConstantComparison,
    ConstantInterval,
    OpaqueTest,
    TestForm,
    UnaryTestsExpression,
    compile_unary_tests,
    evaluate_unary_tests,
    parse_unary_tests,
)
from engine.feel.values import DaysTimeDuration, Function, Range, Value, YearsMonthsDuration, type_name

CAMUNDA = Dialect.CAMUNDA
STRICT = Dialect.STRICT

__all__ = [
    "CAMUNDA",
    "DEFAULT_LIMITS",
    "MISSING",
    "STRICT",
    "Clock",
    "CompiledExpression",
    "CompiledUnaryTests",
    "ConstantComparison",
    "ConstantInterval",
    "DaysTimeDuration",
    "Dialect",
    "Evaluation",
    "Expression",
    "FeelBrokenOff",
    "FeelError",
    "FeelFailure",
    "FeelLimitExceeded",
    "FeelSyntaxError",
    "FeelWarning",
    "Function",
    "Limits",
    "OpaqueTest",
    "Range",
    "TestForm",
    "UnaryTestsExpression",
    "Value",
    "YearsMonthsDuration",
    "compile",
    "compile_unary_tests",
    "evaluate",
    "evaluate_unary_tests",
    "format_value",
    "from_json",
    "normalise",
    "parse",
    "parse_unary_tests",
    "to_json",
    "type_name",
]
