"""FEEL functions in a DMN file that came after Zeebe 8.5: with each the decision or the knowledge that calls it."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from engine import feel
from engine.dmn.model import BusinessKnowledgeModel, Decision, Definitions, LiteralExpression, Text
from engine.feel.availability import Version, YoungerFunction, functions_since


def functions_beyond_zeebe(definitions: Definitions) -> Iterator[YoungerFunction]:
    """Each once per decision; a name that the file gives to knowledge of its own is that."""
    own = {one.name for one in definitions.knowledge}
    elements: tuple[Decision | BusinessKnowledgeModel, ...] = (*definitions.decisions, *definitions.knowledge)
    for one in elements:
        called: dict[str, Version] = {}
        for text in _texts(one):
            called |= _called(text)
        for name in sorted(called.keys() - own):
            yield YoungerFunction(name, called[name], one.id, one.line)


def _texts(root: object) -> Iterator[str]:
    """Whatever is written in FEEL below a node: expressions, tests, allowed values."""
    pending = [root]
    while pending:
        one = pending.pop()
        if isinstance(one, tuple):
            pending += one
        elif isinstance(one, Text | LiteralExpression):
            yield one.text
        elif is_dataclass(one):
            pending += [getattr(one, each.name) for each in fields(one)]


def _called(text: str) -> dict[str, Version]:
    for parse in (feel.parse, feel.parse_unary_tests):
        try:
            return functions_since(parse(text).syntax)
        except feel.FeelError:
            continue
    return {}
