"""Instructions played on small processes: what holds passes, and what does not is told apart."""

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from typer.testing import CliRunner

from cli.scenarios.files import read_cases
from cli.scenarios.models import Models, read_models
from cli.scenarios.reports import Report, as_json, as_junit, outcome_line, summary_lines
from cli.test import app, run

ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://example.org">
  <bpmn:process id="order" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:serviceTask id="pack" name="Pack it">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="pack" />
        <zeebe:properties>
          <zeebe:property name="camundaModeler:exampleOutputJson" value="{&quot;parcels&quot;: 2}" />
        </zeebe:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:incoming>f5</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:exclusiveGateway id="more" default="f3">
      <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing><bpmn:outgoing>f5</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:callActivity id="ship">
      <bpmn:extensionElements><zeebe:calledElement processId="shipping" propagateAllChildVariables="true" />
      </bpmn:extensionElements>
      <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f4</bpmn:outgoing>
    </bpmn:callActivity>
    <bpmn:endEvent id="end"><bpmn:incoming>f4</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="pack" />
    <bpmn:sequenceFlow id="f2" sourceRef="pack" targetRef="more" />
    <bpmn:sequenceFlow id="f3" sourceRef="more" targetRef="ship" />
    <bpmn:sequenceFlow id="f4" sourceRef="ship" targetRef="end" />
    <bpmn:sequenceFlow id="f5" sourceRef="more" targetRef="pack">
      <bpmn:conditionExpression>=again = true</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
  </bpmn:process>
