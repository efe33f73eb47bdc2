"""Input and output mappings with nested targets, as they were observed on the real engine."""

from typing import Any

import pytest

from tests.bpmn_builder import process
from tests.engine_rig import EngineRig


def mapped(
    inputs: dict[str, str], outputs: dict[str, str], variables: dict[str, Any] | None = None
) -> tuple[EngineRig, dict[str, Any], dict[str, Any]]:
    """The variables of a task and of its process after both mappings."""
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a", inputs=inputs, outputs=outputs).end())
    rig.create("p", variables)
    rig.complete_jobs("a")
    return rig, rig.variables(rig.key_of("a")), rig.variables(rig.key_of("p"))


@pytest.mark.parametrize(
    ("inputs", "local"),
    [
        ({"o.p": "=1", "o.q": "=2"}, {"p": 1, "q": 2}),
        ({"o": "={a: 1}", "o.q": "=1"}, {"q": 1}),
        ({"o.q": "=1", "o": "=7"}, 7),
        ({"o.q": "=1", "o.q.r": "=2"}, {"q": {"r": 2}}),
        ({"o.q": "=1", "o.r": "=q", "o.s": "=o.q"}, {"q": 1, "r": 1, "s": None}),
        ({"o.q": "text"}, {"q": "text"}),
    ],
)
def test_input_mappings_are_one_context_whose_later_entries_replace_earlier_ones(inputs: dict[str, str], local: Any) -> None:
    outputs = {"done": "=true"}

    _, own, process_variables = mapped(inputs, outputs, {"unrelated": 1})

    assert own == {"o": local}
    assert process_variables == {"unrelated": 1, "done": True}


@pytest.mark.parametrize(
    ("inputs", "outputs", "given", "expected"),
    [
        ({"o.p": "=1"}, {"o.q": "=2"}, {}, {"p": 1, "q": 2}),
        ({"o.p": "=1"}, {"o.q": "=2"}, {"o": {"z": 9}}, {"p": 1, "q": 2}),
        ({}, {"o.q": "=2"}, {"o": {"z": 9}}, {"z": 9, "q": 2}),
        ({}, {"o.q": "=2"}, {}, {"q": 2}),
        ({"o": "=7"}, {"o.q": "=2"}, {}, None),
        ({"o": "={q: 1}"}, {"o.q.r": "=2"}, {}, {"q": None}),
        ({"o": "={q: {s: 1}}"}, {"o.q.r": "=2"}, {}, {"q": {"s": 1, "r": 2}}),
        ({}, {"o": "=7", "o.q": "=1"}, {}, {"q": 1}),
        ({"o": "={q: 5}"}, {"o.q": "=6", "o.r": "=q"}, {}, {"q": 6, "r": 6}),
    ],
)
def test_an_output_mapping_is_merged_into_what_the_element_sees(
    inputs: dict[str, str], outputs: dict[str, str], given: dict[str, Any], expected: Any
) -> None:
    variables = given

    _, _, process_variables = mapped(inputs, outputs, variables)

    assert process_variables["o"] == expected


def test_a_failing_nested_output_quotes_the_whole_context() -> None:
    outputs = {"b": "=1", "o.q": "=assert(b, false)"}

    rig, _, _ = mapped({}, outputs)

    merged = "{b:1,o:if (o != null) then context merge(o,{q:assert(b, false)}) else {q:assert(b, false)}}"
    assert f"Assertion failure on evaluate the expression '{merged}'" in rig.incident()["value"]["errorMessage"]


def test_where_camunda_throws_there_is_an_incident_and_no_null() -> None:
    outputs = {"rest": "=modulo(7, 0)"}

    rig, _, variables = mapped({}, outputs)

    value = rig.incident()["value"]
    assert value["errorType"] == "IO_MAPPING_ERROR"
    assert value["errorMessage"].startswith("failed to evaluate expression '{rest:modulo(7, 0)}' : modulo()")
    assert "rest" not in variables
