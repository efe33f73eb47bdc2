"""Our gateway against what the real engine did, as recorded: no Java is needed.

`regressions/` holds scenarios that once differed and `hard_cases.xz` those made by hand, each with the real engine's whole
story; `campaign.xz` those of the recorded campaign with digests of it. All of the campaign is played;
`PENSTOCK_RECORDED=40` plays a share.

A share of both is played once more on a gateway that is killed after each step and goes on from its data: one in
`PENSTOCK_KILLED` (40) scenarios; 1 plays all.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.differential import compatibility
from tests.differential.archive import CAMPAIGN, Recorded, read
from tests.differential.campaign import REGRESSIONS
from tests.differential.hard_cases import recordings
from tests.differential.replay import Gateway

SHARE = int(os.environ.get("PENSTOCK_RECORDED", "100000"))
ONE_KILLED_IN = int(os.environ.get("PENSTOCK_KILLED", "40"))
_AT_ONCE = 25


def _share() -> list[list[Recorded]]:
    """As many as are asked for, evenly taken, some at once, in the order of their time."""
    every = _in_time(read(CAMPAIGN))
    taken = every[:: max(1, len(every) // SHARE)]
    return _some_at_once(taken, _AT_ONCE)


def _share_to_be_killed() -> list[list[Recorded]]:
    """Some of the campaign and of those made by hand, a few for each gateway."""
    return [
        *_some_at_once(_in_time(read(CAMPAIGN))[::ONE_KILLED_IN], _AT_ONCE),
        *_some_at_once(_in_time(recordings().values())[::ONE_KILLED_IN], _AT_ONCE),
    ]


def _in_time(recorded: Iterable[Recorded]) -> list[Recorded]:
    return sorted(recorded, key=lambda one: one.scenario.turn)


def _some_at_once(every: list[Recorded], count: int) -> list[list[Recorded]]:
    return [every[first : first + count] for first in range(0, len(every), count)]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with closing(Gateway()) as started:
        yield started


@pytest.fixture(scope="module")
def gateway_of_the_campaign() -> Iterator[Gateway]:
    """One whose clock nobody has moved: a cron that names days of a month means something else in another week."""
    with closing(Gateway()) as started:
        yield started


@pytest.mark.parametrize("path", sorted(REGRESSIONS.glob("*.json")), ids=lambda path: path.stem)
def test_a_scenario_that_once_differed_goes_as_recorded(path: Path, gateway: Gateway) -> None:
    recorded = Recorded.from_json(json.loads(path.read_text(encoding="utf-8")))

    told = gateway.differences(recorded)

    assert not told, "\n".join(told)


@pytest.mark.parametrize("recorded", recordings().values(), ids=recordings())
def test_a_hard_case_goes_as_recorded(recorded: Recorded, gateway: Gateway) -> None:

    told = gateway.differences(recorded)

    assert not told, "\n".join([*map(str, recorded.scenario.steps), *told])


@pytest.mark.parametrize("some", _share(), ids=lambda some: f"{some[0].scenario.name}-{some[-1].scenario.name}")
def test_the_campaign_goes_as_recorded(some: list[Recorded], gateway_of_the_campaign: Gateway) -> None:
    play = gateway_of_the_campaign.differences

    told = {recorded.scenario.name: play(recorded) for recorded in some}

    assert not any(told.values()), "\n".join(line for name, lines in told.items() if lines for line in (name, *lines))


@pytest.mark.parametrize("some", _share_to_be_killed(), ids=lambda some: f"{some[0].scenario.name}-{some[-1].scenario.name}")
def test_a_gateway_killed_after_each_step_goes_as_recorded(some: list[Recorded]) -> None:
    with closing(Gateway(restarts=True)) as killed:
        told = {recorded.scenario.name: killed.differences(recorded) for recorded in some}

    assert not any(told.values()), "\n".join(line for name, lines in told.items() if lines for line in (name, *lines))


def test_the_page_on_compatibility_says_what_is_recorded() -> None:
    assert compatibility.PAGE.read_text(encoding="utf-8") == compatibility.page()
