"""Values that an engine accepts from anybody must neither stop the projection nor grow into each other, on either database."""

import random
from itertools import count

import pytest

from history.projector import ProjectionStopped, Projector
from history.queries import Queries, UserTaskFilter
from tests.databases import empty_database
from zeebe.records import Record

positions = count(1)


@pytest.fixture
def engine(database_url):
    engine = empty_database(database_url)
    yield engine
    engine.dispose()


def long_text(length: int, seed: int = 1) -> str:
    """Text that no index can compress."""
    return "".join(chr(random.Random(seed + at).randrange(0x4E00, 0x9FFF)) for at in range(length))


def record(value_type: str, intent: str, key: int, **value: object) -> Record:
    position = next(positions)
    shared = {
        "processInstanceKey": 7,
        "processDefinitionKey": 3,
        "bpmnProcessId": "order",
        "elementInstanceKey": 8,
        "elementId": "task",
    }
    return Record(
        position=position,
        value_type=value_type,
        intent=intent,
        key=key,
        timestamp=position,
        record_type="EVENT",
        value=shared | value,
    )


def test_long_names_are_cut_and_stay_different(engine) -> None:
    names = [long_text(5_000) + "a", long_text(5_000) + "b"]
    created = [record("VARIABLE", "CREATED", 10 + at, name=name, value="1", scopeKey=7) for at, name in enumerate(names)]

    Projector(engine).apply(created)

    stored = [variable.name for variable in Queries(engine).variables(7)]
    assert len(set(stored)) == 2
    assert all(len(name) < 600 and names[0].startswith(name[:500]) for name in stored)


def test_a_large_value_is_kept_whole(engine) -> None:
    value = '"' + long_text(100_000) + '"'

    Projector(engine).apply([record("VARIABLE", "CREATED", 10, name="letter", value=value, scopeKey=7)])

    assert Queries(engine).variables(7)[0].value == value


def test_people_and_groups_with_strange_names_are_listed(engine) -> None:
    group, assignee = long_text(4_000, seed=2), "a\x00b" + long_text(4_000, seed=3)
    task = record(
        "USER_TASK",
        "CREATED",
        20,
        assignee=assignee,
        candidateGroupsList=[group, group, "%", "' OR 1=1 --"],
        dueDate="+99999-13-99T99:99[Nowhere]",
    )

    Projector(engine).apply([task])

    found = Queries(engine).user_tasks(UserTaskFilter(candidate_groups=["' OR 1=1 --"])).items
    assert [each.key for each in found] == [20]
    assert found[0].due_at is None
    assert Queries(engine).user_tasks(UserTaskFilter(candidate_groups=["nobody"])).items == ()


@pytest.mark.parametrize(
    "date", ["9999-12-31T23:59:59Z", "2026-01-01T00:00:00.123456789Z[Etc/UTC]", "2026-02-30T00:00:00Z", "soon"]
)
def test_any_due_date_is_survived(engine, date) -> None:
    Projector(engine).apply([record("USER_TASK", "CREATED", 20, dueDate=date)])

    assert len(Queries(engine).user_tasks().items) == 1


def test_moments_that_no_calendar_holds_are_shown_as_its_last(engine) -> None:
    timer = record("TIMER", "CREATED", 30, targetElementId="task", dueDate=2**62, repetitions=1)

    Projector(engine).apply([timer])

    assert Queries(engine).waiting_for(7)[0].due_at.year == 9999


def test_an_id_with_no_room_in_an_index_stops_by_name(postgres_url) -> None:
    engine = empty_database(postgres_url)
    entered = record(
        "PROCESS_INSTANCE", "ELEMENT_ACTIVATING", 40, version=1, elementId=long_text(5_000), bpmnElementType="SERVICE_TASK"
    )

    with pytest.raises(ProjectionStopped, match="PROCESS_INSTANCE ELEMENT_ACTIVATING, key 40"):
        Projector(engine).apply([entered])

    engine.dispose()
