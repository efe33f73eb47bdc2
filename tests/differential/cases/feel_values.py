"""FEEL values that are no JSON on their way through mappings, scripts and loops: functions, dates, durations and ranges."""

from functools import partial

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

# What is no JSON, and something that is made of it by the mapping after it.
PAIRS = {
    "function": ("= function(x) x + 1", "= v(2)"),
    "function_of_two": ("= function(x, y) x + y", "= v(y: 1, x: n)"),
    "date": ('= date("2030-01-31")', '= v + duration("P1M")'),
    "moment": ('= date and time("2030-01-31T10:00:00Z")', "= v.year"),
    "local_moment": ('= date and time("2030-01-31T10:00:00")', "= string(v)"),
    "time": ('= time("10:00:00Z")', '= v + duration("PT1H")'),
    "days": ('= duration("P1DT2H")', "= v.days"),
    "months": ('= duration("P14M")', "= v.years"),
    "range": ("= [1..5]", "= v = null"),
    "in_range": ("= [1..5]", "= n in v"),
    "list_of_dates": ('= [date("2030-01-31")]', "= v[1].month"),
    "list_of_functions": ("= [function(x) x]", "= count(v)"),
    "context_with_function": ("= {f: function(x) x * 2, k: 1}", "= v.f(n) + v.k"),
    "context_with_date": ('= {d: date("2030-01-31")}', "= v.d.day"),
    "number": ("= 1/3", "= v * 3"),
    "large_number": ("= 9223372036854775807", "= v - 1"),
    "null": ("= null", "= v = null"),
}


def _inputs(name: str, first: str, second: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work", inputs={"v": first, "made": second}).end()
    return [main], [create(name, n=4), step("activate", type=f"{name}_work", jobs=1), step("complete", "work")]


def _outputs(name: str, first: str, second: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work", outputs={"v": first, "made": second}).end()
    return [main], [create(name, n=4, v="before"), step("complete", "work")]


def _nested(name: str, first: str, second: str) -> Made:
    """The second target lies beside the first."""
    mapped = {"in.v": first, "in.made": second}
    main = process(name).start().service_task("work", type=f"{name}_work", inputs=mapped, outputs={"out.v": first})
    main.end()
    return [main], [create(name, n=4), step("activate", type=f"{name}_work", jobs=1), step("complete", "work")]


def _script(name: str, first: str, second: str) -> Made:
    main = process(name).start().script_task("say", expression=first, result="said").service_task("work", type=f"{name}_work")
    main.end()
    return [main], [create(name, n=4, said=1), step("activate", type=f"{name}_work", jobs=1), step("complete", "work")]


def _items(name: str, first: str, second: str) -> Made:
    collection = f"= [{first.removeprefix('= ')}, n]"
    loop = Loop(collection, element="item", output_collection="all", output_element="= item")
    main = process(name).start().service_task("work", type=f"{name}_work", loop=loop).end()
    return [main], [create(name, n=4), step("complete", "work", 0), step("complete", "work", 1)]


for _kind, (_first, _second) in PAIRS.items():
    for _place in (_inputs, _outputs, _nested, _script, _items):
        CASES[f"feel_value{_place.__name__}_{_kind}"] = partial(_place, first=_first, second=_second)


@case
def mapping_sees_a_date_of_the_one_before(name: str) -> Made:
    """And one after it sees the sum of both."""
    mapped = {
        "a": '= date("2030-01-31")',
        "b": '= a + duration("P1D")',
        "c": "= [a, b]",
        "d": "= b - a",
        "e": '= d + duration("PT1H")',
    }
    main = process(name).start().service_task("work", type=f"{name}_work", inputs=mapped, outputs=mapped).end()
    return [main], [create(name, n=4), step("activate", type=f"{name}_work", jobs=1), step("complete", "work")]


@case
def function_replaces_a_variable(name: str) -> Made:
    """A target that was a variable and is a function now."""
    main = (
        process(name).start().service_task("work", type=f"{name}_work", outputs={"v": "= function(x) x", "w": "= v(n)"}).end()
    )
    return [main], [create(name, n=4, v=1), step("complete", "work", v=2)]
