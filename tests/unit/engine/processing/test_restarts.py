"""A partition that is rebuilt from its store after every step does exactly what one does that never stopped."""

import pytest

from tests.engine_rig import EngineRig
from tests.engine_scenarios import SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_restart_after_each_step_changes_no_record(name: str) -> None:
    steady, restarted = EngineRig(), EngineRig(restarts=True)

    SCENARIOS[name](steady)
    SCENARIOS[name](restarted)

    assert restarted.records == steady.records
    assert not [
        entry
        for entry in steady.records
        if entry["recordType"] == "COMMAND_REJECTION" and entry["valueType"] != "PROCESS_INSTANCE"
    ]


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"boundaries", "waiting", "starts"}))
def test_nothing_is_kept_of_instances_that_have_ended(name: str) -> None:
    rig = EngineRig()

    SCENARIOS[name](rig)

    assert rig.stored_rows == 0
    assert not rig.processor.engine.state.processes
