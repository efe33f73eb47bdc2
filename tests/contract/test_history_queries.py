"""Everything pages ask of the read models, on SQLite and on PostgreSQL, over the golden log."""

from dataclasses import replace
from datetime import timedelta

import pytest

from history.queries import (
    IncidentFilter,
    InstanceFilter,
    InvalidCursor,
    NotInHistory,
    Queries,
    TaskOrder,
    UserTaskFilter,
)
from tests.databases import empty_database
from tests.history_log import golden, project

LOG = golden()
STARTED = [
    record.key for record in LOG if record.intent == "ELEMENT_ACTIVATING" and record.value["bpmnElementType"] == "PROCESS"
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def queries(request, tmp_path_factory):
    if request.param == "sqlite":
        engine = empty_database(f"sqlite:///{tmp_path_factory.mktemp('queries') / 'history.db'}")
        project(engine, LOG)
        yield Queries(engine)
        return
    server = request.getfixturevalue("postgres_server")
    engine = empty_database(server.url(server.create_database()))
    project(engine, LOG)
    yield Queries(engine)
    engine.dispose()


def order(queries: Queries, order_id: str, process: str = "order"):
    """The instance of an order."""
    where = InstanceFilter(bpmn_process_id=process, variable_name="order_id", variable_value=order_id)
    return queries.instances(where).items[0]


def test_a_process_shows_its_latest_version_and_the_counts_of_all(queries) -> None:
    processes = {process.bpmn_process_id: process for process in queries.processes()}

    assert [process.name for process in queries.processes()] == ["Complaint", "Delivery", "Order & delivery"]
    complaint = processes["complaint"]
    assert (complaint.latest.version, complaint.versions, complaint.active, complaint.incidents) == (2, 2, 2, 1)
    ordered = processes["order"]
    assert (ordered.active, ordered.completed, ordered.canceled) == (3, 3, 1)
    assert [version.version for version in queries.process_versions("complaint")] == [2, 1]


def test_a_definition_comes_with_xml_and_elements(queries) -> None:
    definition = queries.latest_process_definition("order")

    elements = {element.element_id: element for element in queries.process_elements(definition.key)}
    assert definition.xml.startswith("<?xml")
    assert queries.process_definition(definition.key) == definition
    assert (elements["packing"].name, elements["packing"].element_type) == ("Packing", "SUB_PROCESS")
    assert elements["pack"].scope_id == "packing"
    assert (elements["flow_paid"].source_id, elements["flow_paid"].target_id) == ("paid", "packing")
    assert (elements["recalled"].element_type, elements["recalled"].source_id) == ("BOUNDARY_EVENT", "packing")


def test_decisions_and_forms_are_found_until_they_are_deleted(queries) -> None:
    graph = queries.decision_requirements()[0]

    assert graph.name == "Shipping"
    assert graph.deleted_at is not None
    assert queries.decisions() == []
    assert [decision.name for decision in queries.decision_versions("carrier")] == ["Carrier"]
    assert "<decisionTable" in queries.decision_requirements_document(graph.key).xml
    assert queries.latest_form("confirm_delivery").document.startswith('{"id":"confirm_delivery"')
    assert [form.form_id for form in queries.forms()] == ["confirm_delivery"]


def test_instances_come_newest_first_page_by_page(queries) -> None:
    seen, cursor = [], None
    while True:
        page = queries.instances(cursor=cursor, limit=5, with_total=True)
        seen += [instance.key for instance in page.items]
        assert page.total == len(STARTED)
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == sorted(STARTED, reverse=True)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (InstanceFilter(states=["ACTIVE"]), 4),
        (InstanceFilter(states=["INCIDENT"]), 3),
        (InstanceFilter(states=["COMPLETED", "CANCELED"]), 5),
        (InstanceFilter(bpmn_process_id="order"), 7),
        (InstanceFilter(bpmn_process_id="complaint", version=1), 0),
        (InstanceFilter(bpmn_process_id="order", element_id="paid", states=["ACTIVE"]), 1),
        (InstanceFilter(bpmn_process_id="order", element_id="refused", states=["COMPLETED"]), 3),
        (InstanceFilter(bpmn_process_id="order", variable_name="order_id", variable_value="A-1"), 1),
        (InstanceFilter(bpmn_process_id="order", variable_name="order_id", variable_value='"A-1"'), 1),
        (InstanceFilter(bpmn_process_id="order", variable_name="items", variable_value='[ "cup", "pot", "lid" ]'), 1),
        (InstanceFilter(bpmn_process_id="order", variable_name="courier"), 2),
        (InstanceFilter(error_message="NO WORDS"), 1),
        (InstanceFilter(error_message="100% wrong_"), 0),
        (InstanceFilter(key=STARTED[0]), 1),
        (InstanceFilter(keys=STARTED[:3]), 3),
    ],
)
def test_filters_select_instances(queries, where, found) -> None:
    page = queries.instances(where, with_total=True)

    assert len(page.items) == page.total == queries.count_instances(where) == found


