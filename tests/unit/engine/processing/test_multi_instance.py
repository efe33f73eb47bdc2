"""Multi-instance activities: what their variables and completion conditions see, as it was observed on the real engine."""

import pytest

from engine.processing import commands as c
from tests.bpmn_builder import Loop, process
from tests.engine_rig import EngineRig

COUNTS = (
    "assert(1, false, string join([string(numberOfInstances), string(numberOfActiveInstances),"
    ' string(numberOfCompletedInstances), string(numberOfTerminatedInstances)], ","))'
)


def looped(loop: Loop) -> EngineRig:
    rig = EngineRig()
    rig.deploy(process("p").start().service_task("a", loop=loop).end())
    rig.create("p", {"numberOfInstances": 77})
    return rig


def counted(rig: EngineRig) -> str:
    """What the failing condition said of its counts: instances, active, completed, terminated."""
    return rig.incident()["value"]["errorMessage"].rpartition("[ASSERT_FAILURE] ")[2]


def complete_one(rig: EngineRig) -> None:
    (job,) = rig.activate("a", 1)
    rig.do(c.CompleteJob(job.key))


def test_a_completion_condition_counts_the_instance_that_is_about_to_be_done_as_completed() -> None:
    rig = looped(Loop("=[1, 2, 3]", completion=f"=if numberOfCompletedInstances < 2 then false else {COUNTS}"))

    complete_one(rig)
    complete_one(rig)

    assert counted(rig) == "3,1,2,0"


def test_a_sequential_completion_condition_counts_only_what_has_begun() -> None:
    loop = Loop("=[1, 2, 3]", sequential=True, completion=f"=if numberOfCompletedInstances < 2 then false else {COUNTS}")
    rig = looped(loop)

    complete_one(rig)
    complete_one(rig)

    assert counted(rig) == "2,0,2,0"


def test_a_completion_condition_counts_terminated_instances() -> None:
    rig = looped(Loop("=[1, 2, 3, 4]", completion=f"={COUNTS}"))
    last = rig.key_of("a")

    rig.do(c.ModifyProcessInstance(rig.key_of("p"), terminate_element_instance_keys=(last,)))
    complete_one(rig)

    assert counted(rig) == "4,2,1,1"


def test_a_fulfilled_completion_condition_ends_the_body() -> None:
    rig = looped(Loop("=[1, 2, 3]", completion="=numberOfCompletedInstances = 2"))

    complete_one(rig)
    complete_one(rig)

    assert rig.path("TERMINATED") == ["a.TERMINATED"]
    assert rig.completed()[-1] == "p"


@pytest.mark.parametrize("sequential", [False, True])
def test_an_output_element_named_like_the_input_element_leaves_the_item(sequential: bool) -> None:
    rig = looped(Loop('=["x", "y"]', "item", "results", "=item", sequential=sequential))

    while rig.complete_jobs("a"):
        pass

    assert rig.variables(rig.key_of("p"))["results"] == ["x", "y"]


def test_an_output_element_has_no_counts() -> None:
    rig = looped(Loop("=[1]", "item", "results", "=[numberOfCompletedInstances]"))

    complete_one(rig)

    assert rig.variables(rig.key_of("p"))["results"] == [[None]]
