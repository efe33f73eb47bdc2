"""What Zeebe 8.5 refuses to deploy although the DMN standard and this package know it.

A file that runs here must run on a cluster too: it is refused when it is deployed, with the element and the reason. Files that
are only evaluated, as by `penstock decide`, may use all of DMN.
"""

from collections.abc import Callable, Iterator

from engine.dmn.findings import Finding
from engine.dmn.model import (
    Boxed,
    BoxedContext,
    BoxedFilter,
    BoxedInvocation,
    BoxedIterator,
    BoxedList,
    BusinessKnowledgeModel,
    Conditional,
    DecisionTable,
    Definitions,
    FunctionDefinition,
    LiteralExpression,
    Relation,
)

_UNREAD_VERSION = "1.6"


def refused_by_zeebe(definitions: Definitions) -> list[Finding]:
    """What Zeebe would refuse; empty for a file that it takes."""

    def finding(message: str, element_id: str = "", line: int = 0) -> Finding:
        return Finding(resource_name=definitions.resource_name, message=message, element_id=element_id, line=line)

    found = [finding(message) for message in _about_the_file(definitions)]
    knowledge = {f"#{one.id}": one.name for one in definitions.knowledge}
    services = {f"#{one.id}" for one in definitions.services}
    inputs = {f"#{one.id}" for one in definitions.inputs}
    for decision in definitions.decisions:
        known = {knowledge[href] for href in decision.required_knowledge if href in knowledge}
        messages = [*_about_logic(decision.expression, known)]
        messages += [
            f"'{href}' is a decision service, which cannot be required" for href in services & {*decision.required_knowledge}
        ]
        messages += [f"'{href}' is an input and no decision" for href in inputs & {*decision.required_decisions}]
        found += [finding(message, decision.id, decision.line) for message in messages]
    found += [
        finding("Invalid DMN model: Cyclic dependencies between BKMs detected.", one.id, one.line)
        for one in _cyclic(definitions.knowledge)
    ]
    return found


def _about_the_file(definitions: Definitions) -> Iterator[str]:
    if definitions.dmn_version == _UNREAD_VERSION:
        yield "DMN 1.6 is not supported; write DMN 1.3"
    for what, text in (("id", definitions.id), ("name", definitions.name), ("namespace", definitions.namespace)):
        if not text:
            yield f"the definitions need the attribute '{what}'"


def _about_logic(expression: Boxed | None, known: set[str]) -> Iterator[str]:
    """What is wrong with an expression and those inside it; `known` are the functions that the decision requires."""
    stack = [expression]
    while stack:
        one = stack.pop()
        message = None if one is None else _about(one, known)
        if message:
            yield message
        inside = _INSIDE.get(type(one))
        if one is not None and inside is not None:
            stack += inside(one)


def _about(one: Boxed, known: set[str]) -> str:
    match one:
        case Conditional() | BoxedFilter() | FunctionDefinition():
            name = _NAMES[type(one)]
            return f"unsupported decision expression '{name}'; write it as a FEEL expression"
        case BoxedIterator():
            return f"unsupported decision expression '{one.kind}'; write it as a FEEL expression"
        case BoxedContext() if not one.entries:
            return "the context has no entries"
        case BoxedContext() if any(entry.variable is None for entry in one.entries[:-1]):
            return "only the last entry of a context may be without a variable"
        case BoxedInvocation(function=LiteralExpression(text=name)) if name not in known:
            return f"no BKM found with name '{name}'; draw a knowledge requirement to it"
        case DecisionTable() if len(one.outputs) > 1 and not all(output.name for output in one.outputs):
            return "no output name defined: each of several output columns needs one"
        case DecisionTable():
            return _about_tests(one)
    return ""


def _about_tests(table: DecisionTable) -> str:
    """Zeebe's unary tests know neither `=` nor `!=`: a bare value is equality, `not(value)` the opposite."""
    odd = next((test.text for rule in table.rules for test in rule.inputs if test.text.startswith(("=", "!="))), None)
    return "" if odd is None else f"FEEL unary-tests: failed to parse expression '{odd}'; write the value alone, or not(value)"


_NAMES: dict[type[Boxed], str] = {
    Conditional: "conditional",
    BoxedFilter: "filter",
    FunctionDefinition: "functionDefinition",
}


def _of_context(one: Boxed) -> list[Boxed | None]:
    return [entry.expression for entry in one.entries] if isinstance(one, BoxedContext) else []


def _of_list(one: Boxed) -> list[Boxed | None]:
    return [*one.items] if isinstance(one, BoxedList) else []


def _of_relation(one: Boxed) -> list[Boxed | None]:
    return [cell for row in one.rows for cell in row] if isinstance(one, Relation) else []


def _of_invocation(one: Boxed) -> list[Boxed | None]:
    return [binding.expression for binding in one.bindings] if isinstance(one, BoxedInvocation) else []


_INSIDE: dict[type[Boxed] | type[None], Callable[[Boxed], list[Boxed | None]]] = {
    BoxedContext: _of_context,
    BoxedList: _of_list,
    Relation: _of_relation,
    BoxedInvocation: _of_invocation,
}


def _cyclic(models: tuple[BusinessKnowledgeModel, ...]) -> list[BusinessKnowledgeModel]:
    """Those that require themselves, over others or at once: what is left when all that can be ordered are taken away."""
    left = {f"#{one.id}": one for one in models}
    while free := [href for href, one in left.items() if not any(needed in left for needed in one.required_knowledge)]:
        for href in free:
            del left[href]
    return [one for href, one in left.items() if any(href in other.required_knowledge for other in left.values())]
