import json
from pathlib import Path
from typing import Any

import pytest

from cli.scenarios.files import InvalidScenario, read_cases, scenario_files


def written(folder: Path, *instructions: Any, name: str = "a case") -> Path:
    path = folder / "case.json"
    path.write_text(json.dumps({"testCases": [{"name": name, "instructions": list(instructions)}]}))
    return path


def test_reads_the_example_of_the_form_with_what_an_editor_adds(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    instruction = {"type": "CREATE_PROCESS_INSTANCE", "processDefinitionSelector": {"processDefinitionId": "order"}}
    case = {"name": "it starts", "description": "why", "instructions": [instruction], "metadata": {"processInstanceId": 1}}
    path.write_text(json.dumps({"$schema": "…", "processId": "order", "testCases": [case]}))

    [read] = read_cases(path)

    assert (read.name, read.description, read.instructions[0].type) == ("it starts", "why", "CREATE_PROCESS_INSTANCE")


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ({"type": "FLY_TO_THE_MOON"}, "instruction 1: nobody knows the instruction 'FLY_TO_THE_MOON'"),
        ({"type": "COMPLETE_JOBS"}, "nobody knows the instruction 'COMPLETE_JOBS'; did you mean COMPLETE_JOB?"),
        ({"type": "COMPLETE_JOB_USER_TASK_LISTENER"}, "Zeebe 8.5 has no user task listeners"),
        ({"type": "INCREASE_TIME"}, "INCREASE_TIME.duration: Field required"),
        ({"type": "INCREASE_TIME", "duration": "PT1H", "durration": "PT2H"}, "durration: Extra inputs are not permitted"),
        ({"type": "COMPLETE_JOB", "jobSelector": {}}, "give at least one of jobType, elementId, processDefinitionId"),
        ({"duration": "PT1H"}, "instruction 1"),
        (
            {"type": "ASSERT_USER_TASK", "userTaskSelector": {"elementId": "a"}, "priority": 3},
            "a user task of Zeebe 8.5 has no priority",
        ),
        (
            {"type": "CONDITIONAL_BEHAVIOR", "conditions": [], "actions": [{"type": "SET_TIME", "time": "x"}]},
            "conditions",
        ),
    ],
)
def test_an_instruction_nobody_can_play_is_refused_with_its_place(
    tmp_path: Path, instruction: dict[str, Any], reason: str
) -> None:
    path = written(tmp_path, instruction)

    with pytest.raises(InvalidScenario) as refused:
        read_cases(path)

    assert str(path) in str(refused.value)
    assert "'a case'" in str(refused.value)
    assert reason in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"testCases": 3}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_scenario_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)

    with pytest.raises(InvalidScenario, match=r"broken\.json: "):
        read_cases(path)


def test_folders_give_the_json_files_of_their_scenarios_folders_only(tmp_path: Path) -> None:
    scenarios = tmp_path / "order" / "scenarios"
    scenarios.mkdir(parents=True)
    for file in (scenarios / "b.json", scenarios / "a.json", tmp_path / "order" / "other.json"):
        file.write_text("{}")

    assert scenario_files([tmp_path]) == scenario_files([scenarios]) == [scenarios / "a.json", scenarios / "b.json"]


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidScenario, match="nowhere: there is no such file"):
        scenario_files([tmp_path / "nowhere"])
