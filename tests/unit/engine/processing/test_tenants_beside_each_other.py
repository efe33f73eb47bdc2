"""Two tenants that do the same at the same time, under the same names, do each exactly what they would do alone."""

import pytest

from engine.processing.commands import DEFAULT_TENANT
from tests.engine_rig import EngineRig
from tests.engine_scenarios import SCENARIOS
from tests.tenant_rigs import UNNAMED, SharedEngine, story, story_alone


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("seed", [1, 2])
def test_each_tenant_sees_what_it_would_see_alone(name: str, seed: int) -> None:
    shared = SharedEngine(seed, restarts=seed == 2)

    first, second = shared.play(SCENARIOS[name], DEFAULT_TENANT, "acme")

    assert story(first) == story_alone(SCENARIOS[name], DEFAULT_TENANT)
    assert story(second) == story_alone(SCENARIOS[name], "acme")


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_record_of_a_tenant_says_whose_it_is_where_zeebes_do(name: str) -> None:
    rig = EngineRig(tenant_id="acme")

    SCENARIOS[name](rig)

    unnamed = {
        (record["valueType"], record["intent"])
        for record in rig.records
        if record["recordType"] == "EVENT" and record["value"].get("tenantId") != "acme"
    }
    assert unnamed <= UNNAMED
