"""Execution listeners of service tasks: jobs before and after the task's own, their types, retries and variables."""

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.hard_cases import case, create, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def listened(name: str, **rest: object) -> ProcessBuilder:
    """A service task `e` with a listener at its start and one at its end."""
    return (
        process(name)
        .start()
        .service_task("e", type=f"{name}_e", **rest)
        .listens("start", f"{name}_s")
        .listens("end", f"{name}_f")
    )


def job(nth: int, **variables: object) -> Step:
    return step("complete", "e", nth, variables=variables)


def hand_out(name: str, kind: str, **arguments: object) -> Step:
    return step("activate", type=f"{name}_{kind}", **({"jobs": 5} | arguments))


@case
def listener_at_the_start(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").listens("start", f"{name}_s").end()
    return [main], [create(name), hand_out(name, "e"), hand_out(name, "s"), job(0), job(1)]


@case
def listener_at_the_end(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").listens("end", f"{name}_f").end()
    return [main], [create(name), hand_out(name, "e"), job(0), hand_out(name, "f"), job(1)]


@case
def listeners_in_a_row(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", headers={"a": "1"})
    main.listens("end", f"{name}_y").listens("start", f"{name}_b").listens("start", f"{name}_a").listens(
        "end", f"{name}_x"
    ).end()
    return [main], [create(name), *[job(nth) for nth in range(6)]]


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
        hand_out(name, "k"),
        job(0),
        hand_out(name, "e"),
        job(1, done=7),
        step("activate", type=f"{name}_k2"),
        job(2),
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
        job(0),
        step("set_variables", name, variables={"many": 4}),
        step("resolve", "e", 2),
        job(1),
        job(2, r=1),
        step("set_variables", name, variables={"late": f"{name}_l", "few": "no"}),
        step("resolve", "e", 3),
        step("set_variables", name, variables={"few": 1}),
        step("resolve", "e", 4),
        job(3),
        job(4),
    ]


@case
def listener_gives_variables(name: str) -> Made:
    main = listened(name).service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, known=0),
        job(0, known=1, new=1),
        hand_out(name, "e"),
        job(1, known=2, own=2),
        hand_out(name, "f"),
        job(2, known=3, last=3),
        hand_out(name, "after"),
    ]


@case
def listener_gives_variables_to_mappings(name: str) -> Made:
    main = listened(name, inputs={"local": "= known"}, outputs={"out": "= [local, new, own, last]"})
    main.service_task("after", type=f"{name}_after").end()
    return [main], [
        create(name, known=0),
        job(0, local=1, new=1),
        hand_out(name, "e"),
        job(1, local=2, own=2),
        hand_out(name, "f"),
        job(2, local=3, last=3),
        hand_out(name, "after"),
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
    return [main], [create(name), *[step for nth in range(3) for step in (hand_out(name, "e"), job(nth))]]


@case
def listener_whose_instance_is_awaited(name: str) -> Made:
    main = listened(name).end()
    return [main], [
        step("create_with_result", process=name, variables={"a": 1}),
        *[job(nth, **{f"v{nth}": nth}) for nth in range(3)],
    ]


@case
def listener_and_a_document_of_variables(name: str) -> Made:
    main = listened(name, inputs={"local": "= 1"}).end()
    return [main], [
        create(name),
        step("set_variables", "e", variables={"local": 2, "up": 1}, local=True),
        job(0),
        step("set_variables", "e", variables={"local": 3, "up": 2}),
        job(1, local=4),
        step("set_variables", "e", variables={"local": 5, "other": 5}),
        job(2, local=6),
    ]


@case
def listeners_of_one_evaluated_type(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e")
    for event in ("start", "end"):
        main.listens(event, "= kind").listens(event, '= kind + ""').listens(event, f"{name}_last")
    return [main.end()], [create(name, kind=f"{name}_k"), *[job(nth) for nth in range(8)]]


@case
def listeners_with_odd_retries(name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e").listens("start", f"{name}_a", retries="0")
    main.listens("start", f"{name}_b", retries="-1").listens("start", f"{name}_c", retries="= 2.7").listens(
        "start", f"{name}_d", retries="x"
    )
    return [main.end()], [
        create(name),
        hand_out(name, "a"),
        job(0),
        hand_out(name, "b"),
        job(1),
        hand_out(name, "c"),
        job(2),
    ]


@case
def listener_whose_outputs_merge(name: str) -> Made:
    main = listened(name, inputs={"doc.inner": "= 1"}, outputs={"doc.out": "= doc.inner", "up.a": "= x"}).end()
    return [main], [create(name, doc={"old": 1}), job(0, x=1, doc={"inner": 5}), job(1, x=2), job(2, doc=None)]


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
        job(0, local=1, new=1, known=1),
        job(1, local=2, new=2, known=2),
        job(2, local=3, new=3, known=3),
        job(3, local=4, new=4, known=4),
    ]
