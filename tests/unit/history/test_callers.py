"""An incident shows on every instance that waits for the stuck one."""

from itertools import count

import pytest

from history.queries import InstanceFilter, Queries
from tests.databases import empty_database
from tests.history_log import contents, project
from zeebe.records import Record

ROOT, MIDDLE, LEAF = 101, 102, 103
positions = count(1)


def record(value_type: str, intent: str, key: int, **value: object) -> Record:
    shared = {"processDefinitionKey": 1, "bpmnProcessId": "nested", "tenantId": "<default>"}
    position = next(positions)
    return Record(
        position=position,
        value_type=value_type,
        intent=intent,
        key=key,
        timestamp=position,
        record_type="EVENT",
        value=shared | value,
    )


def instance(intent: str, key: int, caller: int = -1) -> Record:
    return record(
        "PROCESS_INSTANCE",
        intent,
        key,
        processInstanceKey=key,
        version=1,
        elementId="nested",
        bpmnElementType="PROCESS",
        parentProcessInstanceKey=caller,
        parentElementInstanceKey=caller,
    )


def incident(intent: str, key: int) -> Record:
    return record("INCIDENT", intent, key, errorType="IO", processInstanceKey=LEAF, elementInstanceKey=LEAF, elementId="nested")


CALLS = [
    instance("ELEMENT_ACTIVATING", ROOT),
    instance("ELEMENT_ACTIVATING", MIDDLE, ROOT),
    instance("ELEMENT_ACTIVATING", LEAF, MIDDLE),
]
STUCK = [incident("CREATED", 201), incident("CREATED", 202)]
RESOLVED = [incident("RESOLVED", 201)]


@pytest.mark.parametrize("cuts", [[], [1, 2, 3, 4], [2], [3], [3, 5]])
def test_incidents_count_for_all_callers(tmp_path, cuts) -> None:
    engine = empty_database(f"sqlite:///{tmp_path / 'history.db'}")

    project(engine, [*CALLS, *STUCK], cuts)

    instances = {each.key: each for each in Queries(engine).instances(InstanceFilter(states=["INCIDENT"])).items}
    assert {key: (each.incident_count, each.tree_incident_count) for key, each in instances.items()} == {
        ROOT: (0, 2),
        MIDDLE: (0, 2),
        LEAF: (2, 2),
    }
    assert {each.root_process_instance_key for each in instances.values()} == {ROOT}


@pytest.mark.parametrize("cuts", [[], [5], [1, 2, 3, 4, 5, 6, 7]])
def test_a_resolved_incident_is_taken_back_once(tmp_path, cuts) -> None:
    engine = empty_database(f"sqlite:///{tmp_path / 'history.db'}")

    project(engine, [*CALLS, *STUCK, *RESOLVED, incident("RESOLVED", 202), incident("RESOLVED", 202)], cuts)

    rows = contents(engine)["process_instance"]
    assert [row[-2:] for row in rows] == [(0, 0), (0, 0), (0, 0)]
    assert Queries(engine).count_instances(InstanceFilter(states=["ACTIVE"])) == 3
