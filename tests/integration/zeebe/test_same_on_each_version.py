"""Scenarios on real brokers of each version: the read models equal those of the embedded gateway, wherever the clock is put."""

import json
from pathlib import Path

import pytest

from cli.scenarios.files import TestCase, read_cases
from cli.scenarios.models import Models, read_models
from cli.scenarios.read_models import read_models_of
from cli.scenarios.zeebe_run import broker_stages, play_on_both
from tests.bpmn_builder import Loop, ProcessBuilder
from tests.history_log import GOLDEN
from tests.zeebe_broker import cache
from zeebe.local_broker import BrokerMissing
from zeebe.local_broker.distribution import ARCHIVES

DELIVERY = {"processDefinitionId": "delivery"}


def delivery() -> bytes:
    """A message starts it; then a decision, a user task with a reminder, a message, a job for each parcel, and a wait."""
    return (
        ProcessBuilder("delivery")
        .start("ordered", message="parcels_ordered")
        .decision_task("choose_carrier", "carrier", result="carrier")
        .user_task("pack", form_id="confirm_delivery", groups='=["packers"]', due="=pack_until")
        .catch("driver_came", message="driver_came", correlation_key="=order")
        .service_task("hand_over", type="hand-over", loop=Loop("=items", element="item"))
        .catch("settle", duration="=settle_for")
        .end("delivered")
        .boundary("pack_late", "pack", interrupting=False, duration="PT1H")
        .service_task("remind_packer", type="remind-packer")
        .end("reminded")
        .boundary("lost", "hand_over", error="PARCEL_LOST")
        .end("not_delivered")
        .xml()
    )


def ordered(**variables: object) -> dict[str, object]:
    usual = {"order": "o1", "items": [1, 2], "fragile": False, "pack_until": "2030-01-02T10:00:00Z", "settle_for": "PT5S"}
    return {"type": "PUBLISH_MESSAGE", "name": "parcels_ordered", "correlationKey": "o1", "variables": usual | variables}


def driver_came() -> dict[str, object]:
    return {"type": "PUBLISH_MESSAGE", "name": "driver_came", "correlationKey": "o1", "variables": {"driver": "Ann"}}


def packed() -> dict[str, object]:
    return {"type": "COMPLETE_USER_TASK", "userTaskSelector": {"elementId": "pack"}, "variables": {"parcels": 2}}


def job_done(job_type: str) -> dict[str, object]:
    return {"type": "COMPLETE_JOB", "jobSelector": {"jobType": job_type}}


def time_passes(duration: str) -> dict[str, object]:
    return {"type": "INCREASE_TIME", "duration": duration}


def state(named: str) -> dict[str, object]:
    return {"type": "ASSERT_PROCESS_INSTANCE", "processInstanceSelector": DELIVERY, "state": named}


CASES = {
    # The broker's clock stands a month later afterwards, and is put back for the next case.
    "a month passes before the driver comes": [
        ordered(),
        time_passes("PT1H"),
        job_done("remind-packer"),
        packed(),
        time_passes("P30D"),
        driver_came(),
        job_done("hand-over"),
        job_done("hand-over"),
        time_passes("PT5S"),
        state("IS_COMPLETED"),
    ],
    "a timer is due in the month that was played before": [
        ordered(),
        packed(),
        driver_came(),
        job_done("hand-over"),
        job_done("hand-over"),
        state("IS_ACTIVE"),
        time_passes("PT5S"),
        state("IS_COMPLETED"),
    ],
    "a decision that fails is an incident, mended by hand": [
        ordered(items=[1, 2, 3], fragile=True),
        {"type": "ASSERT_PROCESS_INSTANCE", "processInstanceSelector": DELIVERY, "hasActiveIncidents": True},
        {"type": "UPDATE_VARIABLES", "processInstanceSelector": DELIVERY, "variables": {"fragile": False}},
        {"type": "RESOLVE_INCIDENT", "incidentSelector": {"elementId": "choose_carrier"}},
        packed(),
        state("IS_ACTIVE"),
    ],
    "an error ends the work on both parcels, at a date that is written": [
        {"type": "SET_TIME", "time": "2029-12-31T23:30:00Z"},
        ordered(),
        time_passes("PT1H"),
        packed(),
        driver_came(),
        {"type": "THROW_BPMN_ERROR_FROM_JOB", "jobSelector": {"jobType": "hand-over"}, "errorCode": "PARCEL_LOST"},
        state("IS_ACTIVE"),
        job_done("remind-packer"),
        state("IS_COMPLETED"),
    ],
    "an earlier date than that": [
        {"type": "SET_TIME", "time": "2029-06-01T08:00:00Z"},
        ordered(settle_for="P1D"),
        packed(),
        driver_came(),
        job_done("hand-over"),
        job_done("hand-over"),
        time_passes("P1D"),
        state("IS_COMPLETED"),
    ],
}


@pytest.fixture
def models(tmp_path: Path) -> Models:
    (tmp_path / "delivery.bpmn").write_bytes(delivery())
    return read_models(
        [tmp_path / "delivery.bpmn", GOLDEN / "models" / "carrier.dmn", GOLDEN / "models" / "confirm_delivery.form"]
    )


@pytest.fixture
def cases(tmp_path: Path) -> list[TestCase]:
    path = tmp_path / "delivery.json"
    told = [{"name": name, "instructions": instructions} for name, instructions in CASES.items()]
    path.write_text(json.dumps({"testCases": told}))
    return list(read_cases(path))


@pytest.mark.timeout(480)
@pytest.mark.parametrize("version", ARCHIVES)
async def test_each_version_of_zeebe_gives_the_read_models_of_the_embedded_gateway(version, models, cases) -> None:
    try:
        async with broker_stages(version, cache(), None, lambda _line: None) as stages:
            outcomes = [await play_on_both(case, models, stages) for case in cases]
    except BrokerMissing as missing:
        pytest.skip(f"the real Zeebe {version} cannot run here: {missing}")

    assert {outcome.case.name: outcome.failure for outcome in outcomes} == dict.fromkeys(CASES, "")
    told = [read_models_of(outcome.records) for outcome in outcomes]
    assert {table for each in told for table, rows in each.items() if rows} == set(told[0])
