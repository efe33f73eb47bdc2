"""Random fault schedules: never zero or two effects of an approved item, never one of a refused one, every state true.

PENSTOCK_TEST_FAULT_SCHEDULES says how many seeds are played (1,000 for the full campaign), PENSTOCK_TEST_FAULT_SEED plays one.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from services.changes import InMemoryChangeLedger, ItemState, SetState, SqlChangeLedger
from services.changes.tables import metadata
from tests.unit.services.changes.simulation import Outcome, Simulation

SCHEDULES = int(os.environ.get("PENSTOCK_TEST_FAULT_SCHEDULES", "150"))
ONE_SEED = os.environ.get("PENSTOCK_TEST_FAULT_SEED")
SEEDS = [int(ONE_SEED)] if ONE_SEED else range(SCHEDULES)


def require_truth(seed: int, outcome: Outcome) -> None:
    """What must hold at the end of every schedule."""
    for item in outcome.items:
        where = f"seed {seed}, item {item.item_id}: {item.state}, {outcome.server.kind}"
        effects = sum(count for key, count in outcome.server.effects.items() if key.split(".")[0] == item.item_id)
        value = outcome.server.values[item.record, item.field]
        if item.item_id not in outcome.approved:
            assert (effects, item.state) == (0, ItemState.REFUSED), where
        elif item.item_id in outcome.foreign:
            assert (effects, item.state) == (0, ItemState.CONFLICT), where
            assert value == f"by hand {item.item_id}", where
        elif item.item_id in outcome.refused_by_target:
            assert (effects, item.state, value) == (0, ItemState.FAILED, "old"), where
        else:
            assert (effects, item.state, value) == (1, ItemState.APPLIED, item.after), where


async def test_whatever_breaks_each_approved_item_takes_effect_once_and_each_refused_one_never() -> None:
    kills, states = 0, Counter()

    for seed in SEEDS:
        outcome = await Simulation(seed, InMemoryChangeLedger()).run()
        require_truth(seed, outcome)
        kills += outcome.kills
        states.update(item.state for item in outcome.items)

    if not ONE_SEED:
        # The schedules did reach what they are about.
        assert kills > SCHEDULES
        assert {ItemState.APPLIED, ItemState.CONFLICT, ItemState.FAILED, ItemState.REFUSED} <= set(states)


async def test_the_same_holds_over_the_ledger_in_sql(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'changes.db'}")
    metadata.create_all(engine)

    for seed in range(10_000, 10_005):
        outcome = await Simulation(seed, SqlChangeLedger(engine)).run()
        require_truth(seed, outcome)
        assert outcome.state not in {SetState.PROPOSED, SetState.AWAITING, SetState.APPLYING}

    engine.dispose()


@pytest.mark.parametrize("seed", [3])
async def test_the_same_seed_is_the_same_schedule(seed: int) -> None:
    first = await Simulation(seed, InMemoryChangeLedger()).run()

    second = await Simulation(seed, InMemoryChangeLedger()).run()

    assert (first.steps, first.kills) == (second.steps, second.kills)
    assert [item.state for item in first.items] == [item.state for item in second.items]
