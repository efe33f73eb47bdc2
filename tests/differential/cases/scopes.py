"""Scopes that end while something happens in them: event subprocesses, boundaries, multi-instance, calls."""

from tests.bpmn_builder import ANY, Loop, ProcessBuilder, process
from tests.differential.hard_cases import case, create, publish, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def _outputs() -> Loop:
    return Loop("= items", element="item", output_collection="results", output_element="= result")


@case
def event_subprocess_ends_one_turn_of_a_multi_instance(name: str) -> Made:
    main = (
        process(name).start().subprocess("sub", loop=_outputs()).start("s1").service_task("work", type=f"{name}_work").end("e1")
    )
    main.event_subprocess("stop").start("stopped", message=f"{name}_stop", correlation_key="= item")
    main.script_task("note", '= "stopped " + item', result="result").end("e2").done().done()
    main.boundary("late", "sub", duration="PT10S").end("e3").at("sub").service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, items=["a", "b", "c"]),
        publish(f"{name}_stop", "b"),
        step("complete", "work", 0, variables={"result": 1}),
        publish(f"{name}_stop", "c"),
        wait(20_000),
        step("complete", "after"),
    ]


@case
def boundary_timer_and_event_subprocess_timer_at_one_moment(name: str) -> Made:
    main = (
        process(name).start().subprocess("sub", loop=_outputs()).start("s1").service_task("work", type=f"{name}_work").end("e1")
    )
    main.event_subprocess("stop").start("stopped", duration="PT10S").task("noted").end("e2").done().done()
    main.boundary("late", "sub", duration="PT10S").service_task("missed", type=f"{name}_missed").end("e3")
    main.at("sub").end()
    return [main], [create(name, items=[1, 2]), wait(10_000), step("complete", "missed")]


@case
def event_subprocess_in_sequential_turns(name: str) -> Made:
    loop = Loop("= items", element="item", output_collection="results", output_element="= item * 2", sequential=True)
    main = process(name).start().subprocess("sub", loop=loop).start("s1").service_task("work", type=f"{name}_work").end("e1")
    main.event_subprocess("more").start("called", interrupting=False, signal=f"{name}_go")
    main.service_task("extra", type=f"{name}_extra").end("e2").done().done().end()
    return [main], [
        create(name, items=[1, 2]),
        step("broadcast", name=f"{name}_go"),
        step("broadcast", name=f"{name}_go", variables={"item": 7}),
        step("complete", "work", 0),
        step("complete", "extra", 1),
        step("complete", "extra", 0, variables={"item": 9}),
        step("complete", "work", 1),
    ]


@case
def error_of_one_turn_ends_all(name: str) -> Made:
    main = (
        process(name).start().subprocess("sub", loop=_outputs()).start("s1").service_task("work", type=f"{name}_work").end("e1")
    )
    main.done().boundary("broken", "sub", error="BROKEN").service_task("mend", type=f"{name}_mend").end("e2").at("sub").end()
    return [main], [
        create(name, items=[1, 2, 3]),
        step("complete", "work", 1, variables={"result": "ok"}),
        step("throw", "work", 0, code="BROKEN", variables={"why": "x"}),
        step("throw", "mend", 0, code="BROKEN"),
        step("resolve", "mend", 0),
        step("complete", "mend", 0),
    ]


@case
def error_code_by_expression_finds_its_catcher(name: str) -> Made:
    main = process(name).start().subprocess("outer").start("s0").subprocess("inner").start("s1").exclusive("which")
    main.when('= code = "none"').task("calm").end("e0").at("which").otherwise().end("thrown", error="= code").done()
    main.boundary("one", "inner", error="ONE").end("e1").at("inner").end("e2").done()
    main.boundary("two", "outer", error="TWO").end("e3").boundary("all", "outer", error=ANY).end("e4").at("outer").end()
    return [main], [
        create(name, code="ONE"),
        create(name, code="TWO"),
        create(name, code="THREE"),
        create(name, code=5),
        step("set_variables", name, 3, variables={"code": "TWO"}),
        step("resolve", "thrown", 0),
    ]


