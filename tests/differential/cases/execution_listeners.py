"""Execution listeners of service tasks: jobs before and after the task's own, and whatever may happen to them."""

from dataclasses import replace
from functools import partial

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.cases.job_states import COMMANDS, STATES
from tests.differential.hard_cases import CASES, case, create, publish, second_version, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def _listened(name: str, **rest: object) -> ProcessBuilder:
    """A service task `e` with a listener at its start and one at its end."""
    return (
        process(name)
        .start()
        .service_task("e", type=f"{name}_e", **rest)
        .listens("start", f"{name}_s")
        .listens("end", f"{name}_f")
    )


def _job(nth: int, **variables: object) -> Step:
    return step("complete", "e", nth, variables=variables)


def _hand_out(name: str, kind: str, **arguments: object) -> Step:
    return step("activate", type=f"{name}_{kind}", **({"jobs": 5} | arguments))


@case
def listener_at_the_start(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").listens("start", f"{name}_s").end()
    return [main], [create(name), _hand_out(name, "e"), _hand_out(name, "s"), _job(0), _job(1)]


@case
def listener_at_the_end(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").listens("end", f"{name}_f").end()
    return [main], [create(name), _hand_out(name, "e"), _job(0), _hand_out(name, "f"), _job(1)]


@case
def listeners_in_a_row(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", headers={"a": "1"})
    main.listens("end", f"{name}_y").listens("start", f"{name}_b").listens("start", f"{name}_a").listens(
        "end", f"{name}_x"
    ).end()
    return [main], [create(name), *[_job(nth) for nth in range(6)]]


@case
def listeners_with_expressions(name: str) -> Made:
    main = (
        process(name)
        .start()
        .service_task("e", type=f"{name}_e", retries="= n", headers={"kind": "x"}, inputs={"local": "= n + 1"})
    )
    main.listens("start", "= kind", retries="= local").listens("end", '= kind + "2"', retries="= done").end()
    return [main], [
        create(name, n=2, kind=f"{name}_k"),
        _hand_out(name, "k"),
        _job(0),
        _hand_out(name, "e"),
        _job(1, done=7),
        step("activate", type=f"{name}_k2"),
        _job(2),
    ]


@case
def listener_of_an_unknown_type(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", inputs={"local": "= n"})
    main.listens("start", "= kind").listens("start", f"{name}_b", retries="= many").listens("end", "= late", retries="= few")
    main.boundary("m", "e", message=f"{name}_m", correlation_key="= n").end("e1").at("e").end("e2")
    return [main], [
        create(name, n="1"),
        step("resolve", "e", 0),
        step("set_variables", name, variables={"kind": f"{name}_k"}),
        step("resolve", "e", 1),
        _job(0),
        step("set_variables", name, variables={"many": 4}),
        step("resolve", "e", 2),
        _job(1),
        _job(2, r=1),
        step("set_variables", name, variables={"late": f"{name}_l", "few": "no"}),
        step("resolve", "e", 3),
        step("set_variables", name, variables={"few": 1}),
        step("resolve", "e", 4),
        _job(3),
        _job(4),
    ]


@case
def listener_gives_variables(name: str) -> Made:
    main = _listened(name).service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, known=0),
        _job(0, known=1, new=1),
        _hand_out(name, "e"),
        _job(1, known=2, own=2),
        _hand_out(name, "f"),
        _job(2, known=3, last=3),
        _hand_out(name, "after"),
    ]


@case
def listener_gives_variables_to_mappings(name: str) -> Made:
    main = _listened(name, inputs={"local": "= known"}, outputs={"out": "= [local, new, own, last]"})
    main.service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, known=0),
        _job(0, local=1, new=1),
        _hand_out(name, "e"),
        _job(1, local=2, own=2),
        _hand_out(name, "f"),
        _job(2, local=3, last=3),
        _hand_out(name, "after"),
    ]


