"""Our gateway against what the real engine did, as recorded: no Java is needed.

`regressions/` holds scenarios that once differed, each with the real engine's whole story; `campaign.xz` those of the recorded
campaign with digests of it. A share of the campaign is played; `PENSTOCK_RECORDED=2000` plays all of it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.differential.archive import CAMPAIGN, Recorded, read
from tests.differential.campaign import REGRESSIONS
from tests.differential.replay import Gateway

SHARE = int(os.environ.get("PENSTOCK_RECORDED", "40"))


def _share() -> list[Recorded]:
    """As many as are asked for, evenly taken, in the order of their time; restarts are tested elsewhere and take long."""
    every = list(read(CAMPAIGN))
    step = max(1, len(every) // SHARE)
    return sorted(every[::step], key=lambda recorded: recorded.scenario.turn)


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with closing(Gateway()) as started:
        yield started


@pytest.mark.parametrize("path", sorted(REGRESSIONS.glob("*.json")), ids=lambda path: path.stem)
def test_a_scenario_that_once_differed_goes_as_recorded(path: Path, gateway: Gateway) -> None:
    recorded = Recorded.from_json(json.loads(path.read_text(encoding="utf-8")))

    told = gateway.differences(recorded, restarts=False)

    assert not told, "\n".join(told)


@pytest.mark.parametrize("recorded", _share(), ids=lambda recorded: recorded.scenario.name)
def test_a_scenario_of_the_campaign_goes_as_recorded(recorded: Recorded, gateway: Gateway) -> None:

    told = gateway.differences(recorded, restarts=False)

    assert not told, "\n".join([*map(str, recorded.scenario.steps), *told])
