"""Runs the DMN Technology Compatibility Kit against this package and counts what passes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

from engine.dmn.conformance_cases import Case, Expectation, read_cases
from engine.dmn.decision_model import DecisionModel
from engine.dmn.evaluation import DecisionEvaluation
from engine.dmn.files import read_dmn_file
from engine.dmn.findings import InvalidDmn, UnknownDecision
from engine.feel import Dialect, Value, format_value, normalise

LEVELS = {"compliance-level-2": "level2", "compliance-level-3": "level3"}
# The kit's own runner compares numbers to eight digits after the point.
TOLERANCE = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went; `problems` tells of each result that was not as expected."""

    level: str
    folder: str
    case_id: str
    expects_value: bool
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every result was as expected."""
        return not self.problems


@dataclass(slots=True)
class Count:
    """Passed of total."""

    passed: int = 0
    total: int = 0

    def add(self, *, passed: bool) -> None:
        """Count one more."""
        self.passed += passed
        self.total += 1

    def __str__(self) -> str:
        return f"{self.passed}/{self.total} ({100 * self.passed / self.total:.1f} %)" if self.total else "0/0"


@dataclass(slots=True)
class Report:
    """The counts of a run."""

    level2: Count = field(default_factory=Count)
    level3: Count = field(default_factory=Count)
    level3_expecting_value: Count = field(default_factory=Count)
    folders: dict[str, Count] = field(default_factory=dict)
    failures: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        (self.level2 if outcome.level == "level2" else self.level3).add(passed=outcome.passed)
        if outcome.level == "level3" and outcome.expects_value:
            self.level3_expecting_value.add(passed=outcome.passed)
        self.folders.setdefault(outcome.folder, Count()).add(passed=outcome.passed)
        if not outcome.passed:
            self.failures.append(outcome)


def run_kit(directory: Path, dialect: Dialect = Dialect.CAMUNDA) -> Report:
    """Run every case of a checkout (the folder that holds compliance-level-2 and -3)."""
    report = Report()
    for outcome in outcomes(directory, dialect):
        report.add(outcome)
    return report


def outcomes(directory: Path, dialect: Dialect) -> Iterator[Outcome]:
    """The outcome of every case, folder by folder."""
    for level_folder, level in LEVELS.items():
        for folder in sorted(path for path in (directory / level_folder).glob("*") if path.is_dir()):
            yield from _folder(folder, level, dialect)


def _folder(folder: Path, level: str, dialect: Dialect) -> Iterator[Outcome]:
    models: dict[str, DecisionModel] = {}
    for path in sorted(folder.glob("*.xml")):
        model_name, cases = read_cases(path)
        try:
            if model_name not in models:
                models[model_name] = read_dmn_file(folder / model_name, dialect=dialect, tolerant=True)
            model = models[model_name]
        except (InvalidDmn, OSError) as error:
            for case in cases:
                yield Outcome(level, folder.name, case.id, case.expects_value, (f"{model_name}: {error}",))
            continue
        for case in cases:
            yield Outcome(level, folder.name, case.id, case.expects_value, tuple(run_case(model, case)))


def run_case(model: DecisionModel, case: Case) -> Iterator[str]:
    """What was not as expected."""
    for expectation in case.expectations:
        try:
            evaluation = evaluate(model, case, expectation)
        except UnknownDecision as error:
            yield f"{expectation.name}: {error}"
            continue
        actual = evaluation.output
        if evaluation.failed:
            if not expectation.is_error:
                yield f"{expectation.name}: failed: {evaluation.failure_message}"
        elif not same(actual, None if expectation.is_error else expectation.value):
            wanted = "an error or null" if expectation.is_error else format_value(expectation.value)
            why = "; ".join(map(str, evaluation.warnings[:3]))
            yield f"{expectation.name}: expected {wanted}, was {format_value(actual)} {why}".rstrip()


def evaluate(model: DecisionModel, case: Case, expectation: Expectation) -> DecisionEvaluation:
    """Evaluate what a case asks for."""
    if not case.service:
        return model.evaluate(model.decision_id(expectation.name), case.inputs)
    evaluation = model.evaluate_service(case.service, case.inputs)
    output = evaluation.output
    # A service with several outputs answers a context; a result may ask for one of them.
    if isinstance(output, Mapping) and expectation.name in output:
        evaluation.output = output[expectation.name]
    return evaluation


def same(actual: Value, expected: Value) -> bool:
    """Whether two values are equal for the kit."""
    actual, expected = normalise(actual), normalise(expected)
    if type(actual) is not type(expected):
        return isinstance(actual, Mapping) and isinstance(expected, Mapping) and _same_contexts(actual, expected)
    if isinstance(actual, Decimal):
        return bool(abs(actual - expected) <= TOLERANCE)
    if isinstance(actual, list):
        return len(actual) == len(expected) and all(same(one, other) for one, other in zip(actual, expected, strict=True))
    if isinstance(actual, Mapping):
        return _same_contexts(actual, expected)
    if isinstance(actual, datetime | time):
        return format_value(actual) == format_value(expected) or (
            actual.replace(tzinfo=None) == expected.replace(tzinfo=None) and actual.utcoffset() == expected.utcoffset()
        )
    return bool(actual == expected)


def _same_contexts(actual: Mapping[str, Value], expected: Mapping[str, Value]) -> bool:
    return actual.keys() == expected.keys() and all(same(actual[key], expected[key]) for key in actual)
