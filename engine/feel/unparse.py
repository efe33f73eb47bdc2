"""Syntax to text, in one style: the formatter, and the other half of the round trip."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import syntax as s
from engine.feel.lexer import NAME
from engine.feel.names import CALLS_WITH_KEYWORDS, KEYWORDS, PROPERTIES
from engine.feel.parser import ADDITIVE_LEVEL, COMPARISON_LEVEL, LEVELS
from engine.feel.text import quote

# `if`, loops and functions reach as far to the right as they can.
_TEXTUAL = -1
_UNARY = len(LEVELS)
_POSTFIX = _UNARY + 1
_LEVEL_OF = {operator: level for level, operators in enumerate(LEVELS) for operator in operators}


def unparse(node: s.Node) -> str:
    """The text of a node."""
    return _render(node, _TEXTUAL)


def _render(node: s.Node, level: int) -> str:
    text = _RENDERERS[type(node)](node)
    return f"({text})" if _level(node) < level else text


def _level(node: s.Node) -> int:
    match node:
        case s.If() | s.For() | s.Quantified() | s.FunctionLiteral():
            return _TEXTUAL
        case s.Logical() | s.Arithmetic() | s.Comparison():
            return _LEVEL_OF[node.operator]
        case s.Between() | s.In() | s.InstanceOf():
            return COMPARISON_LEVEL
        case s.Negation():
            return _UNARY
    return _POSTFIX + 1


def render_name(name: str) -> str:
    """A name, in backticks where it would not be read as one."""
    return name if name == "?" or (NAME.fullmatch(name) and name not in KEYWORDS) else f"`{name}`"


def _key(key: str) -> str:
    return key if NAME.fullmatch(key) and key not in KEYWORDS else quote(key)


def _literal(node: s.Literal) -> str:
    match node.value:
        case None:
            return "null"
        case bool():
            return "true" if node.value else "false"
        case Decimal():
            return f"{node.value:f}"
        case _:
            return quote(node.value)


def _binary(node: Any) -> str:  # noqa: ANN401 - one renderer for three kinds of nodes.
    level = _LEVEL_OF[node.operator]
    # Camunda lets no comparison follow another without parentheses.
    before = level + 1 if level == COMPARISON_LEVEL else level
    return f"{_render(node.left, before)} {node.operator} {_render(node.right, level + 1)}"


def _between(node: s.Between) -> str:
    value = _render(node.value, ADDITIVE_LEVEL)
    return f"{value} between {_render(node.low, ADDITIVE_LEVEL)} and {_render(node.high, ADDITIVE_LEVEL)}"


def _test(node: s.Node) -> str:
    if isinstance(node, s.UnaryComparison):
        return f"{node.operator} {_render(node.operand, ADDITIVE_LEVEL)}"
    return _render(node, _TEXTUAL)


def _in(node: s.In) -> str:
    return f"{_render(node.value, ADDITIVE_LEVEL)} in ({', '.join(map(_test, node.tests))})"


def _type(node: s.TypeName) -> str:
    if node.name == "function" and node.arguments:
        *parameters, result = map(_type, node.arguments)
        return f"function<{', '.join(parameters)}> -> {result}"
    if node.entries:
        entries = (f"{render_name(key)}: {_type(kind)}" for key, kind in zip(node.entries, node.arguments, strict=True))
        return f"{node.name}<{', '.join(entries)}>"
    return f"{node.name}<{', '.join(map(_type, node.arguments))}>" if node.arguments else node.name


def _instance_of(node: s.InstanceOf) -> str:
    return f"{_render(node.value, ADDITIVE_LEVEL)} instance of {_type(node.type)}"


def _if(node: s.If) -> str:
    return f"if {unparse(node.condition)} then {unparse(node.then)} else {unparse(node.otherwise)}"


def _iterators(iterators: tuple[s.Iterator, ...]) -> str:
    return ", ".join(f"{render_name(iterator.name)} in {_source(iterator.source)}" for iterator in iterators)


def _source(node: s.Node) -> str:
    # `x in 1..3, y in …`: only what ends by itself may stand before the comma.
    return unparse(node) if isinstance(node, s.Iteration) else _render(node, 0)


def _for(node: s.For) -> str:
    return f"for {_iterators(node.iterators)} return {unparse(node.body)}"


def _quantified(node: s.Quantified) -> str:
    return f"{node.quantifier} {_iterators(node.iterators)} satisfies {unparse(node.condition)}"


def _function(node: s.FunctionLiteral) -> str:
    parameters = ", ".join(
        render_name(parameter.name) + (f": {_type(parameter.type)}" if parameter.type else "") for parameter in node.parameters
    )
    return f"function({parameters}) {'external ' if node.external else ''}{unparse(node.body)}"


def _called_name(name: str) -> str:
    words = name.split(" ")
    plain = all(NAME.fullmatch(word) and word not in KEYWORDS for word in words)
    return name if plain or name in {*CALLS_WITH_KEYWORDS, "and", "or"} else f"`{name}`"


def _argument(node: s.Argument) -> str:
    return f"{node.name}: {unparse(node.value)}" if node.name is not None else unparse(node.value)


def _invocation(node: s.Invocation) -> str:
    function = node.function
    target = _called_name(function.name) if isinstance(function, s.Name) else _render(function, _POSTFIX)
    return f"{target}({', '.join(map(_argument, node.arguments))})"


def _operand(node: s.Node) -> str:
    text = _render(node, _POSTFIX)
    return f"({text})" if isinstance(node, s.Literal) and isinstance(node.value, Decimal) else text


def _path(node: s.Path) -> str:
    name = node.name if node.name in PROPERTIES else render_name(node.name)
    return f"{_operand(node.source)}.{name}"


def _range(node: s.RangeLiteral) -> str:
    low, high = _render(node.low, ADDITIVE_LEVEL), _render(node.high, ADDITIVE_LEVEL)
    return f"{'[' if node.low_included else '('}{low}..{high}{']' if node.high_included else ')'}"


def _unary_tests(node: s.UnaryTests) -> str:
    tests = ", ".join(map(_test, node.tests)) or "-"
    return f"not({tests})" if node.negated else tests


_RENDERERS: dict[type[s.Node], Callable[[Any], str]] = {
    s.Literal: _literal,
    s.TemporalLiteral: lambda node: f"@{quote(node.text)}",
    s.Name: lambda node: render_name(node.name),
    s.Negation: lambda node: f"-{_render(node.operand, _UNARY)}",
    s.Arithmetic: _binary,
    s.Comparison: _binary,
    s.Logical: _binary,
    s.Between: _between,
    s.In: _in,
    s.InstanceOf: _instance_of,
    s.If: _if,
    s.Iteration: lambda node: f"{_render(node.low, ADDITIVE_LEVEL)}..{_render(node.high, ADDITIVE_LEVEL)}",
    s.For: _for,
    s.Quantified: _quantified,
    s.FunctionLiteral: _function,
    s.Invocation: _invocation,
    s.Path: _path,
    s.Filter: lambda node: f"{_operand(node.source)}[{unparse(node.condition)}]",
    s.ListLiteral: lambda node: f"[{', '.join(map(unparse, node.items))}]",
    s.ContextLiteral: lambda node: "{" + ", ".join(f"{_key(e.key)}: {unparse(e.value)}" for e in node.entries) + "}",
    s.RangeLiteral: _range,
    s.UnaryComparison: lambda node: f"({_test(node)})",
    s.UnaryTests: _unary_tests,
}
