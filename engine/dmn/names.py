"""All names of a model, so that FEEL knows `Monthly Fee` for one name.

Camunda reads no names with spaces; where a text would be wrong otherwise, reading them harms nobody, so such names are known
in its dialect too. Names with operators (`a-b`) are known in the standard's dialect only: in Camunda's they are subtractions.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from engine.dmn.model import (
    Boxed,
    BoxedContext,
    BoxedFilter,
    BoxedInvocation,
    BoxedIterator,
    BoxedList,
    BusinessKnowledgeModel,
    Conditional,
    Decision,
    DecisionService,
    DecisionTable,
    Definitions,
    FunctionDefinition,
    InputData,
    ItemDefinition,
    Relation,
)
from engine.feel import Dialect
from engine.feel.names import KEYWORDS

_WORDS = re.compile(r"\w+(?: +\w+)*")
_WORD = re.compile(r"\w+")


def names_of(definitions: Definitions, dialect: Dialect) -> frozenset[str]:
    """The names that expressions of this file may use."""
    bound = {name for name in _bound(definitions) if name}
    parts = {name for item in definitions.item_definitions for name in _components(item)}
    # A part of a context is only found behind a dot, where one word needs no telling.
    bound |= {name for name in parts if name and not _WORD.fullmatch(name)}
    # A dot in a name (`Person.Gender` as a parameter) is a path for those who read it.
    return frozenset(filter(_has_no_dot if dialect is Dialect.STRICT else _is_plain, bound))


def _has_no_dot(name: str) -> bool:
    return "." not in name


def _is_plain(name: str) -> bool:
    """Whether reading the text as a name changes no expression: two neighbouring words are none in Camunda's FEEL."""
    if not _WORDS.fullmatch(name):
        return False
    are_names = [word not in KEYWORDS for word in name.split()]
    return all(are_names) or any(one and other for one, other in pairwise(are_names))


def _bound(definitions: Definitions) -> Iterator[str]:
    elements: list[Decision | BusinessKnowledgeModel | DecisionService | InputData] = [*definitions.decisions]
    elements += [*definitions.knowledge, *definitions.services, *definitions.inputs]
    for element in elements:
        yield element.name
        if element.variable is not None:
            yield element.variable.name
    for decision in definitions.decisions:
        yield from _inside(decision.expression)
    for knowledge in definitions.knowledge:
        yield from _inside(knowledge.function)
    yield from (one.name for one in definitions.imports)


def _components(item: ItemDefinition) -> Iterator[str]:
    for part in item.components:
        yield part.name
        yield from _components(part)


def _all(boxed: Iterable[Boxed | None]) -> Iterator[str]:
    for one in boxed:
        yield from _inside(one)


def _inside(  # noqa: C901 - one flat case per kind of box.
    boxed: Boxed | None,
) -> Iterator[str]:
    match boxed:
        case BoxedContext(entries=entries):
            yield from (entry.variable.name for entry in entries if entry.variable is not None)
            yield from _all(entry.expression for entry in entries)
        case FunctionDefinition(parameters=parameters, body=body):
            yield from (parameter.name for parameter in parameters)
            yield from _inside(body)
        case DecisionTable(outputs=outputs):
            yield from (clause.name for clause in outputs if not _WORD.fullmatch(clause.name))
        case BoxedInvocation(bindings=bindings):
            yield from _all(binding.expression for binding in bindings)
        case BoxedList(items=items):
            yield from _all(items)
        case Relation(columns=columns, rows=rows):
            yield from (column.name for column in columns if not _WORD.fullmatch(column.name))
            for row in rows:
                yield from _all(row)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            yield from _all((condition, then, otherwise))
        case BoxedFilter(source=source, match=match):
            yield from _all((source, match))
        case BoxedIterator(variable=variable, source=source, body=body):
            yield variable
            yield from _all((source, body))
        case _:
            return
