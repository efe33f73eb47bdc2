"""Attributes that are static text or FEEL, told apart as Zeebe does: FEEL begins with `=` and has at least one more character."""

from engine import feel
from engine.bpmn.model import Expression

NOT_FOUND = "Expected expression but not found."


class BadExpression(ValueError):
    """The text is no expression of the kind that was asked for; the message is for the designer."""


def parse_expression(text: str) -> Expression:
    """Static text or compiled FEEL; an empty text is refused."""
    if not text:
        raise BadExpression(NOT_FOUND)
    if len(text) < 2 or not text.startswith("="):
        return Expression(text)
    source = text[1:].strip()
    try:
        return Expression(source, feel.compile(source))
    except feel.FeelError as error:
        raise BadExpression(f"failed to parse expression '{source}': {error}") from error


def parse_feel(text: str) -> Expression:
    """FEEL only: static text is refused."""
    expression = parse_expression(text)
    if expression.is_static:
        raise BadExpression(
            f"Expected expression but found static value '{text}'. An expression must start with '=' (e.g. '={text}')."
        )
    return expression


def optional(text: str) -> Expression | None:
    return parse_expression(text) if text else None
