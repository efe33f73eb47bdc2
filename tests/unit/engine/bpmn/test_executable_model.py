"""The executable model says what the file says, in the order in which Zeebe acts."""

from engine.bpmn import read_bpmn
from engine.bpmn.model import ElementType, EventType, TimerKind
from tests.bpmn_builder import ANY, Loop, definitions, process


def read(builder):
    return read_bpmn(builder.xml(), "x.bpmn")[0]


def test_outgoing_flows_come_last_written_first():
    definition = read(process("p").start().parallel("fork").task("a").at("fork").task("b").at("fork").task("c"))

    assert [flow.target_id for flow in definition.elements["fork"].outgoing] == ["c", "b", "a"]


def test_an_event_gateway_subscribes_to_messages_then_timers_then_signals_each_reversed():
    builder = process("p").start().event_gateway("wait")
    for name, trigger in (
        ("t1", {"duration": "PT1H"}),
        ("m1", {"message": "m1", "correlation_key": "=k"}),
        ("s1", {"signal": "s1"}),
        ("t2", {"duration": "PT2H"}),
        ("m2", {"message": "m2", "correlation_key": "=k"}),
        ("s2", {"signal": "s2"}),
    ):
        builder.at("wait").catch(name, **trigger)

    definition = read(builder)

    assert definition.elements["wait"].event_target_ids == ("m2", "m1", "t2", "t1", "s2", "s1")


def test_a_service_task_carries_its_job_mappings_and_loop():
    loop = Loop(
        "= items", element="item", output_collection="results", output_element="= r", completion="= done", sequential=True
    )
    task = (
        read(
            process("p")
            .start()
            .service_task(
                "pack", type="= kind", retries=5, headers={"a": "b"}, inputs={"x.y": "= z"}, outputs={"o": "= r"}, loop=loop
            )
        )
    ).elements["pack"]

    assert (task.type, task.event_type, task.parent_id) == (ElementType.SERVICE_TASK, EventType.UNSPECIFIED, "p")
    assert task.job.type.source == "kind"
    assert not task.job.type.is_static
    assert task.job.retries.source == "5"
    assert task.job.retries.is_static
    assert task.job.headers == {"a": "b"}
    assert task.inputs[0].target == ("x", "y")
    assert task.outputs[0].source.compiled.value({"r": 1}) == 1
    assert (task.loop.is_sequential, task.loop.input_element, task.loop.output_collection) == (True, "item", "results")
    assert task.loop.completion_condition.source == "done"


def test_retries_are_three_unless_written():
    assert read(process("p").start().service_task("pack")).elements["pack"].job.retries.source == "3"


def test_a_native_user_task_is_no_job_and_a_plain_one_is():
    definition = read(
        process("p")
        .start()
        .user_task("native", assignee="ann", groups="= groups", due="2030-01-01T00:00:00Z", form_id="form")
        .user_task("plain", native=False, users="bob, eve", form_key="camunda-forms:bpmn:f")
    )
    native, plain = definition.elements["native"], definition.elements["plain"]

    assert native.job is None
    assert native.user_task.assignee.source == "ann"
    assert native.user_task.candidate_groups.compiled.value({"groups": ["a"]}) == ["a"]
    assert native.user_task.due_date.source == "2030-01-01T00:00:00Z"
    assert native.user_task.form_id.source == "form"
    assert plain.user_task is None
    assert (plain.job.type.source, plain.job.retries.source) == ("io.camunda.zeebe:userTask", "1")
    assert plain.job.user_task.candidate_users.source == "bob, eve"
    assert plain.job.user_task.form_key.source == "camunda-forms:bpmn:f"


def test_scopes_know_their_children_starts_and_event_subprocesses():
    definition = read(
        process("p", name="Order")
        .start("by_hand")
        .subprocess("sub")
        .start("inner")
        .end("inner_end")
        .done()
        .end()
        .start("by_message", message="go")
        .to("sub")
        .event_subprocess("alarm")
        .start("late", duration="PT1H", interrupting=False)
        .done()
    )
    root, sub, alarm = definition.process, definition.elements["sub"], definition.elements["alarm"]

    assert (definition.bpmn_process_id, definition.name, root.type) == ("p", "Order", ElementType.PROCESS)
    assert root.child_ids == ("by_hand", "sub", "end", "by_message", "alarm")
    assert (root.none_start_id, root.start_event_ids) == ("by_hand", ("by_hand", "by_message"))
    assert root.event_subprocess_ids == ("alarm",)
    assert (sub.type, sub.none_start_id, sub.child_ids) == (ElementType.SUB_PROCESS, "inner", ("inner", "inner_end"))
    assert definition.elements["inner"].parent_id == "sub"
    assert alarm.type is ElementType.EVENT_SUB_PROCESS
    late = definition.elements["late"]
    assert (late.event_type, late.is_interrupting, late.event.kind) == (EventType.TIMER, False, TimerKind.DURATION)


