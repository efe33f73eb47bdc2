"""The compiler itself: which function compiles which node, what is constant, which names are bound where."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import override

from engine.feel.dialect import Dialect
from engine.feel.errors import FeelError
from engine.feel.run import Limits, Run
from engine.feel.scopes import MISSING, Context
from engine.feel.syntax import Node
from engine.feel.types import Checkers
from engine.feel.values import Value

type Closure = Callable[[Context, Run], Value]


class QuietRun(Run):
    """The run that all evaluations share which neither loop nor call functions: nothing is counted, nobody is warned."""

    __slots__ = ()

    @override
    def spend(self, steps: int) -> None:
        """Count nothing."""

    @override
    def null(self, kind: str, at: int, message: str, *parts: object) -> None:
        """Say nothing."""


QUIET = QuietRun()


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled node; `constant` is its value where that is known already."""

    run: Closure
    constant: Value = MISSING

    @property
    def is_constant(self) -> bool:
        """Whether the value is known already."""
        return self.constant is not MISSING


def constant_code(value: Value) -> Code:
    """Code that answers one value."""
    return Code(lambda _scope, _run: value, value)


# What takes longer than this is not worked out while compiling.
_FOLDING = Limits(steps=1000, regex_seconds=0.005)

type NodeCompiler = Callable[["Compiler", "object"], Code]
COMPILERS: dict[type[Node], Callable[..., Code]] = {}


def compiles[T: Node](kind: type[T]) -> Callable[[Callable[["Compiler", T], Code]], Callable[["Compiler", T], Code]]:
    """Register the function that compiles nodes of this kind."""

    def register(function: Callable[["Compiler", T], Code]) -> Callable[["Compiler", T], Code]:
        COMPILERS[kind] = function
        return function

    return register


class Compiler:
    """One compilation: dialect, names bound so far, and whether an evaluation needs a run of its own."""

    def __init__(self, dialect: Dialect, names: Iterable[str] = (), types: Checkers | None = None) -> None:
        self.dialect = dialect
        self.strict = dialect is Dialect.STRICT
        self.declared = frozenset(names)
        self.types: Checkers = types or {}
        self.bound: list[frozenset[str]] = []
        self.free: set[str] = set()
        self.looked_up: set[str] = set()
        self.needs_run = False
        self.weight = 0

    def compile(self, node: Node) -> Code:
        """Code of a node."""
        self.weight += 1
        return COMPILERS[type(node)](self, node)

    @contextmanager
    def binding(self, names: Iterable[str]) -> Iterator[None]:
        """Names that the construct being compiled binds."""
        self.bound.append(frozenset(names))
        try:
            yield
        finally:
            self.bound.pop()

    def is_bound(self, name: str) -> bool:
        """Whether the text itself binds the name here."""
        return any(name in names for names in self.bound)

    def is_builtin(self, name: str) -> bool:
        """Whether a call of this name may be resolved while compiling."""
        return name not in self.declared and not self.is_bound(name)

    def fold(self, code: Code, *operands: Code) -> Code:
        """Compute now what is made of constants only and has an answer."""
        if not all(operand.is_constant for operand in operands):
            return code
        try:
            value = code.run({}, Run(_FOLDING))
        except FeelError:
            return code
        return code if value is None else constant_code(value)
