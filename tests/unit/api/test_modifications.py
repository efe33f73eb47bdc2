"""From what an operator wants of an instance's tokens to what the engine is told."""

from datetime import UTC, datetime

import pytest

from api.modifications import Modifiable, NothingToModify, NotThere
from history.queries import ElementInstance, Instance, ProcessElement
from zeebe.answers import ActivateInstruction

AT = datetime(2026, 1, 1, tzinfo=UTC)
# A process with a subprocess `pack`, in it another, `wrap`; a task in each.
SCOPES = {"buy": "shop", "pack": "shop", "fold": "pack", "wrap": "pack", "tape": "wrap", "ship": "shop"}


def visit(key: int, element_id: str, scope: int) -> ElementInstance:
    return ElementInstance(key, 1, element_id, "", "TASK", scope, "ACTIVE", 0, AT, None, key, None)


def running(*visits: ElementInstance) -> Modifiable:
    instance = Instance(
        key=1,
        bpmn_process_id="shop",
        process_name="",
        process_definition_key=9,
        version=1,
        state="ACTIVE",
        started_at=AT,
        ended_at=None,
        incident_count=0,
        tree_incident_count=0,
        parent_process_instance_key=None,
        parent_element_instance_key=None,
        root_process_instance_key=1,
    )
    targets = [ProcessElement(name, "TASK", "", scope, "", "") for name, scope in SCOPES.items()]
    return Modifiable(instance, visits, targets, SCOPES)


def test_a_move_ends_here_and_begins_there_in_one_command() -> None:
    wanted = running(visit(5, "buy", 1)).modification({5: "ship"}, (), (), {"paid": True})

    assert wanted.begins == (ActivateInstruction("ship", 0, {"": {"paid": True}}),)
    assert wanted.ends == (5,)


def test_a_token_moves_within_its_own_round_of_a_subprocess() -> None:
    twice = running(visit(5, "pack", 1), visit(6, "pack", 1), visit(7, "fold", 5), visit(8, "fold", 6))

    wanted = twice.modification({8: "tape"}, (), (), {})

    assert wanted.begins == (ActivateInstruction("tape", 6),)


def test_a_token_that_leaves_its_subprocess_is_the_instances() -> None:
    deep = running(visit(5, "pack", 1), visit(6, "wrap", 5), visit(7, "tape", 6))

    wanted = deep.modification({7: "ship"}, [6], ["buy"], {"a": 1})

    assert wanted.begins == (ActivateInstruction("ship", 0, {"": {"a": 1}}), ActivateInstruction("buy"))
    assert wanted.ends == (7, 6)


@pytest.mark.parametrize(
    ("moved", "ended", "begun", "error"),
    [
        ({}, [], [], NothingToModify),
        ({5: "moon"}, [], [], NotThere),
        ({4: "ship"}, [], [], NotThere),
        ({}, [4], [], NotThere),
        ({}, [], ["moon"], NotThere),
    ],
)
def test_what_is_not_there_is_refused_before_the_engine_hears_of_it(moved, ended, begun, error) -> None:
    with pytest.raises(error):
        running(visit(5, "buy", 1)).modification(moved, ended, begun, {})
