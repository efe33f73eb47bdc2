import pytest

from tests.unit.zeebe.broker_answers import LEADER, broker, handed
from zeebe.exporter_progress import ExporterUnknown, exporter_progress


@pytest.mark.parametrize(
    ("metrics", "lag"),
    [
        pytest.param(handed(5689.0), 0, id="what was handed over is acknowledged, what follows is passed by"),
        pytest.param(handed(5.689e3).replace(",}", "}"), 0, id="as 8.6 writes it"),
        pytest.param(handed(5691.0), 5, id="what was handed over is not acknowledged"),
        pytest.param(handed(5689.0) + handed(5691.0, exporter="other"), 5, id="of two exporters one waits"),
        pytest.param(handed(5689.0, partition=2), 5, id="it is told of another partition only"),
        pytest.param(None, 5, id="there are no metrics"),
    ],
)
async def test_only_what_was_handed_over_and_not_acknowledged_is_to_go(metrics, lag) -> None:
    with broker({"1": LEADER, "2": {**LEADER, "role": "FOLLOWER"}}, metrics) as url:
        [found] = await exporter_progress(url)

    assert found.lag(received=-1) == lag


async def test_what_the_sink_has_is_not_to_go_although_its_answer_was_lost() -> None:
    with broker({"1": LEADER}, handed(5694.0)) as url:
        [found] = await exporter_progress(url)

    assert found.lag(received=5694) == 0


async def test_a_paused_exporter_has_all_before_it_that_it_did_not_acknowledge() -> None:
    with broker({"1": {**LEADER, "exporterPhase": "PAUSED"}}, handed(5689.0)) as url:
        [found] = await exporter_progress(url)

    assert not found.is_exporting
    assert found.lag(received=-1) == 5


@pytest.mark.parametrize("partitions", [[], {"1": None}, {"1": {"role": "LEADER"}}], ids=["list", "null", "no positions"])
async def test_an_answer_of_another_form_is_no_progress(partitions) -> None:
    with broker(partitions, "") as url, pytest.raises(ExporterUnknown):
        await exporter_progress(url)
