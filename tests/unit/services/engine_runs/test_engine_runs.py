import json
from datetime import date

import pytest

from services.engine_runs import EngineRun, FolderEngineRuns, checksum
from services.engine_runs.folder import write_runs

MODEL = b"<definitions/>"


@pytest.fixture
def processes(tmp_path):
    (tmp_path / "orders").mkdir()
    return tmp_path


def run(model: bytes = MODEL) -> EngineRun:
    return EngineRun(
        bpmn_process_id="order",
        resource_name="order.bpmn",
        checksum=checksum(model),
        zeebe_version="8.5.8",
        scenarios=7,
        recorded_on=date(2026, 11, 21),
    )


def test_a_written_run_is_found_by_its_process_and_model(processes) -> None:
    write_runs(processes / "orders", [run()])

    found = FolderEngineRuns(processes).of("order", MODEL)

    assert found == run()


def test_a_changed_model_has_no_run(processes) -> None:
    write_runs(processes / "orders", [run()])
    runs = FolderEngineRuns(processes)

    changed = runs.of("order", MODEL + b" ")
    other = runs.of("refund", MODEL)

    assert (changed, other) == (None, None)


@pytest.mark.parametrize(
    "content", ["", "[{}]", "{", json.dumps([{"bpmn_process_id": "order", "scenarios": 0}]), "[" * 100_000]
)
def test_a_file_that_is_no_run_proves_nothing(processes, content) -> None:
    (processes / "orders" / "zeebe_runs.json").write_text(content)

    found = FolderEngineRuns(processes).of("order", MODEL)

    assert found is None
