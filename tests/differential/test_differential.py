"""Our gateway beside the real engine: the same files and commands, the same answers, outcomes and order of events.

`PENSTOCK_DIFFERENTIAL=1000` plays that many generated scenarios; a few are played without it. Needs a Java of 21 or newer
(one comes with the tests' packages), and Maven for the first time; the tests are skipped by name where they are missing.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as pb

from tests.deployment_answers import answers
from tests.differential.actor import invent
from tests.differential.campaign import Engines, refusal
from tests.differential.engines import EngineStuck
from tests.differential.launcher import EngineMissing

SCENARIOS = int(os.environ.get("PENSTOCK_DIFFERENTIAL", "6"))
FIRST_SEED = int(os.environ.get("PENSTOCK_DIFFERENTIAL_SEED", "1"))

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    try:
        both = Engines()
    except EngineMissing as missing:
        pytest.skip(f"differential tests: {missing}")
    with closing(both):
        yield both


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SCENARIOS))
def test_a_generated_scenario_is_the_same_on_both(seed, engines):
    try:
        scenario, expected, _ = invent(seed, engines.real)
    except EngineStuck:
        engines.renew()
        pytest.skip("the real engine turns in a circle here")

    told = engines.against(scenario, expected)
    if (reason := refusal(told)) is not None and "not supported" in reason:
        pytest.skip(f"not supported yet: {reason}")

    assert not told, "\n".join([*map(str, scenario.steps), *told])


def test_the_recorded_answers_are_still_what_the_real_engine_says(engines):

    # All of them where many scenarios are asked for, else a tenth: the real engine takes its time for each.
    every = list(answers())
    wrong = []
    for answer in every if SCENARIOS >= 100 else every[::10]:
        resource = pb.Resource(name="x.bpmn", content=answer.content)
        try:
            engines.real.stub.DeployResource(pb.DeployResourceRequest(resources=[resource]), timeout=20)
            accepted, details = True, "OK"
        except grpc.RpcError as error:
            accepted, details = False, error.details()
        if accepted != answer.accepted or not answer.complaints <= set(re.sub(r"['`]x\.bpmn['`]: ", "", details).splitlines()):
            wrong.append(f"{answer.name}: {details}")

    assert not wrong, "\n".join(wrong)
