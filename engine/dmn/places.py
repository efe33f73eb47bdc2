"""From text to compiled FEEL, noting for every text that is wrong where in the file it stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from engine.dmn.findings import Finding
from engine.dmn.model import Text
from engine.dmn.types import Types
from engine.feel import (
    CompiledExpression,
    CompiledUnaryTests,
    Dialect,
    FeelError,
    FeelSyntaxError,
    parse,
    parse_unary_tests,
)
from engine.feel.functions.registry import overloads
from engine.feel.syntax import Entry, Invocation, Name, Node, Parameter
from engine.feel.syntax import Iterator as LoopIterator


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: its decision (or table), rule from 1, and column."""

    element_id: str
    rule: int = 0
    cell: str = ""


class Texts:
    """Compiles the texts of one file."""

    def __init__(self, resource_name: str, dialect: Dialect, names: Iterable[str], types: Types) -> None:
        self.dialect = dialect
        self.names = frozenset(names)
        # Names that only a reader who knows them takes for one.
        self.long_names = tuple(name for name in self.names if not name.isidentifier())
        self.types = types
        self._checkers = types.checkers
        self.findings: list[Finding] = []
        self._resource_name = resource_name

    def report(self, place: Place, message: str, line: int = 0) -> None:
        """Note something wrong."""
        self.findings.append(
            Finding(
                resource_name=self._resource_name,
                message=message,
                element_id=place.element_id,
                rule=place.rule,
                cell=place.cell,
                line=line,
            )
        )

    def expression(self, written: Text, place: Place) -> CompiledExpression | None:
        """An expression, None if it is wrong."""
        if not self._is_feel(written, place):
            return None
        if not written.text:
            self.report(place, "the expression is empty; write null if nothing is meant", written.line)
            return None
        try:
            parsed = parse(written.text, dialect=self.dialect, names=self.long_names)
            compiled = parsed.compile(self.names, self._checkers)
        except FeelError as error:
            self._not_feel(error, written, place, "FEEL expression")
            return None
        except RecursionError:
            self.report(place, "the expression is nested too deeply", written.line)
            return None
        return compiled if self._knows_functions(compiled.syntax, written, place) else None

    def tests(self, written: Text, place: Place) -> CompiledUnaryTests | None:
        """Unary tests, None if they are wrong."""
        if not self._is_feel(written, place):
            return None
        try:
            compiled = parse_unary_tests(written.text, dialect=self.dialect, names=self.long_names).compile(
                self.names, self._checkers
            )
        except FeelError as error:
            self._not_feel(error, written, place, "FEEL unary-tests")
            return None
        return compiled if self._knows_functions(compiled.syntax, written, place) else None

    def _not_feel(self, error: FeelError, written: Text, place: Place, kind: str) -> None:
        line = written.line + (error.line - 1 if isinstance(error, FeelSyntaxError) and written.line else 0)
        self.report(place, f"{kind}: failed to parse expression '{written.text}': {error}", line)

    def _is_feel(self, written: Text, place: Place) -> bool:
        if not written.language or "feel" in written.language.lower():
            return True
        self.report(place, f"Expression language '{written.language}' is not supported; write FEEL", written.line)
        return False

    def _knows_functions(self, syntax: Node, written: Text, place: Place) -> bool:
        bound = {node.name for node in walk(syntax) if isinstance(node, LoopIterator | Parameter)}
        bound |= {node.key for node in walk(syntax) if isinstance(node, Entry)}
        unknown = [
            node.function.name
            for node in walk(syntax)
            if isinstance(node, Invocation)
            and isinstance(node.function, Name)
            and node.function.name not in bound
            and node.function.name not in self.names
            and not overloads(node.function.name, self.dialect)
        ]
        for name in unknown:
            self.report(place, f"unknown function '{name}' in '{written.text}'", written.line)
        return not unknown


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for field in fields(node):
        value = getattr(node, field.name)
        for below in value if isinstance(value, tuple) else (value,):
            if isinstance(below, Node):
                yield from walk(below)
