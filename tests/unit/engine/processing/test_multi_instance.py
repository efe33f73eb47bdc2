"""Multi-instance activities: what their variables and completion conditions see, as it was observed on the real engine."""

import json

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


def test_an_inner_instance_keeps_the_outputs_that_it_has_a_variable_for() -> None:
    rig = EngineRig()
    outputs = {"o.q": "=2", "result": "=item", "new": "=3"}
    loop = Loop('=["x"]', "item", "results", "=result")
    rig.deploy(process("p").start().service_task("a", inputs={"o.p": "=1"}, outputs=outputs, loop=loop).end())
    rig.create("p")
    (job,) = rig.activate("a")

    rig.do(c.CompleteJob(job.key))

    assert rig.variables(job.element_instance_key)["o"] == {"p": 1, "q": 2}
    assert rig.variables(rig.key_of("p")) == {"results": ["x"], "new": 3}


@pytest.mark.parametrize("restarts", [False, True])
def test_the_items_stay_those_of_the_beginning_when_the_variable_changes(restarts: bool) -> None:
    rig = EngineRig(restarts=restarts)
    rig.deploy(process("p").start().service_task("a", loop=Loop("=items", element="item", sequential=True)).end())
    rig.create("p", {"items": ["x", "y", "z"]})

    rig.do(c.SetVariables(rig.key_of("p"), {"items": []}))
    given = []
    while jobs := rig.activate("a"):
        given += [json.loads(job.variables)["item"] for job in jobs]
        rig.do(c.CompleteJob(jobs[0].key))

    assert given == ["x", "y", "z"]
    assert rig.stored_rows == 0
