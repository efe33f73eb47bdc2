from typing import Any

from cli.scenarios.key_names import key_names
from history.tables import metadata


def rows(**filled: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {name: filled.get(name, []) for name in metadata.tables}


def instance(key: int, process: str, parent: int | None = None) -> dict[str, Any]:
    return {"key": key, "bpmn_process_id": process, "parent_element_instance_key": parent}


def element(key: int, name: str, scope: int) -> dict[str, Any]:
    return {"key": key, "element_id": name, "flow_scope_key": scope}


def job(key: int, at: int) -> dict[str, Any]:
    return {"key": key, "element_instance_key": at}


def test_branches_that_take_their_keys_in_turns_have_the_same_names() -> None:
    first_in_turn = [element(2, "each", 1), element(3, "each", 1), element(4, "check", 2), element(5, "check", 3)]
    one_by_one = [element(2, "each", 1), element(3, "check", 2), element(4, "each", 1), element(5, "check", 4)]

    ours = key_names(rows(process_instance=[instance(1, "p")], element_instance=first_in_turn))
    theirs = key_names(rows(process_instance=[instance(1, "p")], element_instance=one_by_one))

    assert sorted(ours.values()) == sorted(theirs.values())
    assert ours[5] == theirs[5] == "check in each in p of nobody 1 2 1"


def test_a_called_process_is_named_after_its_caller_and_a_job_after_its_element() -> None:
    running = [element(2, "call", 1), element(4, "work", 3)]
    called = [instance(1, "outer"), instance(3, "inner", parent=2)]

    names = key_names(rows(process_instance=called, element_instance=running, job=[job(9, 4), job(7, 4)]))

    assert names[3] == "inner of call in outer of nobody 1 1 1"
    assert (names[7], names[9]) == (f"job at {names[4]} 1", f"job at {names[4]} 2")


def test_the_same_element_twice_in_a_scope_is_told_apart_by_order() -> None:
    again = [element(5, "work", 1), element(2, "work", 1)]

    names = key_names(rows(process_instance=[instance(1, "p")], element_instance=again))

    assert (names[2], names[5]) == ("work in p of nobody 1 1", "work in p of nobody 1 2")
