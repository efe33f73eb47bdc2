"""Attributes that are static text or FEEL, told apart as Zeebe does: FEEL begins with `=` and goes on."""

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
        return Expression(source, feel.compile(source), text[1:])
    except feel.FeelSyntaxError as error:
        place = f"line {error.line}, column {error.column}"
        raise BadExpression(f"failed to parse expression '{source}': {error.message} ({place})") from error
    except feel.FeelError as error:
        raise BadExpression(f"failed to parse expression '{source}': {error}") from error


def parse_when_reached(text: str) -> Expression | None:
    """What Zeebe takes as it is: what cannot be read stops the instance that comes to it."""
    try:
        return parse_expression(text) if text else None
    except BadExpression as error:
        return Expression(text[1:].strip(), None, text[1:], str(error))


def parse_condition(text: str) -> Expression:
    """FEEL only: static text is refused, an empty one too."""
    expression = parse_expression(text) if text else Expression("")
    if expression.is_static:
        raise BadExpression(
            f"Expected expression but found static value '{text}'. An expression must start with '=' (e.g. '={text}')."
        )
    return expression


def parse_feel(text: str) -> Expression:
    """FEEL only, for an attribute that may have been left out altogether."""
    if not text:
        raise BadExpression(NOT_FOUND)
    return parse_condition(text)


def optional(text: str) -> Expression | None:
    return parse_expression(text) if text else None
