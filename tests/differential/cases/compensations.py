"""Undoing what was done: through subprocesses, multi-instance and calls."""

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import case, create, publish, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


@case
def compensation_through_nested_subprocesses(name: str) -> Made:
    main = process(name).start().subprocess("outer").start("s0").service_task("book", type=f"{name}_book")
    main.compensated_by("cb1", "unbook", type=f"{name}_unbook").subprocess("inner").start("s1")
    main.service_task("pay", type=f"{name}_pay").compensated_by("cb2", "refund", type=f"{name}_refund").end("e1").done()
    main.end("e0").done().throw("undo", compensate=True).service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, n=1),
        step("complete", "book"),
        step("complete", "pay", variables={"paid": 5}),
        step("complete", "refund"),
        step("complete", "unbook", variables={"n": 2}),
        step("complete", "after"),
    ]


@case
def compensation_of_a_multi_instance(name: str) -> Made:
    loop = Loop("= items", element="item", output_collection="results", output_element="= result")
    main = process(name).start().service_task("book", type=f"{name}_book", loop=loop)
    main.compensated_by("cb1", "unbook", type=f"{name}_unbook").end("undo", compensate=True)
    return [main], [
        create(name, items=[1, 2]),
        step("complete", "book", 1, variables={"result": 2}),
        step("complete", "book", 0, variables={"result": 1}),
        step("complete", "unbook", 0),
        step("complete", "unbook", 1),
    ]


@case
def compensation_of_a_multi_instance_subprocess(name: str) -> Made:
    main = process(name).start().subprocess("sub", loop=Loop("= items", element="item")).start("s1")
    main.service_task("book", type=f"{name}_book").compensated_by("cb1", "unbook", type=f"{name}_unbook").end("e1").done()
    main.end("undo", compensate=True)
    return [main], [
        create(name, items=[1, 2]),
        step("complete", "book", 0),
        step("complete", "book", 1),
        step("complete", "unbook", 1),
        step("complete", "unbook", 0),
    ]


@case
def compensation_inside_one_turn(name: str) -> Made:
    main = process(name).start().subprocess("sub", loop=Loop("= items", element="item")).start("s1")
    main.service_task("book", type=f"{name}_book").compensated_by("cb1", "unbook", type=f"{name}_unbook")
    main.exclusive("which").when("= item = 2").end("undo", compensate=True).at("which").otherwise().end("e1").done().end()
    return [main], [
        create(name, items=[1, 2]),
        step("complete", "book", 0),
        step("complete", "book", 1),
        step("complete", "unbook", 0),
    ]


@case
def compensation_from_an_event_subprocess(name: str) -> Made:
    main = (
        process(name).start().service_task("book", type=f"{name}_book").compensated_by("cb1", "unbook", type=f"{name}_unbook")
    )
    main.service_task("pay", type=f"{name}_pay").end()
    main.event_subprocess("esp").start("es", error="BROKEN").throw("undo", compensate=True).task("told").end("e1").done()
    return [main], [
        create(name, n=1),
        step("complete", "book"),
        step("throw", "pay", code="BROKEN"),
        step("complete", "unbook"),
    ]


@case
def compensation_handler_that_fails(name: str) -> Made:
    main = (
        process(name).start().service_task("book", type=f"{name}_book").compensated_by("cb1", "unbook", type=f"{name}_unbook")
    )
    main.throw("undo", compensate="book").end()
    return [main], [
        create(name, n=1),
        step("complete", "book"),
        step("fail", "unbook", retries=0),
        step("complete", "unbook"),
        step("resolve", "unbook"),
        step("retries", "unbook", retries=1),
        step("resolve", "unbook"),
        step("complete", "unbook"),
    ]


