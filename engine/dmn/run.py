"""What one evaluation of a decision carries along: its clock, its budget, its warnings and, where wanted, its audit."""

from dataclasses import dataclass, field

from engine.dmn.findings import DecisionFailed
from engine.feel import Clock, CompiledExpression, CompiledUnaryTests, FeelBrokenOff, FeelFailure, FeelLimitExceeded, Value
from engine.feel.scopes import Context

# Calls of functions and rounds of boxed loops of one evaluation; nested calls; entries of one audit.
MAX_CALLS = 100_000
MAX_DEPTH = 60
MAX_AUDIT = 10_000


@dataclass(frozen=True, slots=True)
class EvaluatedInput:
    """The value of an input column."""

    id: str
    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class EvaluatedOutput:
    """The answer of a rule in one output column."""

    id: str
    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule that matched; `index` counts from 1."""

    id: str
    index: int
    outputs: tuple[EvaluatedOutput, ...]


@dataclass(slots=True)
class Trace:
    """What a table saw while it was evaluated for an audit."""

    inputs: list[EvaluatedInput] = field(default_factory=list)
    rules: list[MatchedRule] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EvaluatedDecision:
    """One line of the audit: a decision or a business knowledge model that was evaluated."""

    id: str
    name: str
    type: str
    output: Value
    inputs: tuple[EvaluatedInput, ...] = ()
    matched_rules: tuple[MatchedRule, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionWarning:
    """Why a part of a decision is null."""

    decision_id: str
    message: str

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.message}"


class Run:
    """State of one evaluation. `audit` and `warnings` are None where nobody will read them."""

    __slots__ = ("audit", "calls", "current", "depth", "now", "trace", "warnings")

    def __init__(self, now: Clock, *, audited: bool) -> None:
        self.now = now
        self.audit: list[EvaluatedDecision] | None = [] if audited else None
        self.warnings: list[DecisionWarning] | None = [] if audited else None
        self.trace: Trace | None = None
        self.calls = MAX_CALLS
        self.depth = MAX_DEPTH
        self.current = ""

    def warn(self, message: str) -> None:
        """Note why something is null."""
        if self.warnings is not None and len(self.warnings) < 1000:
            self.warnings.append(DecisionWarning(self.current, message))

    def enter(self) -> None:
        """Begin a call of a function of the model."""
        self.spend()
        if self.depth <= 0:
            raise FeelLimitExceeded("Functions of the decision call each other too deeply.")
        self.depth -= 1

    def leave(self) -> None:
        """End it."""
        self.depth += 1

    def spend(self, calls: int = 1) -> None:
        """Take calls off what is left."""
        self.calls -= calls
        if self.calls < 0:
            raise FeelLimitExceeded(f"The decision takes more than {MAX_CALLS} calls.")

    def record(self, *lines: EvaluatedDecision) -> None:
        """Add lines to the audit."""
        if self.audit is not None:
            if len(self.audit) + len(lines) > MAX_AUDIT:
                raise FeelLimitExceeded(f"The audit of the decision has more than {MAX_AUDIT} lines.")
            self.audit.extend(lines)

    def evaluate(self, expression: CompiledExpression, context: Context) -> Value:
        """The value of an expression; a failing `assert` fails the decision."""
        try:
            if self.warnings is None:
                return expression.value(context, self.now)
            evaluation = expression.evaluate(context, now=self.now)
        except (FeelFailure, FeelBrokenOff) as error:
            raise _failed(expression.source, error) from error
        for warning in evaluation.warnings:
            self.warn(f"{warning} in '{expression.source}'")
        return evaluation.value

    def matches(self, tests: CompiledUnaryTests, value: Value, context: Context) -> bool:
        """Whether a cell matches; null is no match."""
        try:
            return tests.matches(value, context, self.now) is True
        except (FeelFailure, FeelBrokenOff) as error:
            raise _failed(tests.source, error) from error


def _failed(source: str, error: FeelFailure | FeelBrokenOff) -> DecisionFailed:
    if isinstance(error, FeelBrokenOff):
        return DecisionFailed(f"failed to evaluate expression '{source}' : {error}")
    return DecisionFailed(f"Assertion failure on evaluate the expression '{source}': {error}")
