"""Every scenario of every process holds, and together they leave nothing of the models unvisited."""

from pathlib import Path

import pytest

from cli.scenarios.files import TestCase, read_cases, scenario_files
from cli.scenarios.models import read_models
from cli.scenarios.reports import Report
from cli.test import run

ROOT = Path(__file__).parents[2]
CASES = [case for path in scenario_files([ROOT / "processes"]) for case in read_cases(path)]


@pytest.fixture(scope="module")
def report() -> Report:
    return run(CASES, read_models([ROOT / "processes", ROOT / "decisions"]), whole=True)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.path.stem}: {case.name}" for case in CASES])
def test_the_scenario_holds(case: TestCase, report: Report) -> None:
    [outcome] = [outcome for outcome in report.outcomes if outcome.case is case]

    assert outcome.failure == ""


def test_every_element_and_flow_of_each_process_with_scenarios_is_reached(report: Report) -> None:
    with_scenarios = {path.parent.parent.name for path in scenario_files([ROOT / "processes"])}

    missed = {
        process.bpmn_process_id: process.elements.missing + process.flows.missing
        for process in report.coverage.processes
        if process.bpmn_process_id in with_scenarios
    }

    assert {"ticket_triage", "sla_escalation"} <= set(missed)
    assert not any(missed.values()), missed


def test_every_rule_of_the_decisions_of_ticket_triage_and_sla_matches_somewhere(report: Report) -> None:
    missed = {decision.decision_id: decision.rules.missing for decision in report.coverage.decisions}

    names = ("check_needed", "sla_targets", "ticket_routing", "escalation_step", "candidate_fit")
    assert {name: missed[name] for name in names} == dict.fromkeys(names, ())


def test_every_rule_of_the_change_policy_matches_somewhere(report: Report) -> None:
    missed = {decision.decision_id: decision.rules.missing for decision in report.coverage.decisions}

    assert {name: missed[name] for name in ("change_policy", "field_sensitivity")} == {
        "change_policy": (),
        "field_sensitivity": (),
    }


def test_no_two_cases_of_a_file_have_the_same_name() -> None:
    names = [(case.path, case.name) for case in CASES]

    assert len(names) == len(set(names))