@case
def error_event_subprocess_before_the_boundary(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_work").end("e1")
    main.event_subprocess("mend").start("caught", error="BROKEN").service_task("repair", type=f"{name}_repair")
    main.end("again", error="BROKEN").done().done()
    main.boundary("broken", "sub", error="BROKEN").service_task("give_up", type=f"{name}_give").end("e2").at("sub").end()
    return [main], [
        create(name, n=1),
        step("throw", "work", 0, code="BROKEN", variables={"n": 2}),
        step("complete", "repair", 0, variables={"n": 3}),
        step("complete", "give_up"),
    ]


@case
def error_from_a_called_process(name: str) -> Made:
    child = process(f"{name}child").start("begin").service_task("work", type=f"{name}_work").end("e1")
    child.event_subprocess("esp").start("es", error="KNOWN").end("rethrown", error="BROKEN").done()
    main = process(name).start().call_activity("call", f"{name}child", outputs={"seen": "= n"})
    main.boundary("broken", "call", error="BROKEN").service_task("mend", type=f"{name}_mend").end("e2").at("call").end()
    return [main, child], [
        create(name, n=1),
        step("throw", "work", 0, code="KNOWN", variables={"n": 5}),
        step("complete", "mend", 0),
        create(name, n=2),
        step("throw", "work", 1, code="OTHER"),
        step("cancel", name, 1),
    ]


@case
def escalation_from_a_called_process(name: str) -> Made:
    child = process(f"{name}child").start("begin").throw("up", escalation="LATE").service_task("work", type=f"{name}_work")
    child.end("again", escalation="LATER")
    main = process(name).start().call_activity("call", f"{name}child")
    main.boundary("late", "call", interrupting=False, escalation="LATE").service_task("note", type=f"{name}_note").end("e1")
    main.boundary("later", "call", escalation="LATER").task("gone").end("e2").at("call").end()
    return [main, child], [create(name, n=1), step("complete", "work", 0, variables={"n": 2}), step("complete", "note")]


@case
def escalation_from_turns_of_a_multi_instance(name: str) -> Made:
    main = process(name).start().subprocess("sub", loop=_outputs()).start("s1").throw("up", escalation="= code")
    main.service_task("work", type=f"{name}_work").end("e1").done()
    main.boundary("note", "sub", interrupting=False, escalation="NOTE").task("noted").end("e2")
    main.boundary("any", "sub", escalation=ANY).service_task("after", type=f"{name}_after").end("e3").at("sub").end()
    return [main], [
        create(name, items=[1, 2], code="NOTE"),
        step("complete", "work", 0),
        create(name, items=[1, 2], code="OTHER"),
        step("complete", "after", 0),
        step("complete", "work", 1),
    ]


@case
def escalation_event_subprocess_that_interrupts(name: str) -> Made:
    main = process(name).start().parallel("fork").service_task("work", type=f"{name}_work").end("e1")
    main.at("fork").subprocess("sub").start("s1").service_task("think", type=f"{name}_think").end("up", escalation="UP").done()
    main.end("e2").event_subprocess("esp").start("es", escalation="UP").service_task("boss", type=f"{name}_boss").end(
        "e3"
    ).done()
    return [main], [create(name, n=1), step("complete", "think", 0, variables={"n": 2}), step("complete", "boss")]


@case
def terminate_end_in_a_multi_instance(name: str) -> Made:
    main = process(name).start().subprocess("sub", loop=_outputs()).start("s1").parallel("fork")
    main.service_task("work", type=f"{name}_work").end("stop", terminate=True)
    main.at("fork").service_task("other", type=f"{name}_other").end("e1").done().end()
    return [main], [
        create(name, items=[1, 2]),
        step("complete", "work", 0, variables={"result": "r"}),
        step("complete", "other", 1),
        step("complete", "work", 1),
    ]


@case
def signal_that_interrupts_scope_and_child(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_work")
    main.boundary("bnd", "work", signal=f"{name}_go").end("e1").at("work").end("e2")
    main.event_subprocess("inner").start("ies", signal=f"{name}_go").end("e3").done().done()
    main.boundary("outer", "sub", interrupting=False, signal=f"{name}_go").task("seen").end("e4").at("sub").end()
    main.event_subprocess("esp").start("es", interrupting=False, signal=f"{name}_go").task("noted").end("e5").done()
    return [main], [create(name, n=1), step("broadcast", name=f"{name}_go", variables={"n": 2})]


@case
def signal_that_interrupts_the_process_two_levels_up(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_work")
    main.boundary("bnd", "work", signal=f"{name}_go").end("e1").at("work").end("e2")
    main.event_subprocess("inner").start("ies", signal=f"{name}_go").end("e3").done().done().end()
    main.event_subprocess("esp").start("es", signal=f"{name}_go").service_task("last", type=f"{name}_last").end("e5").done()
    return [main], [create(name, n=1), step("broadcast", name=f"{name}_go", variables={"n": 2}), step("complete", "last")]


@case
def signal_thrown_by_what_it_interrupts(name: str) -> Made:
    main = process(name).start().parallel("fork").throw("call", signal=f"{name}_go").service_task("work", type=f"{name}_work")
    main.end("e1").at("fork").catch("heard", signal=f"{name}_go").end("e2")
    main.event_subprocess("esp").start("es", signal=f"{name}_go").service_task("last", type=f"{name}_last").end("e3").done()
    return [main], [create(name, n=1), step("complete", "last")]


@case
def completion_condition_and_output_at_once(name: str) -> Made:
    loop = Loop("= items", element="item", output_collection="results", output_element="= result", completion="= result = 2")
    main = process(name).start().service_task("work", type=f"{name}_work", loop=loop)
    main.boundary("late", "work", interrupting=False, duration="PT10S").end("e1").at("work").end()
    return [main], [
        create(name, items=[1, 2, 3]),
        step("complete", "work", 2, variables={"result": 1}),
        wait(10_000),
        step("complete", "work", 0, variables={"result": 2}),
    ]


@case
def multi_instance_of_calls_cancelled(name: str) -> Made:
    child = process(f"{name}child").start("begin").service_task("work", type=f"{name}_work").end("e1")
    main = process(name).start().call_activity("call", f"{name}child", loop=_outputs())
    main.boundary("stop", "call", message=f"{name}_stop", correlation_key="= key").end("e2").at("call").end()
    return [main, child], [
        create(name, items=[1, 2], key="k"),
        step("complete", "work", 1, variables={"result": 5}),
        publish(f"{name}_stop", "k", ttl=5_000, result=1),
        create(name, items=[1], key="k"),
    ]


@case
def interrupted_while_an_incident_waits(name: str) -> Made:
    main = (
        process(name)
        .start()
        .subprocess("sub")
        .start("s1")
        .service_task("work", type=f"{name}_work", inputs={"x": "= assert(y, y != null)"})
    )
    main.end("e1").event_subprocess("esp").start("es", message=f"{name}_stop", correlation_key="= key").service_task(
        "last", type="= lost"
    ).end("e2").done().done()
    main.boundary("late", "sub", duration="PT10S").end("e3").at("sub").end()
    return [main], [
        create(name, key="k"),
        publish(f"{name}_stop", "k"),
        step("set_variables", name, 0, variables={"lost": f"{name}_found"}),
        step("resolve", "work", 0),
        step("resolve", "last", 0),
        wait(10_000),
    ]


@case
def escalation_out_of_an_interrupting_event_subprocess(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_work").end("e1")
    main.event_subprocess("esp").start("es", signal=f"{name}_go").throw("note", escalation="NOTE").throw("up", escalation="UP")
    main.task("on").end("e2").done().done()
    main.boundary("noted", "sub", interrupting=False, escalation="NOTE").task("seen").end("e3")
    main.boundary("raised", "sub", escalation="UP").task("boss").end("e4").at("sub").end()
    return [main], [create(name, n=1), step("broadcast", name=f"{name}_go")]


@case
def error_out_of_an_interrupting_event_subprocess(name: str) -> Made:
    main = process(name).start().subprocess("outer").start("s0").subprocess("sub").start("s1")
    main.service_task("work", type=f"{name}_work").end("e1")
    main.event_subprocess("esp").start("es", signal=f"{name}_go").service_task("try", type=f"{name}_try").end(
        "e2"
    ).done().done()
    main.boundary("mended", "sub", error="BROKEN").end("e3").at("sub").end("e4").done()
    main.boundary("lost", "outer", error=ANY).end("e5").at("outer").end()
    return [main], [create(name, n=1), step("broadcast", name=f"{name}_go"), step("throw", "try", code="BROKEN")]


@case
def escalation_out_of_an_event_subprocess_of_a_called_process(name: str) -> Made:
    child = process(f"{name}child").start("begin").service_task("work", type=f"{name}_work").end("e1")
    child.event_subprocess("esp").start("es", signal=f"{name}_go").end("up", escalation="UP").done()
    main = process(name).start().call_activity("call", f"{name}child")
    main.boundary("raised", "call", escalation="UP").task("boss").end("e4").at("call").end()
    return [main, child], [create(name, n=1), step("broadcast", name=f"{name}_go")]


@case
def timer_of_a_scope_that_a_message_interrupts(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("work", type=f"{name}_work").end("e1")
    main.event_subprocess("first").start("es1", duration="PT10S").task("t1").end("e2").done()
    main.event_subprocess("again").start("es2", interrupting=False, cycle="R3/PT5S").task("t2").end("e3").done()
    main.event_subprocess("called").start("es3", message=f"{name}_m", correlation_key="= key")
    main.service_task("last", type=f"{name}_last").end("e4").done().done().end()
    return [main], [create(name, key="k"), wait(5_000), publish(f"{name}_m", "k"), wait(60_000), step("complete", "last")]
