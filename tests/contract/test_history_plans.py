"""Every list and number a page shows is found through an index: SQLite's own plans, whatever the tables' size."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from history.queries import IncidentFilter, InstanceFilter, Queries, TaskOrder, UserTaskFilter
from tests.databases import empty_database
from tests.history_log import golden, project

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# Tables that grow with every instance; the others grow with deployments, hours or nothing.
LARGE = {
    "process_instance",
    "element_instance",
    "sequence_flow",
    "job",
    "user_task",
    "user_task_candidate",
    "incident",
    "variable",
    "variable_history",
    "decision_evaluation",
    "instance_event",
    "waiting",
}
PAGES: dict[str, Callable[[Queries, int], object]] = {
    "instances": lambda q, _: q.instances(with_total=True),
    "instances of a process": lambda q, _: q.instances(InstanceFilter("order"), with_total=True),
    "stuck instances": lambda q, _: q.instances(InstanceFilter(states=["INCIDENT"]), with_total=True),
    "ended instances": lambda q, _: q.instances(InstanceFilter(states=["COMPLETED", "CANCELED"])),
    "instances at an element": lambda q, _: q.instances(InstanceFilter("order", element_id="paid")),
    "instances with a variable": lambda q, _: q.instances(InstanceFilter(variable_name="order_id", variable_value="A-1")),
    "instances of an hour": lambda q, _: q.instances(InstanceFilter(started_after=NOW, started_before=NOW)),
    "instances by error": lambda q, _: q.instances(InstanceFilter(error_message="roof")),
    "one instance": lambda q, key: (q.instance(key), q.child_instances(key), q.timeline(key), q.element_statistics(key)),
    "its parts": lambda q, key: (q.variables(key), q.jobs(key), q.decision_evaluations(key), q.waiting_for(key)),
    "its flows": lambda q, key: (q.flow_statistics(key), q.variable_history(key, "reserved"), q.instance_incidents(key)),
    "incidents": lambda q, _: (q.incidents(with_total=True), q.incident_groups()),
    "incidents of a process": lambda q, _: q.incidents(IncidentFilter(bpmn_process_id="order")),
    "tasks": lambda q, _: q.user_tasks(with_total=True, with_variables=["order_id"]),
    "tasks by due date": lambda q, _: q.user_tasks(order=TaskOrder.DUE),
    "tasks by follow-up": lambda q, _: q.user_tasks(order=TaskOrder.FOLLOW_UP),
    "my tasks": lambda q, _: q.user_tasks(UserTaskFilter(assignee="ann")),
    "tasks for me": lambda q, _: q.user_tasks(UserTaskFilter(visible_to_user="ann", visible_to_groups=["office"])),
    "tabs": lambda q, _: q.user_task_counts(UserTaskFilter(visible_to_user="ann"), me="ann", now=NOW),
    "one task": lambda q, _: q.user_task(q.user_tasks().items[0].key),
    "groups": lambda q, _: q.candidate_groups(),
    "processes": lambda q, _: (q.processes(), q.process_versions("order")),
    "heat map": lambda q, _: q.heat_map("order", start=NOW, end=NOW),
    "start page": lambda q, _: (q.summary(NOW), q.throughput(NOW, NOW), q.changed_since("1:1")),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    engine = empty_database(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'history.db'}")
    project(engine, golden())
    yield engine
    engine.dispose()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_a_growing_table_from_end_to_end(engine, page) -> None:
    queries = Queries(engine)
    key = queries.instances(InstanceFilter("order")).items[-1].key
    asked: list[tuple] = []
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2:4]))

    PAGES[page](queries, key)

    plans = []
    with engine.connect() as connection:
        for statement, parameters in asked[:]:
            plans += [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    read_whole = [plan for plan in plans if (scan := re.match(r"SCAN (\w+)", plan)) and scan[1] in LARGE]
    assert plans
    assert read_whole == []
