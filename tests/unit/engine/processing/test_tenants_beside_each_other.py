"""Two tenants that do the same at the same time, under the same names, do each exactly what they would do alone."""

import pytest

from engine.processing.commands import DEFAULT_TENANT
from tests.engine_rig import EngineRig
from tests.engine_scenarios import SCENARIOS
from tests.tenant_rigs import SharedEngine, story


def alone(name: str, tenant_id: str) -> list[str]:
    rig = EngineRig(tenant_id=tenant_id)
    rig.job_tenants = (tenant_id,)
    SCENARIOS[name](rig)
    return story(rig)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("seed", [1, 2])
def test_each_tenant_sees_what_it_would_see_alone(name: str, seed: int) -> None:
    shared = SharedEngine(seed, restarts=seed == 2)

    first, second = shared.play(SCENARIOS[name], DEFAULT_TENANT, "acme")

    assert story(first) == alone(name, DEFAULT_TENANT)
    assert story(second) == alone(name, "acme")


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_record_of_a_tenant_says_whose_it_is(name: str) -> None:
    rig = EngineRig(tenant_id="acme")

    SCENARIOS[name](rig)

    unnamed = {
        (record["valueType"], record["intent"])
        for record in rig.records
        if record["recordType"] == "EVENT" and record["value"].get("tenantId") != "acme"
    }
    # Zeebe says it not there either: a batch has the tenants asked for, a deletion that begins does not know whose it is.
    assert unnamed <= {
        ("JOB_BATCH", "ACTIVATED"),
        ("MULTI_INSTANCE", "INPUT_COLLECTION_EVALUATED"),
        ("PROCESS_INSTANCE_MIGRATION", "MIGRATED"),
        ("RESOURCE_DELETION", "DELETING"),
    }