def test_events_know_what_they_catch_and_throw():
    definition = read(
        process("p")
        .start()
        .subprocess("sub")
        .start("inner")
        .end("failed", error="BROKEN")
        .done()
        .receive_task("wait", "answer", correlation_key="= ticket")
        .throw("away", link="home")
        .apart()
        .catch("back", link="home")
        .throw("told", escalation="LATE")
        .end("off", terminate=True)
        .boundary("any_error", "sub", error=ANY)
        .boundary("one_error", "sub", error="BROKEN")
        .boundary("alarm", "sub", signal="fire", interrupting=False)
    )
    elements = definition.elements

    assert elements["sub"].boundary_event_ids == ("any_error", "one_error", "alarm")
    assert elements["any_error"].event.code is None
    assert elements["one_error"].event.code.source == elements["failed"].event.code.source == "BROKEN"
    assert (elements["alarm"].attached_to_id, elements["alarm"].is_interrupting) == ("sub", False)
    assert elements["alarm"].event.name.source == "fire"
    assert elements["wait"].message.name.source == "answer"
    assert elements["wait"].message.correlation_key.source == "ticket"
    assert elements["away"].link_target_id == "back"
    assert elements["told"].event.code.source == "LATE"
    assert elements["off"].event_type is EventType.TERMINATE


def test_compensation_joins_activity_boundary_and_handler():
    definition = read(process("p").start().service_task("book").compensated_by("undo", "cancel").end("back", compensate="book"))

    assert definition.elements["book"].compensation_handler_id == "cancel"
    assert definition.elements["cancel"].is_for_compensation
    assert definition.elements["undo"].event_type is EventType.COMPENSATION
    assert definition.elements["back"].event.activity_id == "book"


def test_the_name_of_a_start_message_is_settled_when_it_is_read():
    definition = read(process("p").start("by_message", message='= "order" + "-" + string(1)'))

    assert definition.elements["by_message"].event.name.source == "order-1"
    assert definition.elements["by_message"].event.name.is_static
    assert definition.elements["by_message"].event.correlation_key is None


def test_conditions_and_defaults_stay_with_their_flows():
    definition = read(process("p").start().exclusive("g").when("= amount > 10").task("a").at("g").otherwise().end("b"))
    flow = definition.flows["g_to_a"]

    assert flow.condition.compiled.value({"amount": 11}) is True
    assert definition.elements["g"].default_flow_id == "g_to_b"


def test_a_call_activity_hands_over_all_variables_unless_told():
    definition = read(
        process("p")
        .start()
        .call_activity("one", "q")
        .call_activity("two", "= which", propagate_child=False, propagate_parent=False)
    )
    one, two = definition.elements["one"].called, definition.elements["two"].called

    assert (one.process_id.source, one.propagate_all_child_variables, one.propagate_all_parent_variables) == ("q", True, True)
    assert (two.process_id.is_static, two.propagate_all_child_variables, two.propagate_all_parent_variables) == (
        False,
        False,
        False,
    )


def test_pools_for_people_are_left_alone():
    content = definitions(process("run").start().end(), process("look", executable=False).start("s2").task("t").to("t"))

    assert [definition.bpmn_process_id for definition in read_bpmn(content, "x.bpmn")] == ["run"]


def test_a_long_chain_is_read_without_recursion():
    builder = process("p").start()
    for number in range(3_000):
        builder.task(f"t{number}")

    assert len(read(builder.end()).elements) == 3_003


def test_an_extension_element_is_no_element_of_the_process() -> None:
    [definition] = read_bpmn(process("p").start("s").user_task("check").end("e").xml(), "p.bpmn")

    assert set(definition.elements) == {"p", "s", "check", "e"}
