"""What one evaluation carries along: its warnings, its clock and what is left of its limits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.feel.errors import FeelLimitExceeded

type Clock = Callable[[], datetime] | datetime | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one evaluation may use before it is stopped with `FeelLimitExceeded`."""

    steps: int = 100_000
    depth: int = 100
    list_size: int = 100_000
    string_length: int = 1_000_000
    regex_seconds: float = 0.05
    source_length: int = 65_536


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - FEEL calls it so; the builtin of this name is not used in this package.
    """Why a part of an expression is null."""

    kind: str
    message: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"[{self.kind}] {self.message}"


def position_of(source: str, offset: int) -> tuple[int, int]:
    """Line and column (from 1) of an offset."""
    return source.count("\n", 0, offset) + 1, offset - (source.rfind("\n", 0, offset) + 1) + 1


class Run:
    """State of one evaluation. `warnings` is None where nobody will read them.

    One that is known to fail may be repeated for its warnings: with `goes_on` a failing `assert` is one of them, and null.
    """

    __slots__ = ("clock", "depth", "goes_on", "limits", "source", "steps", "warnings")

    def __init__(
        self,
        limits: Limits = DEFAULT_LIMITS,
        clock: Clock = None,
        warnings: list[Warning] | None = None,
        source: str = "",
        *,
        goes_on: bool = False,
    ) -> None:
        self.goes_on = goes_on
        self.limits = limits
        self.clock = clock
        self.warnings = warnings
        self.source = source
        self.steps = limits.steps
        self.depth = limits.depth

    def null(self, kind: str, at: int, message: str, *parts: object) -> None:
        """Answer null and say why."""
        warnings = self.warnings
        if warnings is not None and len(warnings) < 1000:
            line, column = position_of(self.source, at)
            warnings.append(Warning(kind, message % parts if parts else message, line, column))

    def spend(self, steps: int) -> None:
        """Take steps off what is left."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelLimitExceeded(f"The expression takes more than {self.limits.steps} steps.")

    def check_list(self, size: int) -> None:
        """Refuse to build a list that is too long."""
        if size > self.limits.list_size:
            raise FeelLimitExceeded(f"A list of {size} items is longer than the limit of {self.limits.list_size}.")
        self.spend(size >> 3)

    def check_string(self, length: int) -> None:
        """Refuse to build a string that is too long, and count the work."""
        if length > self.limits.string_length:
            raise FeelLimitExceeded(f"A string of {length} characters is longer than the limit of {self.limits.string_length}.")
        self.spend(length >> 8)

    def now(self) -> datetime:
        """The engine's time, in a zone."""
        moment = self.clock() if callable(self.clock) else self.clock
        if moment is None:
            return datetime.now().astimezone()
        return moment if moment.tzinfo is not None else moment.astimezone()
