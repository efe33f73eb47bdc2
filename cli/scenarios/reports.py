"""The result of a run, as lines for people, as JSON, and as JUnit's XML for a build server."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lxml import etree

from cli.scenarios.coverage import Coverage, Covered
from cli.scenarios.player import Outcome


@dataclass(frozen=True, slots=True)
class Report:
    """Every case that was played, and what they covered together."""

    outcomes: Sequence[Outcome]
    coverage: Coverage
    seconds: float

    @property
    def failed(self) -> int:
        return sum(not outcome.passed for outcome in self.outcomes)


def outcome_line(outcome: Outcome) -> str:
    """One case, with its reason under it where it failed."""
    mark = "ok  " if outcome.passed else "FAIL"
    line = f"{mark} {outcome.seconds * 1000:6.0f} ms  {outcome.case.path.name}: {outcome.case.name}"
    return line if outcome.passed else f"{line}\n       {outcome.failure}"


def summary_lines(report: Report) -> Iterator[str]:
    """Coverage and counts."""
    for process in report.coverage.processes:
        yield f"process {process.bpmn_process_id}: {_share('elements', process.elements)}, {_share('flows', process.flows)}"
        yield from _missing("element never reached", process.elements)
        yield from _missing("flow never taken", process.flows)
    for decision in report.coverage.decisions:
        yield f"decision {decision.decision_id}: {_share('rules', decision.rules)}"
        yield from _missing("rule never matched", decision.rules)
    passed = len(report.outcomes) - report.failed
    yield f"{passed} passed, {report.failed} failed in {report.seconds:.1f} s"


def _share(what: str, covered: Covered) -> str:
    return f"{covered.reached} of {covered.total} {what} ({covered.percent:g} %)"


def _missing(what: str, covered: Covered) -> Iterator[str]:
    for name in covered.missing:
        yield f"  {what}: {name}"


def as_json(report: Report) -> dict[str, Any]:
    return {
        "passed": len(report.outcomes) - report.failed,
        "failed": report.failed,
        "seconds": round(report.seconds, 3),
        "cases": [
            {
                "file": str(one.case.path),
                "name": one.case.name,
                "passed": one.passed,
                "seconds": round(one.seconds, 3),
                "failure": one.failure,
            }
            for one in report.outcomes
        ],
        "coverage": {
            "processes": [
                {"bpmn_process_id": one.bpmn_process_id, "elements": _numbers(one.elements), "flows": _numbers(one.flows)}
                for one in report.coverage.processes
            ],
            "decisions": [{"decision_id": one.decision_id, "rules": _numbers(one.rules)} for one in report.coverage.decisions],
        },
    }


def _numbers(covered: Covered) -> dict[str, Any]:
    return {**asdict(covered), "percent": covered.percent}


def as_junit(report: Report) -> bytes:
    """One test suite a file."""
    root = etree.Element("testsuites", tests=str(len(report.outcomes)), failures=str(report.failed))
    for path in dict.fromkeys(outcome.case.path for outcome in report.outcomes):
        outcomes = [outcome for outcome in report.outcomes if outcome.case.path == path]
        failed = sum(not outcome.passed for outcome in outcomes)
        suite = etree.SubElement(root, "testsuite", name=str(path), tests=str(len(outcomes)), failures=str(failed))
        for outcome in outcomes:
            case = etree.SubElement(
                suite, "testcase", classname=path.stem, name=_printable(outcome.case.name), time=f"{outcome.seconds:.3f}"
            )
            if not outcome.passed:
                etree.SubElement(case, "failure", message=_printable(outcome.failure))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _printable(text: str) -> str:
    """XML has no control characters."""
    return "".join(character if character.isprintable() else " " for character in text)