def test_instances_can_be_asked_for_by_time(queries) -> None:
    first = queries.instance(STARTED[0])

    later = queries.instances(InstanceFilter(started_after=first.started_at + timedelta(milliseconds=1)))
    earlier = queries.instances(InstanceFilter(started_before=first.started_at + timedelta(milliseconds=1)))
    ended = queries.instances(InstanceFilter(ended_after=first.ended_at, ended_before=first.ended_at + timedelta(seconds=1)))

    assert len(later.items) == len(STARTED) - 1
    assert [each.key for each in earlier.items] == [first.key]
    assert first.key in {each.key for each in ended.items}


def test_callers_and_called_know_each_other(queries) -> None:
    parent = order(queries, "A-2")
    child = queries.child_instances(parent.key)[0]

    assert (child.bpmn_process_id, child.parent_process_instance_key) == ("delivery", parent.key)
    assert child.root_process_instance_key == parent.key
    assert queries.ancestor_instances(child.key) == [parent]
    assert (parent.state, parent.incident_count, parent.tree_incident_count) == ("INCIDENT", 0, 1)


def test_an_instance_tells_where_it_is_and_was(queries) -> None:
    instance = order(queries, "A-1")

    statistics = {each.element_id: each for each in queries.element_statistics(instance.key)}
    assert (statistics["reserve"].completed, statistics["pack"].completed) == (3, 3)
    assert {flow.element_id: flow.taken for flow in queries.flow_statistics(instance.key)}["flow_again"] == 2
    bodies = [each for each in queries.element_instances(instance.key) if each.element_type == "MULTI_INSTANCE_BODY"]
    assert [body.element_name for body in bodies] == ["Pack a parcel"]


def test_variables_are_seen_from_where_a_token_stands(queries) -> None:
    instance = queries.instances(InstanceFilter(bpmn_process_id="complaint", states=["INCIDENT"])).items[0]
    reply = next(each for each in queries.element_instances(instance.key) if each.element_id == "reply")

    visible = queries.visible_variables(instance.key, reply.key)

    assert visible == {"about": '"cup"', "subject": '"cup"', "items": "[]", "order_id": '"A-9"'}
    assert {each.name for each in queries.variables(instance.key, instance.key)} == {"about", "items", "order_id"}


def test_a_variable_tells_its_former_values(queries) -> None:
    values = queries.variable_history(order(queries, "A-1").key, "reserved")

    assert [each.value for each in values] == ["1", "2", "3"]


def test_a_timeline_tells_everything_in_order(queries) -> None:
    timeline = queries.timeline(order(queries, "A-2").key)

    kinds = [entry.kind for entry in timeline if not entry.kind.startswith("ELEMENT")]
    assert kinds == [
        "INSTANCE_STARTED",
        "JOB_FAILED",
        "INCIDENT_CREATED",
        "JOB_RETRIES_UPDATED",
        "INCIDENT_RESOLVED",
        "MESSAGE_CORRELATED",
        "ESCALATED",
    ]
    assert [entry.position for entry in timeline] == sorted(entry.position for entry in timeline)
    assert timeline[-1].element_name == "Deliver"


def test_a_moved_token_is_on_the_timeline(queries) -> None:
    kinds = [entry.kind for entry in queries.timeline(order(queries, "A-7").key)]

    assert "MODIFIED" in kinds
    assert kinds.index("MODIFIED") > kinds.index("ELEMENT_TERMINATED")