@case
def listener_before_a_failing_input_mapping(name: str) -> Made:
    main = _listened(name, inputs={"local": "= assert(x, x != null)"}, outputs={"out": "= assert(y, y != null)"}).end()
    return [main], [
        create(name),
        step("set_variables", name, variables={"x": 1}),
        step("resolve", "e", 0),
        _job(0),
        _job(1),
        _job(2),
        step("set_variables", name, variables={"y": 1}),
        step("resolve", "e", 1),
        _job(2),
        _job(3),
    ]


@case
def listener_before_a_failing_job_type(name: str) -> Made:
    main = process(name).start().service_task("e", type="= kind", retries="= many")
    main.listens("start", f"{name}_s").listens("start", f"{name}_t").listens("end", f"{name}_f").end()
    return [main], [
        create(name),
        _job(0),
        _job(1),
        step("resolve", "e", 0),
        _job(2),
        step("set_variables", name, variables={"kind": f"{name}_k", "many": 2}),
        step("resolve", "e", 0),
        step("resolve", "e", 1),
        *[_job(nth) for nth in range(2, 6)],
    ]


@case
def listener_before_a_failing_boundary(name: str) -> Made:
    main = _listened(name)
    main.boundary("m", "e", message=f"{name}_m", correlation_key="= missing").end("e1").at("e").end("e2")
    return [main], [
        create(name),
        _job(0),
        step("set_variables", name, variables={"missing": "k"}),
        step("resolve", "e", 0),
        *[_job(nth) for nth in range(4)],
        publish(f"{name}_m", "k"),
    ]


