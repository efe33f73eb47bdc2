"""Text without FEEL that reads as a number is one, as in Zeebe."""

import pytest

from tests.bpmn_builder import process
from tests.engine_rig import EngineRig


@pytest.mark.parametrize(
    ("written", "retries"),
    [
        ("1e2", 100),
        ("-2.7", -2),
        ("9999999999", 1_410_065_407),
        ("1e400000000", 0),
        ("= 9999999999 * 9999999999 * 9999999999", 317_959_167),
    ],
)
def test_retries_are_a_whole_number_of_32_bits(written, retries) -> None:
    rig = EngineRig(restarts=True)
    rig.deploy(process("p").start().service_task("a", retries=written).end())

    rig.create("p")

    (job,) = rig.activate("a")
    assert job.retries == retries


@pytest.mark.parametrize("written", ["x", " 3", "1_0", "0x1", "NaN"])
def test_retries_that_are_no_number_wait_at_an_incident(written) -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a", retries=written).end())

    rig.create("p")

    assert rig.incident()["value"]["errorMessage"] == (
        f"Expected result of the expression '{written}' to be 'NUMBER', but was 'STRING'."
    )


@pytest.mark.parametrize("written", ["123", "1e2", "-.5"])
def test_a_job_type_that_is_a_number_waits_at_an_incident(written) -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a", type=written).end())

    rig.create("p")

    assert rig.incident()["value"]["errorMessage"] == (
        f"Expected result of the expression '{written}' to be 'STRING', but was 'NUMBER'."
    )


def test_an_assignee_of_digits_is_a_text() -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().user_task("a", assignee="123").end())

    rig.create("p")

    (created,) = rig.of("USER_TASK", "CREATED")
    assert created["value"]["assignee"] == "123"
