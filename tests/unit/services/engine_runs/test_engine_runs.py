import json
from datetime import date

import pytest

from services.engine_runs import Agreement, EngineRun, FolderEngineRuns, agreements, checksum
from services.engine_runs.folder import write_runs

MODEL = b"<definitions/>"


@pytest.fixture
def processes(tmp_path):
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "order.bpmn").write_bytes(MODEL)
    return tmp_path


def run(model: bytes = MODEL, version: str = "8.5.8", scenarios: int = 7, day: int = 21) -> EngineRun:
    return EngineRun(
        bpmn_process_id="order",
        resource_name="order.bpmn",
        checksum=checksum(model),
        zeebe_version=version,
        scenarios=scenarios,
        recorded_on=date(2026, 11, day),
    )


def test_a_written_run_is_found_by_its_process_and_model(processes) -> None:
    write_runs(processes / "orders", [run()], "8.5.8")

    found = FolderEngineRuns(processes).of("order", MODEL)

    assert found == (run(),)


def test_a_changed_model_has_no_run(processes) -> None:
    write_runs(processes / "orders", [run()], "8.5.8")
    runs = FolderEngineRuns(processes)

    changed = runs.of("order", MODEL + b" ")
    other = runs.of("refund", MODEL)

    assert (changed, other) == ((), ())


def test_a_run_on_another_version_stands_beside_the_first(processes) -> None:
    write_runs(processes / "orders", [run()], "8.5.8")

    write_runs(processes / "orders", [run(version="8.6.0")], "8.6.0")

    assert FolderEngineRuns(processes).of("order", MODEL) == (run(), run(version="8.6.0"))


def test_runs_stand_in_one_order_whichever_version_was_played_last(processes) -> None:
    write_runs(processes / "orders", [run(version="8.6.0")], "8.6.0")

    write_runs(processes / "orders", [run()], "8.5.8")

    assert FolderEngineRuns(processes).of("order", MODEL) == (run(), run(version="8.6.0"))


def test_a_failure_on_one_version_leaves_what_the_other_proved(processes) -> None:
    write_runs(processes / "orders", [run()], "8.5.8")
    write_runs(processes / "orders", [run(version="8.6.0")], "8.6.0")

    write_runs(processes / "orders", [], "8.6.0")

    assert FolderEngineRuns(processes).of("order", MODEL) == (run(),)


def test_a_run_of_a_model_that_is_no_more_is_not_kept(processes) -> None:
    write_runs(processes / "orders", [run()], "8.5.8")
    changed = MODEL + b" "
    (processes / "orders" / "order.bpmn").write_bytes(changed)

    path = write_runs(processes / "orders", [run(changed, "8.6.0")], "8.6.0")

    assert [each["zeebe_version"] for each in json.loads(path.read_bytes())] == ["8.6.0"]


def test_versions_with_as_many_scenarios_are_told_together_in_their_order() -> None:
    runs = [run(version="8.10.0", day=22), run(version="8.6.0"), run(version="8.5.8", scenarios=9)]

    told = agreements(runs)

    assert told == [
        Agreement(9, ("8.5.8",), date(2026, 11, 21)),
        Agreement(7, ("8.6.0", "8.10.0"), date(2026, 11, 21)),
    ]


@pytest.mark.parametrize(
    "content", ["", "[{}]", "{", json.dumps([{"bpmn_process_id": "order", "scenarios": 0}]), "[" * 100_000]
)
def test_a_file_that_is_no_run_proves_nothing(processes, content) -> None:
    (processes / "orders" / "zeebe_runs.json").write_text(content)

    found = FolderEngineRuns(processes).of("order", MODEL)

    assert found == ()
