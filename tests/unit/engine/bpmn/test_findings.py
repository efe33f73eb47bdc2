"""How a finding reads, and where it points."""

import pytest

from engine.bpmn import InvalidBpmn, Severity, lint, read_bpmn
from tests.bpmn_builder import process

BROKEN = b"""<?xml version="1.0"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="s"/>
    <bpmn:serviceTask id="pack"/>
    <bpmn:callActivity id="call"/>
  </bpmn:process>
</bpmn:definitions>
"""


def test_a_refusal_reads_as_zeebe_words_it():
    with pytest.raises(InvalidBpmn) as refused:
        read_bpmn(BROKEN, "order.bpmn")

    assert str(refused.value) == (
        "Expected to deploy new resources, but encountered the following errors:\n"
        "'order.bpmn': - Element: pack\n"
        "    - ERROR: Must have exactly one 'zeebe:taskDefinition' extension element\n"
        "- Element: call\n"
        "    - ERROR: Must have exactly one 'zeebe:calledElement' extension element\n"
    )


def test_a_finding_names_element_type_line_and_reason():
    findings = lint(BROKEN, "order.bpmn")

    first = findings[0]
    assert (first.element_id, first.element_type, first.line) == ("pack", "serviceTask", 5)
    assert str(first) == "order.bpmn:5: serviceTask 'pack' Must have exactly one 'zeebe:taskDefinition' extension element"


def test_a_fault_inside_an_extension_points_at_its_element():
    content = process("p").start().service_task("pack", type="= 1 +").end().xml()

    findings = [finding for finding in lint(content, "x.bpmn") if finding.severity is Severity.ERROR]

    assert [(finding.element_id, finding.path) for finding in findings] == [
        ("pack", "Element: pack > extensionElements > taskDefinition")
    ]
    assert "(line 1, column" in findings[0].message


def test_a_schema_fault_names_line_and_element():
    content = process("p").start().service_task("pack").end().xml().replace(b' targetRef="pack"', b"")

    with pytest.raises(InvalidBpmn) as refused:
        read_bpmn(content, "x.bpmn")

    assert "'x.bpmn': Error: Line=14: Element 'sequenceFlow': The attribute 'targetRef' is required" in str(refused.value)


def test_a_designer_is_told_what_zeebe_would_let_pass():
    content = (
        process("p")
        .start()
        .exclusive("which")
        .when("= x > 1")
        .service_task("pack", name="Pack")
        .at("which")
        .when("= x < 1")
        .service_task("ship", name="Ship")
        .end()
        .apart()
        .task("lost", name="Lost")
        .boundary("late", "ship", duration="PT1H")
        .xml()
    )

    warnings = {(finding.element_id, finding.message.split(":")[0]) for finding in lint(content, "x.bpmn")}

    assert ("which", "A gateway that decides should bear its question as name.") in warnings
    assert ("which", "Without a default flow an instance stops with an incident when no condition is true.") in warnings
    assert ("pack", "The path stops here without an end event.") in warnings
    assert ("lost", "Nothing leads here") in warnings
    assert ("late", "The boundary event leads nowhere") in warnings


def test_a_sound_process_gets_no_advice():
    content = (
        process("p")
        .start()
        .subprocess("sub", name="Serve")
        .start("inner")
        .service_task("pack", name="Pack")
        .end("packed")
        .done()
        .compensated_by("undo", "unpack", name="Unpack")
        .throw("away", link="home")
        .apart()
        .catch("back", link="home")
        .end()
        .event_subprocess("late", name="Late")
        .start("alarm", duration="PT1H")
        .end("told")
        .done()
        .xml()
    )

    assert lint(content, "x.bpmn") == ()


def test_a_function_that_the_cluster_lacks_is_advice_at_its_element():
    content = process("p").start().script_task("clean", "=trim(name)", result="name", name="Clean").end().xml()

    findings = lint(content, "clean.bpmn")

    assert [(each.element_id, each.severity, each.message) for each in findings] == [
        (
            "clean",
            Severity.WARNING,
            "Zeebe 8.5 does not know trim(): there it gives null. Zeebe 8.6 does, and so does this engine.",
        )
    ]