def test_jobs_tell_who_worked_and_why_it_failed(queries) -> None:
    jobs = queries.jobs(order(queries, "A-4").key)

    assert [(job.state, job.error_message, job.worker, job.activations) for job in jobs] == [
        ("CANCELED", "roof leaks", "golden", 1)
    ]
    assert jobs[0].headers == {"warehouse": "north"}


def test_decisions_tell_inputs_and_matched_rules(queries) -> None:
    called = queries.child_instances(order(queries, "A-1").key)[0]

    evaluation = queries.decision_evaluations(called.key)[0]

    size, carrier = evaluation.evaluated_decisions
    assert (evaluation.state, evaluation.output, size.output) == ("EVALUATED", '"van"', "3")
    assert [(each.name, each.value) for each in carrier.inputs] == [("Size", "3")]
    assert [(rule.rule_id, rule.index, rule.outputs[0].value) for rule in carrier.matched_rules] == [("large", 2, '"van"')]
    failed = [each for each in queries.evaluations_of("carrier", limit=100).items if each.state == "FAILED"]
    assert {"too fragile" in each.failure_message for each in failed} == {True}


def test_an_instance_tells_what_it_waits_for(queries) -> None:
    waiting = queries.waiting_for(order(queries, "A-5").key)

    assert [(each.kind, each.element_id, each.element_name, each.name, each.correlation_key) for each in waiting] == [
        ("MESSAGE", "paid", "Paid", "order-paid", "A-5")
    ]


def test_incidents_are_listed_and_grouped(queries) -> None:
    everything = queries.incidents(IncidentFilter(states=()), with_total=True)
    open_now = queries.incidents()

    assert (everything.total, len(open_now.items)) == (5, 2)
    assert queries.incident(open_now.items[0].key) == open_now.items[0]
    assert open_now.items[0].element_name == "Answer"
    groups = queries.incident_groups(IncidentFilter(states=(), error_type="JOB_NO_RETRIES"))
    assert sorted((group.error_message, group.count) for group in groups) == [
        ("no shelf, 0 left", 1),
        ("no words", 1),
        ("roof leaks", 1),
    ]
    assert queries.incidents(IncidentFilter(exact_message="no words")).items == open_now.items[:1]
    assert queries.incidents(IncidentFilter(error_message="WORDS", bpmn_process_id="order")).items == ()


def test_the_inbox_filters_and_orders(queries) -> None:
    confirm = UserTaskFilter(element_id="confirm")
    tasks = queries.user_tasks(confirm).items

    assert [(task.name, task.assignee, task.candidate_groups) for task in tasks] == [
        ("Confirm delivery", "ann", ("couriers", "office"))
    ]
    now = tasks[0].created_at
    every = [
        (UserTaskFilter(), 2),
        (UserTaskFilter(assignee="ann"), 1),
        (UserTaskFilter(unassigned=True), 1),
        (UserTaskFilter(candidate_groups=["office", "board"]), 1),
        (UserTaskFilter(candidate_user="bob"), 1),
        (UserTaskFilter(visible_to_user="eve", visible_to_groups=["couriers"]), 2),
        (UserTaskFilter(visible_to_user="eve"), 1),
        (UserTaskFilter(visible_to_user="ann"), 2),
        (UserTaskFilter(text="CONFIRM del"), 1),
        (UserTaskFilter(text="compl"), 1),
        (UserTaskFilter(text="%"), 0),
        (UserTaskFilter(due_before=now + timedelta(hours=3)), 1),
        (UserTaskFilter(due_before=now), 0),
        (UserTaskFilter(states=("CANCELED",)), 1),
    ]
    assert [queries.user_tasks(where, with_total=True).total for where, _ in every] == [count for _, count in every]
    assert [task.element_id for task in queries.user_tasks(order=TaskOrder.DUE).items] == ["confirm", "apologize"]
    assert queries.candidate_groups() == ["couriers", "office"]