@case
def compensation_while_its_scope_is_interrupted(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("book", type=f"{name}_book")
    main.compensated_by("cb1", "unbook", type=f"{name}_unbook").throw("undo", compensate=True).end("e1").done()
    main.boundary("late", "sub", duration="PT10S").throw("undo2", compensate=True).end("e2").at("sub").end()
    return [main], [create(name, n=1), step("complete", "book"), wait(10_000)]


@case
def compensation_of_a_call(name: str) -> Made:
    child = process(f"{name}child").start("begin").service_task("work", type=f"{name}_work")
    child.compensated_by("cb2", "unwork", type=f"{name}_unwork").end("ce")
    main = process(name).start().call_activity("call", f"{name}child").compensated_by("cb1", "uncall", type=f"{name}_uncall")
    main.end("undo", compensate=True)
    return [main, child], [create(name, n=1), step("complete", "work"), step("complete", "uncall")]


@case
def compensation_twice(name: str) -> Made:
    main = process(name).start().exclusive("head").service_task("book", type=f"{name}_book")
    main.compensated_by("cb1", "unbook", type=f"{name}_unbook").exclusive("again").when("= n < 2").to("head")
    main.at("again").otherwise().parallel("fork").throw("undo", compensate=True).end("e1").at("fork")
    main.throw("undo2", compensate="book").end("e2")
    return [main], [
        create(name, n=1),
        step("complete", "book", 0),
        step("complete", "book", 1, variables={"n": 2}),
        step("complete", "unbook", 0),
        step("complete", "unbook", 1),
        publish(f"{name}_nothing", "k"),
    ]


@case
def compensation_inside_an_event_subprocess_with_its_own(name: str) -> Made:
    main = (
        process(name).start().service_task("book", type=f"{name}_book").compensated_by("cb1", "unbook", type=f"{name}_unbook")
    )
    main.service_task("pay", type=f"{name}_pay").end()
    main.event_subprocess("esp").start("es", interrupting=False, signal=f"{name}_go").service_task("own", type=f"{name}_own")
    main.compensated_by("cb2", "unown", type=f"{name}_unown").throw("undo", compensate=True).end("e1").done()
    return [main], [
        create(name, n=1),
        step("complete", "book"),
        step("broadcast", name=f"{name}_go"),
        step("complete", "own"),
        step("complete", "unown"),
        step("complete", "unbook"),
        step("broadcast", name=f"{name}_go"),
        step("complete", "own", 1),
        step("complete", "pay"),
    ]


@case
def compensation_of_a_named_activity_from_an_event_subprocess(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("book", type=f"{name}_book")
    main.compensated_by("cb1", "unbook", type=f"{name}_unbook").service_task("two", type=f"{name}_two")
    main.compensated_by("cb2", "untwo", type=f"{name}_untwo").service_task("pay", type=f"{name}_pay").end("e0")
    main.event_subprocess("esp").start("es", error="BROKEN").end("undo", compensate="book").done().done().end()
    return [main], [
        create(name, n=1),
        step("complete", "book"),
        step("complete", "two"),
        step("throw", "pay", code="BROKEN"),
        step("complete", "unbook"),
        step("complete", "untwo"),
    ]


@case
def compensation_of_a_multi_instance_subprocess_with_a_handler(name: str) -> Made:
    main = process(name).start().subprocess("sub", loop=Loop("= items", element="item", sequential=True)).start("s1")
    main.service_task("book", type=f"{name}_book").compensated_by("cb1", "unbook", type=f"{name}_unbook").end("e1").done()
    main.compensated_by("cb2", "unsub", type=f"{name}_unsub").end("undo", compensate=True)
    return [main], [
        create(name, items=[1, 2]),
        step("complete", "book", 0),
        step("complete", "book", 1),
        step("complete", "unbook", 0),
        step("complete", "unsub", 0),
        step("complete", "unbook", 1),
    ]


@case
def compensation_with_mappings(name: str) -> Made:
    main = process(name).start().service_task("book", type=f"{name}_book", outputs={"booked": "= id"})
    main.compensated_by("cb1", "unbook", type=f"{name}_unbook", inputs={"given": "= booked"}, outputs={"undone": "= given"})
    main.throw("undo", compensate=True).maps(inputs={"taken": "= booked"}, outputs={"told": "= undone"})
    main.service_task("pay", type=f"{name}_pay").compensated_by("cb2", "refund", type=f"{name}_refund", outputs={"back": "= r"})
    main.end("again", compensate="pay").maps(inputs={"taken": "= booked"}, outputs={"last": "= back"})
    return [main], [
        create(name, n=1),
        step("complete", "book", variables={"id": 7}),
        step("complete", "unbook", variables={"x": 1}),
        step("complete", "pay", variables={"x": 2}),
        step("fail", "refund", retries=0),
        step("throw", "refund", code="NOBODY"),
        step("retries", "refund", retries=1),
        step("resolve", "refund", 0),
        step("complete", "refund", variables={"r": 3}),
    ]


@case
def compensation_of_a_process_ended_by_hand(name: str) -> Made:
    main = process(name).start().service_task("a", type=f"{name}_a").compensated_by("undo", "undo_a", type=f"{name}_undo")
    main.service_task("b", type=f"{name}_b").end()
    return [main], [create(name), step("complete", "a"), step("modify", name, terminate=[["b", 0]])]


@case
def compensation_of_a_subprocess_ended_by_hand(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("a", type=f"{name}_a")
    main.compensated_by("undo", "undo_a", type=f"{name}_undo").service_task("b", type=f"{name}_b").end("e1").done()
    main.service_task("c", type=f"{name}_c").throw("back", compensate=True).end("e2")
    return [main], [
        create(name),
        step("complete", "a"),
        step("modify", name, terminate=[["sub", 0]], activate=[{"element": "c"}]),
        step("complete", "c"),
        create(name),
        step("complete", "a", 1),
        step("modify", name, terminate=[["b", 1]], activate=[{"element": "c"}]),
        step("complete", "c", 1),
        create(name),
        step("complete", "a", 2),
        step("modify", name, terminate=[["b", 2]]),
    ]


@case
def compensation_of_a_finished_subprocess_ended_by_hand(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("a", type=f"{name}_a")
    main.compensated_by("undo", "undo_a", type=f"{name}_undo").end("e1").done().service_task("b", type=f"{name}_b")
    main.throw("back", compensate=True).end("e2")
    return [main], [
        create(name),
        step("complete", "a"),
        step("modify", name, terminate=[["b", 0]]),
        create(name),
        step("complete", "a", 1),
        step("modify", name, terminate=[["b", 1]], activate=[{"element": "b"}]),
        step("complete", "b", 2),
        step("modify", name, 1, terminate=[["undo_a", 0]]),
    ]


@case
def compensation_ended_by_hand_while_it_runs(name: str) -> Made:
    main = process(name).start().service_task("a", type=f"{name}_a").compensated_by("undo", "undo_a", type=f"{name}_undo")
    main.service_task("b", type=f"{name}_b").throw("back", compensate=True).end()
    return [main], [
        create(name),
        step("complete", "a"),
        step("complete", "b"),
        step("modify", name, terminate=[["back", 0]], activate=[{"element": "b"}]),
        step("complete", "undo_a"),
        step("complete", "b", 1),
    ]