</bpmn:definitions>"""
IT = {"processDefinitionId": "order"}
START = {"type": "CREATE_PROCESS_INSTANCE", "processDefinitionSelector": IT, "variables": {"again": False, "list": [1, 2]}}
PACK = {"type": "COMPLETE_JOB", "jobSelector": {"jobType": "pack"}, "useExampleData": True}
CHILD = {"type": "MOCK_CHILD_PROCESS", "processDefinitionId": "shipping", "variables": {"carrier": 'the "best"', "kg": 1.5}}


def asserts(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": f"ASSERT_{kind}", "processInstanceSelector": IT, **properties}


@pytest.fixture
def models(tmp_path: Path) -> Models:
    (tmp_path / "order.bpmn").write_text(ORDER)
    return read_models([tmp_path / "order.bpmn"])


def played(folder: Path, models: Models, *instructions: dict[str, Any]) -> Report:
    path = folder / "case.json"
    path.write_text(json.dumps({"testCases": [{"name": "a case", "instructions": list(instructions)}]}))
    return run(read_cases(path), models, whole=True)


def test_example_data_mocked_children_and_variables_reach_the_end(tmp_path: Path, models: Models) -> None:
    report = played(
        tmp_path,
        models,
        CHILD,
        START,
        PACK,
        asserts("PROCESS_INSTANCE", state="IS_COMPLETED"),
        asserts("VARIABLES", variables={"parcels": 2, "carrier": 'the "best"', "kg": 1.5}, variableNames=["again"]),
        asserts("VARIABLE", variableName="list", satisfiesExpression="count(list) = 2 and list[1] < list[2]"),
    )

    assert report.outcomes[0].failure == ""


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        (asserts("PROCESS_INSTANCE", state="IS_COMPLETED"), "is ACTIVATED, not IS_COMPLETED; active elements: pack"),
        (asserts("PROCESS_INSTANCE", hasActiveIncidents=True), "hasActiveIncidents is not True: none"),
        (asserts("VARIABLES", variables={"again": 0}), "the variable 'again' is false, not 0"),
        (asserts("VARIABLES", variableNames=["nothing"]), "there is no variable 'nothing'; there are: again, list"),
        (asserts("VARIABLE", variableName="list", satisfiesExpression="count(list) = 3"), "is False, not true"),
        (asserts("VARIABLE", variableName="list", satisfiesExpression="count("), "satisfiesExpression: "),
        (
            asserts("ELEMENT_INSTANCE", elementSelector={"elementName": "Pack it"}, state="IS_COMPLETED"),
            "'Pack it' IS_COMPLETED 0 times, not 1; its instances are ACTIVATED",
        ),
        (
            asserts("ELEMENT_INSTANCE", elementSelector={"elementId": "pack"}, state="IS_ACTIVE", amount=2),
            "1 times, not 2",
        ),
        (
            asserts("ELEMENT_INSTANCE", elementSelector={"elementId": "pakc"}, state="IS_ACTIVE"),
            "the process 'order' has no element 'pakc'",
        ),
        (asserts("ELEMENT_INSTANCES", elementSelectors=[{"elementId": "pack"}], state="IS_NOT_ACTIVE"), "not IS_NOT_ACTIVE"),
        (
            asserts("ELEMENT_INSTANCES", elementSelectors=[{"elementId": "start"}], state="IS_ACTIVE_EXACTLY"),
            "its instances are COMPLETED",
        ),
        (
            asserts(
                "ELEMENT_INSTANCES",
                elementSelectors=[{"elementId": "pack"}, {"elementId": "start"}],
                state="IS_COMPLETED_IN_ORDER",
            ),
            "the order was start",
        ),
        (
            asserts("PROCESS_INSTANCE_MESSAGE_SUBSCRIPTION", messageSelector={"messageName": "m"}, state="IS_WAITING"),
            "subscriptions: none",
        ),
        ({"type": "ASSERT_USER_TASK", "userTaskSelector": {"elementId": "pack"}}, "no user task 'pack' was created"),
        ({"type": "ASSERT_DECISION", "decisionSelector": {"decisionDefinitionId": "d"}}, "'d' was not evaluated"),
        ({"type": "COMPLETE_JOB", "jobSelector": {"jobType": "ship"}}, "no job 'ship' waits; waiting: pack at pack"),
        ({"type": "COMPLETE_USER_TASK", "userTaskSelector": {"elementId": "x"}}, "no user task 'x' is open"),
        ({"type": "RESOLVE_INCIDENT", "incidentSelector": {"elementId": "x"}}, "no incident 'x'; there are: none"),
        ({"type": "CORRELATE_MESSAGE", "name": "m", "correlationKey": "7"}, "nobody waits for the message 'm'"),
        ({"type": "INCREASE_TIME", "duration": "an hour"}, "'an hour' is no duration"),
        ({"type": "INCREASE_TIME", "duration": "P1M"}, "'P1M' is no duration of days"),
        ({"type": "SET_TIME", "time": "2026-01-19T13:00:00"}, "needs a time zone"),
        (
            {"type": "CREATE_PROCESS_INSTANCE", "processDefinitionSelector": {"processDefinitionId": "none"}},
            "the engine refused",
        ),
    ],
)
def test_what_does_not_hold_fails_with_what_was_found(
    tmp_path: Path, models: Models, assertion: dict[str, Any], reason: str
) -> None:
    report = played(tmp_path, models, START, assertion)

    assert report.failed == 1
    assert f"instruction 2, {assertion['type']}: " in report.outcomes[0].failure
    assert reason in report.outcomes[0].failure


def test_a_behaviour_does_one_action_after_the_other_and_repeats_the_last(tmp_path: Path, models: Models) -> None:
    waits = asserts("ELEMENT_INSTANCE", elementSelector={"elementId": "pack"}, state="IS_ACTIVE")
    again, enough = ({"type": "COMPLETE_JOB", "jobSelector": {"jobType": "pack"}, "variables": {"again": on}} for on in (1, 0))
    again["variables"], enough["variables"] = {"again": True}, {"again": False}

    report = played(
        tmp_path,
        models,
        CHILD,
        {"type": "CONDITIONAL_BEHAVIOR", "conditions": [waits], "actions": [again, again, enough]},
        START,
        asserts("ELEMENT_INSTANCE", elementSelector={"elementId": "pack"}, state="IS_COMPLETED", amount=3),
        asserts("PROCESS_INSTANCE", state="IS_COMPLETED"),
    )

    assert report.outcomes[0].failure == ""


def test_a_mocked_worker_that_feeds_a_circle_is_stopped(tmp_path: Path, models: Models) -> None:
    mock = {"type": "MOCK_JOB_WORKER_COMPLETE_JOB", "jobType": "pack", "variables": {"again": True}}

    report = played(tmp_path, models, mock, START)

    assert "without coming to an end" in report.outcomes[0].failure


def test_an_error_nobody_catches_is_an_incident_and_can_be_resolved(tmp_path: Path, models: Models) -> None:
    report = played(
        tmp_path,
        models,
        CHILD,
        START,
        {"type": "THROW_BPMN_ERROR_FROM_JOB", "jobSelector": {"elementId": "pack"}, "errorCode": "BROKEN"},
        asserts("PROCESS_INSTANCE", state="IS_ACTIVE", hasActiveIncidents=True),
        {"type": "RESOLVE_INCIDENT", "incidentSelector": IT},
        PACK,
        asserts("PROCESS_INSTANCE", state="IS_COMPLETED", hasActiveIncidents=False),
    )

    assert report.outcomes[0].failure == ""


def test_a_failure_names_the_incidents_that_are_its_reason(tmp_path: Path, models: Models) -> None:
    thrown = {"type": "THROW_BPMN_ERROR_FROM_JOB", "jobSelector": {"elementId": "pack"}, "errorCode": "BROKEN"}

    report = played(tmp_path, models, START, thrown, PACK)

    assert "no job 'pack' waits" in report.outcomes[0].failure
    assert "incidents: UNHANDLED_ERROR_EVENT at pack: " in report.outcomes[0].failure


def test_the_process_beside_the_scenarios_is_deployed_with_them(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere" / "order"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "order.bpmn").write_text(ORDER)
    case = {"name": "a case", "instructions": [START, asserts("PROCESS_INSTANCE", state="IS_ACTIVE")]}
    (folder / "scenarios" / "order.json").write_text(json.dumps({"testCases": [case]}))

    result = CliRunner().invoke(app, [str(folder)])

    assert result.exit_code == 0, result.output
    assert "1 passed, 0 failed" in result.output


def test_a_case_sees_nothing_of_another(tmp_path: Path, models: Models) -> None:
    path = tmp_path / "two.json"
    second = [asserts("PROCESS_INSTANCE", state="IS_ACTIVE")]
    cases = [{"name": "first", "instructions": [START]}, {"name": "second", "instructions": second}]
    path.write_text(json.dumps({"testCases": cases}))

    report = run(read_cases(path), models, whole=True)

    assert [outcome.passed for outcome in report.outcomes] == [True, False]
    assert "no instance of the process 'order'" in report.outcomes[1].failure


def test_the_report_names_what_no_case_reached(tmp_path: Path, models: Models) -> None:
    report = played(tmp_path, models, CHILD, START, PACK)

    [process] = report.coverage.processes
    lines = list(summary_lines(report))
    assert process.elements.missing == ()
    assert process.flows.missing == ("f5",)
    assert "process order: 5 of 5 elements (100 %), 4 of 5 flows (80 %)" in lines
    assert "  flow never taken: f5" in lines


def test_the_result_is_told_as_text_json_and_junit(tmp_path: Path, models: Models) -> None:
    report = played(tmp_path, models, START, asserts("PROCESS_INSTANCE", state="IS_COMPLETED"))

    junit = etree.fromstring(as_junit(report))
    assert outcome_line(report.outcomes[0]).startswith("FAIL ")
    assert (as_json(report)["failed"], as_json(report)["cases"][0]["name"]) == (1, "a case")
    assert junit.get("failures") == "1"
    assert "not IS_COMPLETED" in junit.findall(".//failure")[0].get("message")


def test_a_time_beyond_the_calendar_is_refused(tmp_path: Path, models: Models) -> None:
    report = played(tmp_path, models, START, {"type": "INCREASE_TIME", "duration": "P9000000D"})

    assert "instruction 2, INCREASE_TIME: 'P9000000D' is longer than the calendar" in report.outcomes[0].failure
