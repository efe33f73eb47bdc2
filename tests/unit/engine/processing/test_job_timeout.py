"""Jobs whose worker's time is over, or is taken away."""

import pytest

from engine.processing import commands as c
from tests.bpmn_builder import process
from tests.engine_rig import EngineRig


@pytest.mark.parametrize("timeout", [0, -5])
def test_a_time_that_is_over_when_it_is_given_is_found_a_second_later(timeout) -> None:
    rig = EngineRig(restarts=True)
    rig.deploy(process("p").start().service_task("a").end())
    rig.create("p")
    (job,) = rig.activate("a")

    rig.do(c.UpdateJobTimeout(job.key, timeout))

    assert not rig.activate("a")
    rig.advance(1)
    assert [again.key for again in rig.activate("a")] == [job.key]


def test_a_job_whose_time_is_given_back_is_not_taken_away() -> None:
    rig = EngineRig(restarts=True)
    rig.deploy(process("p").start().service_task("a").end())
    rig.create("p")
    (job,) = rig.activate("a")
    rig.do(c.UpdateJobTimeout(job.key, 0))

    rig.do(c.UpdateJobTimeout(job.key, 60_000))
    rig.advance(59)

    assert not rig.of("JOB", "TIMED_OUT")
    rig.advance(1)
    assert rig.of("JOB", "TIMED_OUT")
