"""Expressions that nobody reads before an instance comes to them; as observed on the real engine."""

from collections.abc import Callable

import pytest

from engine.bpmn import InvalidBpmn, Severity, lint
from engine.processing.reading import deployed_processes_in, processes_in
from tests.bpmn_builder import ProcessBuilder, process
from tests.engine_rig import EngineRig

UNREADABLE: dict[str, Callable[[ProcessBuilder], object]] = {
    "listener": lambda main: main.service_task("a").listens("start", "=x("),
    "form": lambda main: main.user_task("a", form_id="=x("),
    "external form": lambda main: main.user_task("a", external_form="=x("),
    "escalation": lambda main: main.throw("a", escalation="=x("),
    "error": lambda main: main.end("a", error="=x("),
}


def _drawn(kind: str) -> ProcessBuilder:
    main = process("p").start()
    UNREADABLE[kind](main)
    return main if kind == "error" else main.end()


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_unreadable_expression_stops_the_instance_that_comes_to_it(kind: str) -> None:
    rig = EngineRig()
    rig.deploy(_drawn(kind))

    rig.create("p")

    incident = rig.incident()["value"]
    assert (incident["elementId"], incident["errorType"]) == ("a", "EXTRACT_VALUE_ERROR")
    assert incident["errorMessage"].startswith("failed to parse expression 'x('")


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_editor_is_told_of_an_unreadable_expression(kind: str) -> None:
    findings = lint(_drawn(kind).xml(), "p.bpmn")

    assert [one.severity for one in findings if one.message.startswith("failed to parse expression")] == [Severity.WARNING]


def test_the_key_of_a_form_is_text_whatever_it_begins_with() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().user_task("a", native=False, form_key="=x(").end())

    rig.create("p")

    (job,) = rig.activate("io.camunda.zeebe:userTask")
    assert job.custom_headers == {"io.camunda.zeebe:formKey": "=x("}


def test_what_was_deployed_when_the_rules_were_others_runs_on() -> None:
    unused = b'<bpmn:message id="unused" name="=x("/>\n  <bpmn:process '
    content = process("p").start().service_task("a").end().xml().replace(b"<bpmn:process ", unused, 1)

    with pytest.raises(InvalidBpmn):
        processes_in(content, "p.bpmn")

    assert [one.bpmn_process_id for one in deployed_processes_in(content, "p.bpmn")] == ["p"]
