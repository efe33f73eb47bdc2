"""Commands beyond those of one batch: what is left of it comes later, and begins a batch of its own."""

from functools import partial

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, create, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def _turns(count: int, name: str) -> Made:
    """Several tasks in each of so many turns, all done at once."""
    loop = Loop(f"= for i in 1..{count} return i", element="i", output_collection="out", output_element="= r")
    main = process(name).start().subprocess("turn", loop=loop).start("s1").script_task("one", "= i", result="r")
    main.exclusive("between").script_task("two", "= r + i", result="r").end("e1").done().service_task(
        "after", type=f"{name}_after"
    )
    return [main.end()], [create(name), step("complete", "after")]


def _calls(count: int, name: str) -> Made:
    child = process(f"{name}child").start("begin").script_task("one", "= i", result="r").exclusive("between").end("finish")
    loop = Loop(f"= for i in 1..{count} return i", element="i")
    main = (
        process(name).start().call_activity("call", f"{name}child", loop=loop).service_task("after", type=f"{name}_after").end()
    )
    return [main, child], [create(name), step("complete", "after")]


def _paths(count: int, name: str) -> Made:
    """Four tokens at once, each on a way of so many steps."""
    main = process(name).start().parallel("fork")
    for path in range(4):
        main.at("fork")
        for number in range(count):
            main.exclusive(f"way{path}_{number}")
        main.end(f"end{path}")
    return [main], [create(name)]


for _count in (5, 12, 40):
    CASES[f"batch_of_{_count}_turns"] = partial(_turns, _count)
    CASES[f"batch_of_{_count}_calls"] = partial(_calls, _count)
    CASES[f"batch_of_{_count}_steps_on_four_ways"] = partial(_paths, _count)
