from collections import Counter
from datetime import UTC, datetime

import pytest

from history.queries import Queries
from tests.databases import empty_database
from tests.history_log import golden, project

LOG = golden()
ELEMENTS = [record for record in LOG if record.value_type == "PROCESS_INSTANCE" and record.is_event]


@pytest.fixture(scope="module")
def queries(tmp_path_factory) -> Queries:
    engine = empty_database(f"sqlite:///{tmp_path_factory.mktemp('heat') / 'history.db'}")
    project(engine, LOG)
    return Queries(engine)


def counted(process: str, intent: str) -> Counter:
    """Straight from the log; a multi-instance's body is not a visit of its element."""
    return Counter(
        record.value["elementId"]
        for record in ELEMENTS
        if record.value["bpmnProcessId"] == process
        and record.intent == intent
        and record.value["bpmnElementType"] not in {"PROCESS", "MULTI_INSTANCE_BODY"}
    )


@pytest.mark.parametrize("process", ["order", "delivery", "complaint"])
def test_counts_are_those_of_the_log(queries, process) -> None:
    heat_map = queries.heat_map(process)

    cells = {cell.element_id: cell for cell in heat_map.cells}
    assert {key: cell.count for key, cell in cells.items() if cell.count} == counted(process, "ELEMENT_ACTIVATING")
    assert {key: cell.completed for key, cell in cells.items() if cell.completed} == counted(process, "ELEMENT_COMPLETED")
    assert {key: cell.terminated for key, cell in cells.items() if cell.terminated} == counted(process, "ELEMENT_TERMINATED")
    assert {flow.element_id: flow.count for flow in heat_map.flows} == counted(process, "SEQUENCE_FLOW_TAKEN")


@pytest.mark.parametrize("process", ["order", "delivery"])
def test_who_entered_and_did_not_leave_is_there_now(queries, process) -> None:
    cells = queries.heat_map(process).cells

    assert all(cell.active == cell.count - cell.completed - cell.terminated for cell in cells)
    assert sum(cell.active for cell in cells) > 0


def test_a_migrated_token_is_there_under_its_new_version(queries) -> None:
    active = {
        version: {cell.element_id: cell.active for cell in queries.heat_map("complaint", version).cells if cell.active}
        for version in (1, 2)
    }

    assert active == {1: {}, 2: {"reply": 1, "apologize": 1}}


def test_the_process_itself_has_a_cell(queries) -> None:
    process = queries.heat_map("order").process

    assert (process.count, process.active, process.completed, process.terminated) == (7, 3, 3, 1)


def test_durations_are_those_of_the_log(queries) -> None:
    started = {record.key: record.timestamp for record in ELEMENTS if record.intent == "ELEMENT_ACTIVATING"}
    took = sorted(
        record.timestamp - started[record.key]
        for record in ELEMENTS
        if record.intent == "ELEMENT_COMPLETED" and record.value["elementId"] == "reserve"
    )

    cell = next(cell for cell in queries.heat_map("order").cells if cell.element_id == "reserve")

    assert cell.mean_ms == pytest.approx(sum(took) / len(took))
    assert cell.p50_ms == pytest.approx(took[len(took) // 2 - 1], rel=0.025)
    assert cell.p95_ms == pytest.approx(took[-1], rel=0.025)


def test_a_period_counts_its_own_hours_only(queries) -> None:
    hour = 3_600_000
    border = max(record.timestamp for record in LOG) // hour * hour
    moment = datetime.fromtimestamp(border / 1000, UTC)

    before = queries.heat_map("order", end=moment)
    since = queries.heat_map("order", start=moment)

    late = Counter(
        record.value["elementId"]
        for record in ELEMENTS
        if record.intent == "ELEMENT_ACTIVATING" and record.timestamp >= border and record.value["bpmnProcessId"] == "order"
    )
    assert since.process.count == late["order"]
    assert before.process.count + since.process.count == queries.heat_map("order").process.count
    assert {cell.element_id: cell.count for cell in since.cells if cell.count} == {
        element_id: count for element_id, count in late.items() if element_id != "order"
    }


def test_throughput_adds_up_to_the_instances(queries) -> None:
    started = datetime.fromtimestamp(min(record.timestamp for record in LOG) / 1000, UTC)
    ended = datetime.fromtimestamp(max(record.timestamp for record in LOG) / 1000 + 1, UTC)

    hours = queries.throughput(started, ended)
    days = queries.throughput(started, ended, every="day")

    assert sum(hour.started for hour in hours) == sum(day.started for day in days) == len(queries.instances().items)
    assert sum(hour.completed for hour in hours) == 4
    assert sum(hour.canceled for hour in hours) == 1
    assert sum(day.incidents for day in days) == 5
    assert len(days) == 2


def test_an_unknown_process_has_an_empty_map(queries) -> None:
    heat_map = queries.heat_map("nothing")

    assert (heat_map.process, heat_map.cells, heat_map.flows) == (None, (), ())


def test_another_tenant_sees_nothing(queries) -> None:
    foreign = Queries(queries._engine, tenant_id="acme")

    assert foreign.heat_map("order").cells == ()
    assert foreign.processes() == []


def test_what_stands_at_each_element_is_what_the_heat_map_says_about_now(queries) -> None:
    running = queries.running_at("order")

    cells = {cell.element_id: (cell.active, cell.stuck) for cell in queries.heat_map("order").cells if cell.active}
    assert cells
    assert {element_id: (here.active, here.stuck) for element_id, here in running.items()} == cells


def test_processes_for_a_choice_are_the_same_without_their_instances(queries) -> None:
    names = [(process.bpmn_process_id, process.name, process.latest.key) for process in queries.processes(counted=False)]

    assert names == [(process.bpmn_process_id, process.name, process.latest.key) for process in queries.processes()]
    assert {process.active for process in queries.processes(counted=False)} == {0}
