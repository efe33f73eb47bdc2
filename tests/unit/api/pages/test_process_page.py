from datetime import date
from pathlib import Path

import pytest

from history.projector import Projector
from services.engine_runs import EngineRun, InMemoryEngineRuns, checksum
from tests.history_log import golden
from tests.web_app import running_web_app

MODEL = (Path(__file__).parents[3] / "golden" / "models" / "complaint.bpmn").read_bytes()


def run(version: str) -> EngineRun:
    return EngineRun(
        bpmn_process_id="complaint",
        resource_name="complaint.bpmn",
        checksum=checksum(MODEL),
        zeebe_version=version,
        scenarios=7,
        recorded_on=date(2026, 11, 21),
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "7 scenarios, same on embedded and Zeebe 8.5.8, 8.6.0"),
        ("ru", "7 сценариев одинаковы на встроенном движке и на Zeebe 8.5.8, 8.6.0"),
    ],
)
async def test_a_process_tells_on_which_versions_of_zeebe_its_scenarios_were_the_same(tmp_path, language, told) -> None:
    recorded = InMemoryEngineRuns([run("8.6.0"), run("8.5.8")])

    async with running_web_app(tmp_path, engine_runs=recorded) as app, app.signed_in("manager") as browser:
        Projector(app.engine).apply(golden())
        played = await browser.get("/processes/complaint?version=1", headers={"Accept-Language": language})
        other = await browser.get("/processes/order", headers={"Accept-Language": language})

    assert told in played.text
    assert "Zeebe 8." not in other.text