@case
def listener_at_the_end_and_a_failing_output_mapping(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", outputs={"out": "= assert(y, y != null)"})
    main.listens("end", f"{name}_f").listens("end", f"{name}_g").end()
    return [main], [
        create(name),
        _job(0),
        _job(1, y=None),
        _job(2),
        step("resolve", "e", 0),
        step("set_variables", name, variables={"y": 1}),
        step("resolve", "e", 0),
        step("resolve", "e", 1),
        *[_job(nth) for nth in range(1, 6)],
    ]


@case
def listener_throws_an_error(name: str) -> Made:
    main = _listened(name)
    main.boundary("caught", "e", error="CAUGHT").end("e1").at("e").end("e2")
    return [main], [
        create(name),
        step("throw", "e", 0, code="CAUGHT", variables={"why": 1}),
        create(name),
        _job(1),
        _job(2),
        step("throw", "e", 3, code="CAUGHT", variables={"why": 1}),
        create(name),
        step("throw", "e", 4, code="NOBODY"),
        _job(4),
        step("resolve", "e", 0),
        _job(4),
        _job(5),
        step("throw", "e", 6, code="NOBODY"),
        step("resolve", "e", 1),
        _job(6),
    ]


@case
def listener_runs_out_of_retries(name: str) -> Made:
    main = _listened(name, inputs={"local": "= 1"}).end()
    return [main], [
        create(name),
        step("fail", "e", 0, retries=0, message="never", variables={"why": 1}),
        step("resolve", "e", 0),
        step("retries", "e", 0, retries=2),
        step("resolve", "e", 0),
        _job(0),
        _job(1),
        step("fail", "e", 2, retries=0, variables={"local": 2}),
        step("retries", "e", 2, retries=1),
        step("resolve", "e", 1),
        _job(2),
    ]


@case
def listener_fails_and_backs_off(name: str) -> Made:
    main = _listened(name).end()
    return [main], [
        create(name),
        _hand_out(name, "s"),
        step("fail", "e", 0, retries=2, backoff=30_000),
        wait(31_000),
        _hand_out(name, "s", timeout=5_000),
        wait(6_000),
        _hand_out(name, "s"),
        step("job_timeout", "e", 0, timeout=600_000),
        *[_job(nth) for nth in range(2)],
        _hand_out(name, "f", timeout=5_000),
        wait(6_000),
        step("fail", "e", 2, retries=1),
        _job(2),
    ]


@case
def listener_interrupted(name: str) -> Made:
    main = _listened(name)
    main.boundary("t", "e", duration="PT10S").end("e1").at("e").boundary("m", "e", message=f"{name}_m", correlation_key="= k")
    main.end("e2").at("e").boundary("n", "e", signal=f"{name}_n", interrupting=False).end("e3").at("e").end("e4")
    return [main], [
        create(name, k="1"),
        wait(11_000),
        publish(f"{name}_m", "1"),
        step("broadcast", name=f"{name}_n"),
        _job(0),
        step("broadcast", name=f"{name}_n"),
        _job(1),
        step("broadcast", name=f"{name}_n"),
        publish(f"{name}_m", "1", v=1),
        create(name, k="2"),
        _job(2),
        _job(3),
        _job(4),
        wait(11_000),
    ]


@case
def listener_at_the_end_interrupted(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("e", type=f"{name}_e")
    main.listens("end", f"{name}_f").end("e1").done()
    main.boundary("t", "sub", duration="PT10S").end("e2").at("sub").end("e3")
    return [main], [create(name), _job(0, x=1), wait(11_000)]


@case
def listener_at_the_start_interrupted_from_outside(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("e", type=f"{name}_e")
    main.listens("start", f"{name}_s").end("e1").done()
    main.boundary("t", "sub", duration="PT10S").end("e2").at("sub").end("e3")
    return [main], [create(name), wait(11_000)]


@case
def listener_cancelled(name: str) -> Made:
    main = _listened(name, outputs={"out": "= 1"}).end()
    return [main], [
        create(name),
        step("cancel", name, 0),
        create(name),
        _job(1),
        step("cancel", name, 1),
        create(name),
        _job(3),
        _job(4, x=1),
        step("cancel", name, 2),
        _job(5),
    ]


@case
def listener_in_a_parallel_multi_instance(name: str) -> Made:
    loop = Loop("= [1, 2]", element="item", output_collection="results", output_element="= r")
    main = _listened(name, loop=loop).end()
    return [main], [
        create(name),
        *[step("activate", type=f"{name}_{kind}", jobs=5) for kind in ("s", "e")],
        _job(0, r=1),
        _job(1, r=2),
        _job(2, r=3),
        _job(4, r=4),
        _job(3),
        _job(5, r=5),
    ]


@case
def listener_in_a_sequential_multi_instance(name: str) -> Made:
    loop = Loop("= [1, 2]", element="item", output_collection="results", output_element="= r", sequential=True)
    main = _listened(name, loop=loop)
    main.boundary("t", "e", duration="PT10S").end("e1").at("e").end("e2")
    return [main], [
        create(name),
        *[_job(nth, r=nth) for nth in range(6)],
        create(name),
        *[_job(nth, r=nth) for nth in range(6, 10)],
        wait(11_000),
    ]


@case
def listener_in_a_multi_instance_of_none(name: str) -> Made:
    main = _listened(name, loop=Loop("= []")).end()
    return [main], [create(name)]


@case
def listener_with_a_completion_condition(name: str) -> Made:
    loop = Loop("= [1, 2, 3]", element="item", completion="= numberOfCompletedInstances = 1")
    main = _listened(name, loop=loop).end()
    return [main], [create(name), _job(0), _job(1), _job(3), _job(4), _job(5)]


@case
def listener_of_a_compensation_handler(name: str) -> Made:
    main = _listened(name).compensated_by("undo", "handler", type=f"{name}_handler")
    main.at("handler").listens("start", f"{name}_hs").listens("end", f"{name}_hf")
    main.at("e").throw("back", compensate=True).end()
    return [main], [create(name), *[_job(nth) for nth in range(3)], *[step("complete", "handler", nth) for nth in range(3)]]


@case
def listener_of_a_task_moved_to(name: str) -> Made:
    main = process(name).start().service_task("before", type=f"{name}_before").service_task("e", type=f"{name}_e")
    main.listens("start", f"{name}_s").listens("end", f"{name}_f").end()
    return [main], [
        create(name),
        step("modify", name, terminate=[["before", 0]], activate=[{"element": "e"}]),
        step(
            "modify",
            name,
            terminate=[["e", 0]],
            activate=[{"element": "e", "variables": [{"variables": {"v": 1}, "scope": "e"}]}],
        ),
        _job(1),
        step("modify", name, terminate=[["e", 1]], activate=[{"element": "e"}]),
        _job(3),
        _job(4, x=1),
        step("modify", name, terminate=[["e", 2]], activate=[{"element": "e"}]),
        step("create", process=name, start_at=["e"], variables={}),
    ]


@case
def listener_of_a_migrated_task(name: str) -> Made:
    main = _listened(name).end()
    later = (
        process(name).start().service_task("e2", type=f"{name}_e").listens("start", f"{name}_s").listens("start", f"{name}_s2")
    )
    later.listens("end", f"{name}_g").end()
    return [main], [
        create(name),
        create(name),
        _job(1),
        create(name),
        _job(3),
        _job(4),
        second_version(later, name=name),
        *[step("migrate", name, nth, process=name, to=1, mapping=[["e", "e2"]]) for nth in range(3)],
        *[_job(nth) for nth in range(6)],
        *[step("complete", "e2", nth) for nth in range(3)],
    ]


@case
def listener_of_a_migrated_task_without(name: str) -> Made:
    main = _listened(name).end()
    later = process(name).start().service_task("e", type=f"{name}_e").end()
    return [main], [
        create(name),
        create(name),
        _job(1),
        create(name),
        _job(3),
        _job(4, x=1),
        second_version(later, name=name),
        *[step("migrate", name, nth, process=name, to=1, mapping=[["e", "e"]]) for nth in range(3)],
        *[_job(nth) for nth in range(8)],
    ]


@case
def listener_of_the_tasks_own_type(name: str) -> Made:
    main = (
        process(name)
        .start()
        .service_task("e", type=f"{name}_e")
        .listens("start", f"{name}_e")
        .listens("end", f"{name}_e")
        .end()
    )
    return [main], [create(name), *[step for nth in range(3) for step in (_hand_out(name, "e"), _job(nth))]]


@case
def listener_beside_a_terminate_end(name: str) -> Made:
    main = process(name).start().parallel("fork").service_task("e", type=f"{name}_e").listens("start", f"{name}_s")
    main.listens("end", f"{name}_f").end("e1").at("fork").service_task("other", type=f"{name}_other").end("e2", terminate=True)
    return [main], [
        create(name),
        step("complete", "other", 0),
        create(name),
        _job(1),
        _job(2, x=1),
        step("complete", "other", 1),
        _job(3),
    ]


@case
def listener_in_an_interrupted_scope(name: str) -> Made:
    main = (
        process(name)
        .start()
        .service_task("e", type=f"{name}_e")
        .listens("start", f"{name}_s")
        .listens("end", f"{name}_f")
        .end()
    )
    main.event_subprocess("esp").start("es", message=f"{name}_m", correlation_key="= k").service_task(
        "late", type=f"{name}_late"
    )
    main.listens("start", f"{name}_ls").end("e2").done()
    return [main], [
        create(name, k="1"),
        publish(f"{name}_m", "1"),
        step("complete", "late", 0),
        step("complete", "late", 1),
        create(name, k="2"),
        _job(1),
        _job(2, x=1),
        publish(f"{name}_m", "2"),
        _job(3),
    ]


@case
def listener_whose_instance_is_awaited(name: str) -> Made:
    main = _listened(name).end()
    return [main], [
        step("create_with_result", process=name, variables={"a": 1}),
        *[_job(nth, **{f"v{nth}": nth}) for nth in range(3)],
    ]


@case
def listener_and_a_document_of_variables(name: str) -> Made:
    main = _listened(name, inputs={"local": "= 1"}).end()
    return [main], [
        create(name),
        step("set_variables", "e", variables={"local": 2, "up": 1}, local=True),
        _job(0),
        step("set_variables", "e", variables={"local": 3, "up": 2}),
        _job(1, local=4),
        step("set_variables", "e", variables={"local": 5, "other": 5}),
        _job(2, local=6),
    ]


@case
def listeners_of_one_evaluated_type(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e")
    for event in ("start", "end"):
        main.listens(event, "= kind").listens(event, '= kind + ""').listens(event, f"{name}_last")
    return [main.end()], [create(name, kind=f"{name}_k"), *[_job(nth) for nth in range(8)]]


@case
def listeners_of_a_migrated_task_in_another_order(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e")
    for event in ("start", "end"):
        main.listens(event, f"{name}_a").listens(event, f"{name}_b")
    later = process(name).start().service_task("e", type=f"{name}_e")
    for event in ("start", "end"):
        later.listens(event, f"{name}_b").listens(event, f"{name}_a").listens(event, f"{name}_c")
    migrate = step("migrate", name, 0, process=name, to=1, mapping=[["e", "e"]])
    again = step("migrate", name, 1, process=name, to=1, mapping=[["e", "e"]])
    return [main.end()], [
        create(name),
        create(name),
        *[_job(nth) for nth in (1, 2, 3)],
        second_version(later.end(), name=name),
        migrate,
        again,
        *[_job(nth) for nth in (0, 4, 5, 6, 7, 8, 9, 10, 11, 12)],
    ]


@case
def listener_fails_again_and_again(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", inputs={"local": "= n"}, outputs={"out": "= n"})
    for event in ("start", "end"):
        main.listens(event, f"{name}_a").listens(event, f"{name}_b").listens(event, f"= {event}_type")
    main.boundary("m", "e", message=f"{name}_m", correlation_key="= n").end("e1").at("e").end("e2")
    return [main], [
        create(name, n="1"),
        *[_job(nth, x=nth) for nth in (0, 1)],
        step("set_variables", name, variables={"n": "2"}),
        step("resolve", "e", 0),
        *[_job(nth, x=nth) for nth in (2, 3)],
        step("set_variables", name, variables={"start_type": f"{name}_c"}),
        step("resolve", "e", 1),
        *[_job(nth, x=nth) for nth in (4, 5, 6)],
        _job(7, out=7, own=7),
        *[_job(nth, y=nth) for nth in (8, 9)],
        step("set_variables", name, variables={"n": "3"}),
        step("resolve", "e", 2),
        *[_job(nth, y=nth) for nth in (10, 11)],
        step("set_variables", name, variables={"end_type": f"{name}_d"}),
        step("resolve", "e", 3),
        *[_job(nth, y=nth) for nth in (12, 13, 14)],
    ]


@case
def listener_cancelled_at_an_incident(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").listens("start", f"{name}_s").listens("start", "= missing")
    main.listens("end", f"{name}_f").end()
    return [main], [create(name), _job(0), step("cancel", name), step("resolve", "e")]


@case
def listener_throws_an_error_past_a_scope(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").service_task("e", type=f"{name}_e").listens("start", f"{name}_s")
    main.listens("end", f"{name}_f").end("e1").done().boundary("caught", "sub", error="CAUGHT").end("e2").at("sub").end("e3")
    main.event_subprocess("esp").start("es", error="CAUGHT").end("e4").done()
    return [main], [
        create(name),
        step("throw", "e", 0, code="CAUGHT"),
        step("resolve", "e", 0),
        _job(0),
        step("complete", "e", 1),
        step("throw", "e", 2, code="CAUGHT", variables={"why": 1}),
        step("resolve", "e", 1),
        _job(2),
    ]


@case
def error_of_a_listened_task(name: str) -> Made:
    main = _listened(name)
    main.boundary("caught", "e", error="CAUGHT").end("e1").at("e").end("e2")
    return [main], [create(name), _job(0), step("throw", "e", 1, code="CAUGHT"), create(name), step("throw", "e", 2, code="")]


@case
def listener_completes_after_its_scope_was_interrupted(name: str) -> Made:
    main = process(name).start().parallel("fork")
    for event in ("start", "end"):
        main.at("fork").service_task(f"e{event}", type=f"{name}_e").listens(event, f"{name}_{event}").end(f"end_{event}")
    main.at("fork").service_task("breaks", type=f"{name}_breaks").end("bad", error="BAD")
    main.event_subprocess("esp").start("es", error="BAD").service_task("mend", type=f"{name}_mend").end("e9").done()
    return [main], [
        create(name),
        step("complete", "eend", 0),
        step("complete", "breaks"),
        step("complete", "estart"),
        step("complete", "eend", 1),
        step("complete", "mend"),
    ]


@case
def listener_of_a_task_in_a_called_process(name: str) -> Made:
    main = process(name).start().call_activity("call", f"{name}child").end()
    child = process(f"{name}child").start("s2").service_task("e", type=f"{name}_e", inputs={"local": "= a"})
    child.listens("start", f"{name}_s").listens("end", f"{name}_f").end("e9")
    return [main, child], [create(name, a=1), _hand_out(name, "s"), *[_job(nth, a=nth, b=nth) for nth in range(3)]]


@case
def listeners_with_odd_retries(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").listens("start", f"{name}_a", retries="0")
    main.listens("start", f"{name}_b", retries="-1").listens("start", f"{name}_c", retries="= 2.7").listens(
        "start", f"{name}_d", retries="x"
    )
    return [main.end()], [
        create(name),
        _hand_out(name, "a"),
        _job(0),
        _hand_out(name, "b"),
        _job(1),
        _hand_out(name, "c"),
        _job(2),
    ]


@case
def listener_whose_outputs_merge(name: str) -> Made:
    main = _listened(name, inputs={"doc.inner": "= 1"}, outputs={"doc.out": "= doc.inner", "up.a": "= x"}).end()
    return [main], [create(name, doc={"old": 1}), _job(0, x=1, doc={"inner": 5}), _job(1, x=2), _job(2, doc=None)]


@case
def listener_gives_variables_to_its_scope(name: str) -> Made:
    main = (
        process(name).start().subprocess("sub", inputs={"local": "= 0"}, outputs={"out": "= [local, new, known]"}).start("s1")
    )
    main.service_task("e", type=f"{name}_e").listens("start", f"{name}_s").listens("end", f"{name}_f").listens(
        "end", f"{name}_g"
    )
    main.end("e1").done().end("e2")
    return [main], [
        create(name, known=0),
        _job(0, local=1, new=1, known=1),
        _job(1, local=2, new=2, known=2),
        _job(2, local=3, new=3, known=3),
        _job(3, local=4, new=4, known=4),
    ]


@case
def listener_throws_an_error_past_its_process(name: str) -> Made:
    main = process(name).start().call_activity("call", f"{name}child")
    main.boundary("caught", "call", error="CAUGHT").end("e1").at("call").end("e2")
    child = process(f"{name}child").start("s2").service_task("e", type=f"{name}_e")
    child.listens("start", f"{name}_s").listens("end", f"{name}_f").end("e9")
    return [main, child], [
        create(name),
        step("throw", "e", 0, code="OTHER", variables={"why": 1}),
        step("resolve", "e", 0),
        step("throw", "e", 0, code="CAUGHT", variables={"why": 1}),
        create(name),
        *[_job(nth) for nth in (1, 2)],
        step("throw", "e", 3, code="CAUGHT", variables={"why": 1}),
    ]


def _second_job(one: Step) -> Step:
    """The same step about an element's second job."""
    return replace(one, nth=1) if one.element == "e" and one.action != "resolve" else one


def _case(event: str, state: str, command: str, name: str) -> Made:
    """A listener's job in a state that a job can be in, and a command about it."""
    main = process(name).start().parallel("fork").service_task("e", type=f"{name}_x").listens(event, f"{name}_e")
    main.boundary("caught", "e", error="CAUGHT").maps(outputs={"reason": "= why"}).end("e1").at("e").end("e2")
    main.at("fork").service_task("other", type=f"{name}_other").end("e3")
    steps = [*STATES[state](name), *COMMANDS[command]]
    if event == "end":
        steps = [_job(0, own=1), *map(_second_job, steps)]
    later = [_hand_out(name, "e"), step("resolve", "e", 0), step("resolve", "e", 1), _hand_out(name, "x"), _job(0), _job(1)]
    return [main], [create(name, n=1), *steps, *later, step("complete", "other")]


for _state in STATES:
    for _event, _command in (("start", "complete"), ("start", "fail"), ("end", "complete"), ("end", "throw")):
        CASES[f"{_event}_listener_{_state}_then_{_command}"] = partial(_case, _event, _state, _command)
