"""Execution listeners of service tasks in loops, in compensation, in called processes, and of what is moved or migrated."""

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.cases.execution_listeners import hand_out, job, listened
from tests.differential.hard_cases import case, create, second_version, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


@case
def listener_in_a_parallel_multi_instance(name: str) -> Made:
    loop = Loop("= [1, 2]", element="item", output_collection="results", output_element="= r")
    main = listened(name, loop=loop).end()
    return [main], [
        create(name),
        *[step("activate", type=f"{name}_{kind}", jobs=5) for kind in ("s", "e")],
        job(0, r=1),
        job(1, r=2),
        job(2, r=3),
        job(4, r=4),
        job(3),
        job(5, r=5),
    ]


@case
def listener_in_a_sequential_multi_instance(name: str) -> Made:
    loop = Loop("= [1, 2]", element="item", output_collection="results", output_element="= r", sequential=True)
    main = listened(name, loop=loop)
    main.boundary("t", "e", duration="PT10S").end("e1").at("e").end("e2")
    return [main], [
        create(name),
        *[job(nth, r=nth) for nth in range(6)],
        create(name),
        *[job(nth, r=nth) for nth in range(6, 10)],
        wait(11_000),
    ]


@case
def listener_in_a_multi_instance_of_none(name: str) -> Made:
    main = listened(name, loop=Loop("= []")).end()
    return [main], [create(name)]


@case
def listener_with_a_completion_condition(name: str) -> Made:
    loop = Loop("= [1, 2, 3]", element="item", completion="= numberOfCompletedInstances = 1")
    main = listened(name, loop=loop).end()
    return [main], [create(name), job(0), job(1), job(3), job(4), job(5)]


@case
def listener_of_a_compensation_handler(name: str) -> Made:
    main = listened(name).compensated_by("undo", "handler", type=f"{name}_handler")
    main.at("handler").listens("start", f"{name}_hs").listens("end", f"{name}_hf")
    main.at("e").throw("back", compensate=True).end()
    return [main], [create(name), *[job(nth) for nth in range(3)], *[step("complete", "handler", nth) for nth in range(3)]]


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
        job(1),
        step("modify", name, terminate=[["e", 1]], activate=[{"element": "e"}]),
        job(3),
        job(4, x=1),
        step("modify", name, terminate=[["e", 2]], activate=[{"element": "e"}]),
        step("create", process=name, start_at=["e"], variables={}),
    ]


@case
def listener_of_a_migrated_task(name: str) -> Made:
    main = listened(name).end()
    later = (
        process(name).start().service_task("e2", type=f"{name}_e").listens("start", f"{name}_s").listens("start", f"{name}_s2")
    )
    later.listens("end", f"{name}_g").end()
    return [main], [
        create(name),
        create(name),
        job(1),
        create(name),
        job(3),
        job(4),
        second_version(later, name=name),
        *[step("migrate", name, nth, process=name, to=1, mapping=[["e", "e2"]]) for nth in range(3)],
        *[job(nth) for nth in range(6)],
        *[step("complete", "e2", nth) for nth in range(3)],
    ]


@case
def listener_of_a_migrated_task_without(name: str) -> Made:
    main = listened(name).end()
    later = process(name).start().service_task("e", type=f"{name}_e").end()
    return [main], [
        create(name),
        create(name),
        job(1),
        create(name),
        job(3),
        job(4, x=1),
        second_version(later, name=name),
        *[step("migrate", name, nth, process=name, to=1, mapping=[["e", "e"]]) for nth in range(3)],
        *[job(nth) for nth in range(8)],
    ]


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
        *[job(nth) for nth in (1, 2, 3)],
        second_version(later.end(), name=name),
        migrate,
        again,
        *[job(nth) for nth in (0, 4, 5, 6, 7, 8, 9, 10, 11, 12)],
    ]


@case
def listener_of_a_task_in_a_called_process(name: str) -> Made:
    main = process(name).start().call_activity("call", f"{name}child").end()
    child = process(f"{name}child").start("s2").service_task("e", type=f"{name}_e", inputs={"local": "= a"})
    child.listens("start", f"{name}_s").listens("end", f"{name}_f").end("e9")
    return [main, child], [create(name, a=1), hand_out(name, "s"), *[job(nth, a=nth, b=nth) for nth in range(3)]]
