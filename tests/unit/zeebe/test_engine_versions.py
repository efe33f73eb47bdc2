from pathlib import Path

import pytest

from zeebe.engine_versions import lacking, version_of

PROCESSES = Path(__file__).parents[3] / "processes"

LISTENED = (
    '<bpmn:{0} id="t"><bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="end" type="note"/>'
    "</zeebe:executionListeners></bpmn:extensionElements></bpmn:{0}>"
)


def model(inside: str) -> bytes:
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><bpmn:signal id="known"/>'
        f'<bpmn:process id="p">{inside}</bpmn:process></bpmn:definitions>'
    ).encode()


@pytest.mark.parametrize(
    ("inside", "version", "expected"),
    [
        (
            '<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements></bpmn:userTask>',
            (8, 4),
            "t",
        ),
        ('<bpmn:endEvent id="e"><bpmn:compensateEventDefinition id="d"/></bpmn:endEvent>', (8, 4), "e"),
        ('<bpmn:endEvent id="e"><bpmn:signalEventDefinition id="d"/></bpmn:endEvent>', (8, 2), "e"),
        ('<bpmn:adHocSubProcess id="a"/>', (8, 5), "a"),
        (
            (
                '<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:priorityDefinition priority="9"/>'
                "</bpmn:extensionElements></bpmn:userTask>"
            ),
            (8, 5),
            "t",
        ),
        (
            (
                '<bpmn:callActivity id="c"><bpmn:extensionElements><zeebe:calledElement bindingType="deployment"/>'
                "</bpmn:extensionElements></bpmn:callActivity>"
            ),
            (8, 5),
            "c",
        ),
        (LISTENED.format("userTask"), (8, 5), "t"),
        (LISTENED.format("serviceTask"), (8, 4), "t"),
        ('<bpmn:transaction id="x"/>', (8, 9), "x"),
        (f'<bpmn:inclusiveGateway id="g">{2 * "<bpmn:incoming>f</bpmn:incoming>"}</bpmn:inclusiveGateway>', (8, 5), "g"),
    ],
)
def test_names_the_element_that_is_too_new(inside, version, expected) -> None:
    found = lacking(model(inside), version)

    assert [one.element_id for one in found] == [expected]


@pytest.mark.parametrize(
    "inside",
    [
        '<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements></bpmn:userTask>',
        LISTENED.format("serviceTask"),
        '<bpmn:startEvent id="s"><bpmn:signalEventDefinition id="d"/></bpmn:startEvent>',
        '<bpmn:inclusiveGateway id="g"><bpmn:incoming>1</bpmn:incoming></bpmn:inclusiveGateway>',
    ],
)
def test_what_the_version_executes_is_not_named(inside) -> None:
    found = lacking(model(inside), (8, 5))

    assert found == []


def test_the_shipped_processes_run_on_zeebe_8_5() -> None:
    found = {path.name: lacking(path.read_bytes(), (8, 5)) for path in PROCESSES.rglob("*.bpmn")}

    assert found
    assert not any(found.values())


@pytest.mark.parametrize(
    ("text", "version"), [("8.5.8", (8, 5)), ("8.10.0-alpha5", (8, 10)), ("unknown", (0, 0)), ("", (0, 0))]
)
def test_reads_a_version(text, version) -> None:
    read = version_of(text)

    assert read == version