def test_every_order_of_the_inbox_pages_without_gap(queries) -> None:
    where = UserTaskFilter(states=())
    for each in TaskOrder:
        first = queries.user_tasks(where, order=each, limit=1)
        second = queries.user_tasks(where, order=each, limit=1, cursor=first.next_cursor)
        third = queries.user_tasks(where, order=each, limit=1, cursor=second.next_cursor)

        assert (*first.items, *second.items, *third.items) == queries.user_tasks(where, order=each).items
        assert third.next_cursor is None


def test_the_tabs_count(queries) -> None:
    now = queries.user_tasks().items[0].created_at + timedelta(days=1)

    counts = queries.user_task_counts(UserTaskFilter(), me="ann", now=now)

    assert (counts.open, counts.mine, counts.unassigned, counts.overdue, counts.completed) == (2, 1, 1, 1, 0)


def test_a_task_comes_with_what_its_person_sees(queries) -> None:
    task = queries.user_tasks(UserTaskFilter(element_id="apologize"), with_variables=["about", "order_id"]).items[0]

    whole = queries.user_task(task.key)

    assert task.variables == {"about": '"lid"', "order_id": '"A-8"'}
    assert whole.variables == {"about": '"lid"', "items": "[]", "order_id": '"A-8"'}
    assert replace(whole, variables=task.variables) == task


def test_the_start_page_counts(queries) -> None:
    summary = queries.summary(since=queries.instance(STARTED[0]).started_at)

    assert (summary.open_tasks, summary.active_instances, summary.open_incidents) == (2, 7, 2)
    assert (summary.instances_with_incidents, summary.started_since, summary.completed_since) == (3, 12, 4)


def test_changes_name_their_topics(queries) -> None:
    now = queries.changed_since(None)

    assert now.token == f"1:{LOG[-1].position}"
    assert queries.changed_since(now.token).topics == frozenset()
    assert "DECISIONS" in queries.changed_since(f"1:{LOG[-1].position - 5}").topics
    assert "USER_TASKS" not in queries.changed_since(f"1:{LOG[-1].position - 5}").topics
    assert queries.changed_since("1:9999999").topics >= {"INSTANCES", "USER_TASKS"}


@pytest.mark.parametrize("cursor", ["", "x", "ü", "W10", "WzFd", "WzEsMl0x", "WyJhIiwiYiJd", "W" * 5000])
def test_cursors_from_elsewhere_are_refused(queries, cursor) -> None:
    with pytest.raises(InvalidCursor, match="not a cursor of this list"):
        queries.instances(cursor=cursor)


@pytest.mark.parametrize("token", ["1", "a:b", "1:2:3"])
def test_tokens_from_elsewhere_are_refused(queries, token) -> None:
    with pytest.raises(InvalidCursor, match="not a token"):
        queries.changed_since(token)


def test_another_tenant_finds_nothing_by_key(queries) -> None:
    foreign = Queries(queries._engine, tenant_id="acme")
    instance = order(queries, "A-1").key
    asked = [
        lambda: foreign.instance(instance),
        lambda: foreign.process_definition(queries.latest_process_definition("order").key),
        lambda: foreign.user_task(queries.user_tasks().items[0].key),
        lambda: foreign.incident(queries.incidents().items[0].key),
        lambda: foreign.form(queries.latest_form("confirm_delivery").key),
        lambda: foreign.decision_requirements_document(queries.decision_requirements()[0].key),
    ]

    for ask in asked:
        with pytest.raises(NotInHistory, match="there is no"):
            ask()
    lists = [
        foreign.instances().items,
        foreign.user_tasks(UserTaskFilter(states=())).items,
        foreign.incidents(IncidentFilter(states=())).items,
        foreign.element_instances(instance),
        foreign.variables(instance),
        foreign.variable_history(instance, "reserved"),
        foreign.timeline(instance),
        foreign.jobs(instance),
        foreign.decision_evaluations(instance),
        foreign.flow_statistics(instance),
        foreign.element_statistics(instance),
        foreign.waiting_for(instance),
        foreign.process_elements(queries.latest_process_definition("order").key),
        foreign.incident_groups(IncidentFilter(states=())),
        foreign.candidate_groups(),
    ]
    assert [list(each) for each in lists] == [[]] * len(lists)
