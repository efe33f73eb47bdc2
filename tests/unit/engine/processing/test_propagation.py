"""Where an ending element's variables go, as it was observed on the real engine."""

import pytest

from engine.processing import commands as c
from tests.bpmn_builder import process
from tests.engine_rig import EngineRig


def three_scopes(outer: int, inner: int) -> EngineRig:
    """A task with its own `n` in a subprocess with its own `n` in a process with n = 1."""
    rig = EngineRig()
    task = (
        process("p")
        .start()
        .subprocess("sub", inputs={"n": f"={outer}"})
        .start("s")
        .service_task("a", inputs={"n": f"={inner}"})
    )
    rig.deploy(task.end("e").done().end())
    rig.create("p", {"n": 1})
    return rig


@pytest.mark.parametrize(
    ("outer", "inner", "given", "process_n", "sub_n"),
    [(6, 5, 7, 1, 6), (6, 5, 5, 1, 5), (5, 5, 5, 5, 5)],
    ids=["the nearest changes", "an equal one is passed by", "two equal ones are passed by"],
)
def test_a_variable_passes_by_the_scopes_that_have_its_value(
    outer: int, inner: int, given: int, process_n: int, sub_n: int
) -> None:
    rig = three_scopes(outer, inner)

    rig.complete_jobs("a", {"n": given})

    assert rig.variables(rig.key_of("p"))["n"] == process_n
    assert rig.variables(rig.key_of("sub"))["n"] == sub_n


def test_variables_set_at_an_element_pass_by_its_equal_ones() -> None:
    rig = three_scopes(6, 5)

    rig.do(c.SetVariables(rig.key_of("a"), {"n": 5, "new": 1}))

    assert rig.variables(rig.key_of("sub"))["n"] == 5
    assert rig.variables(rig.key_of("p")) == {"n": 1, "new": 1}


def test_a_value_that_all_scopes_have_changes_nothing() -> None:
    rig = three_scopes(1, 1)
    before = len(rig.of("VARIABLE"))

    rig.complete_jobs("a", {"n": 1})

    assert len(rig.of("VARIABLE")) == before
