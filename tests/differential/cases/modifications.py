"""Modification: several instructions at once, scopes chosen and not, what is ended while something begins beside it."""

from functools import partial
from typing import Any

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, publish, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def modify(
    name: str, *activate: str, terminate: tuple[tuple[str, int], ...] = (), ancestor: tuple[str, int] | None = None
) -> Step:
    chosen = {} if ancestor is None else {"ancestor": list(ancestor)}
    begin = [{"element": element} | chosen for element in activate]
    return step("modify", name, activate=begin, terminate=[list(one) for one in terminate])


def turns(name: str, *, sequential: bool) -> ProcessBuilder:
    loop = Loop(
        "= items",
        element="item",
        output_collection="out",
        output_element="= r",
        completion="= stop = true",
        sequential=sequential,
    )
    main = process(name).start().subprocess("body", loop=loop).start("s1").service_task("e", type=f"{name}_e")
    main.service_task("f", type=f"{name}_f").end("e1").done().service_task("after", type=f"{name}_after").end()
    return main


TURNS: dict[str, list[tuple[tuple[str, ...], tuple[tuple[str, int], ...], tuple[str, int] | None]]] = {
    "body_ended": [((), (("body", 0),), None)],
    "turn_ended": [((), (("body", 1),), None)],
    "all_turns_ended": [((), (("body", 1), ("body", 2)), None)],
    "task_ended": [((), (("e", 0),), None)],
    "task_begun_in_the_only_body": [(("f",), (), None)],
    "task_begun_in_a_turn": [(("f",), (), ("body", 1))],
    "task_begun_in_the_body": [(("f",), (), ("body", 0))],
    "turn_begun_in_the_body": [(("body",), (), ("body", 0))],
    "body_begun_beside": [(("body",), (), None)],
    "turn_ended_and_task_begun_there": [(("f",), (("body", 1),), ("body", 1))],
    "task_replaced": [(("f",), (("e", 0),), ("body", 1))],
    "moved_out": [(("after",), (("body", 0),), None)],
}


def _turn(kind: str, sequential: bool, name: str) -> Made:
    instructions = [modify(name, *begin, terminate=end, ancestor=around) for begin, end, around in TURNS[kind]]
    done = (("e", 0), ("f", 0), ("e", 1), ("f", 1), ("e", 2), ("f", 2), ("e", 3), ("f", 3), ("after", 0), ("after", 1))
    return [turns(name, sequential=sequential)], [
        create(name, items=[1, 2]),
        *instructions,
        *(step("complete", element, nth, variables={"r": nth}) for element, nth in done),
    ]


for _kind in TURNS:
    # The real engine does not come to rest after this one.
    if _kind != "task_begun_in_the_only_body":
        CASES[f"parallel_{_kind}"] = partial(_turn, _kind, False)
    CASES[f"sequential_{_kind}"] = partial(_turn, _kind, True)


def nested(name: str) -> ProcessBuilder:
    main = (
        process(name)
        .start()
        .service_task("one", type=f"{name}_one")
        .subprocess("outer", inputs={"o": "= n"}, outputs={"back": "= o"})
    )
    main.start("s1").subprocess("inner", inputs={"i": "= o"}).start("s2").service_task("deep", type=f"{name}_deep").end(
        "e2"
    ).done()
    main.boundary("late", "inner", interrupting=False, duration="PT10S").task("noted").end("e3").at("inner").end("e1")
    main.event_subprocess("esp").start("es", message=f"{name}_m", correlation_key="= key").service_task(
        "esp_task", type=f"{name}_esp"
    )
    return main.end("e4").done().done().service_task("after", type=f"{name}_after").end()


NESTED: dict[str, Step] = {
    "twice_apart": modify("NAME", "deep", "deep"),
    "deep_and_its_scope": modify("NAME", "deep", "inner"),
    "deep_and_outside": modify("NAME", "deep", "after", terminate=(("one", 0),)),
    "scope_alone": modify("NAME", "inner", terminate=(("one", 0),)),
    "outer_alone": modify("NAME", "outer", terminate=(("one", 0),)),
    "into_event_subprocess": modify("NAME", "esp_task", terminate=(("one", 0),)),
    "event_subprocess": modify("NAME", "esp", terminate=(("one", 0),)),
    "event_subprocess_and_deep": modify("NAME", "esp_task", "deep"),
    "unknown_twice": modify("NAME", "nowhere", "nobody"),
    "flow_and_process": modify("NAME", "start_to_one", "NAME"),
    "events_of_all_kinds": modify("NAME", "start", "late", "es", "e2"),
    "ended_twice": modify("NAME", terminate=(("one", 0), ("one", 0))),
    "nothing": modify("NAME"),
    "process_itself": modify("NAME", terminate=(("NAME", 0),)),
    "wrong_ancestor": modify("NAME", "deep", ancestor=("one", 0)),
    "root_as_ancestor": modify("NAME", "deep", ancestor=("NAME", 0)),
}


def _nested(kind: str, name: str) -> Made:
    given = NESTED[kind]

    def own(value: object) -> object:
        if isinstance(value, list):
            return [own(entry) for entry in value]
        if isinstance(value, dict):
            return {key: own(entry) for key, entry in value.items()}
        return name if value == "NAME" else value

    arguments = own(given.arguments)
    assert isinstance(arguments, dict)
    done = (("deep", 0), ("deep", 1), ("one", 0), ("deep", 2), ("esp_task", 0), ("after", 0), ("after", 1), ("after", 2))
    return [nested(name)], [
        create(name, n=1, key="k"),
        step("modify", name, 0, **arguments),
        wait(10_000),
        publish(f"{name}_m", "k", n=2),
        step("modify", name, 0, **arguments),
        *(step("complete", element, nth) for element, nth in done),
    ]


for _kind in NESTED:
    CASES[f"modified_{_kind}"] = partial(_nested, _kind)


@case
def modified_with_variables_in_each_scope(name: str) -> Made:
    scopes = ("", name, "outer", "inner", "deep", "one", "esp", "nowhere")
    steps = [create(name, n=1, key="k")]
    for scope in scopes:
        given = [{"variables": {"v": scope or "all", "n": 7}, "scope": scope}]
        steps.append(step("modify", name, activate=[{"element": "deep", "variables": given}]))
    return [nested(name)], [*steps, *(step("complete", "deep", nth) for nth in range(4)), step("cancel", name)]


@case
def modified_called_process(name: str) -> Made:
    child = (
        process(f"{name}child")
        .start("begin")
        .service_task("work", type=f"{name}_work")
        .service_task("more", type=f"{name}_more")
        .end("e")
    )
    main = process(name).start().call_activity("call", f"{name}child").service_task("after", type=f"{name}_after").end()
    return [main, child], [
        create(name, n=1),
        step("modify", name, activate=[{"element": "work"}]),
        step("modify", f"{name}child", terminate=[["work", 0]]),
        step("complete", "work", 0),
        step("complete", "more", 0),
        step("modify", name, activate=[{"element": "call"}, {"element": "call"}]),
        step("modify", name, terminate=[["call", 1]], activate=[{"element": "after"}]),
        step("complete", "work", 2),
        step("complete", "more", 1),
        *(step("complete", "after", nth) for nth in range(3)),
    ]


@case
def modified_with_an_incident_open(name: str) -> Made:
    main = process(name).start().exclusive("e").when("= x = 1").service_task("work", type=f"{name}_work").end("e1")
    main.at("e").when("= x > 2").end("e2")
    return [main], [
        create(name, x=2),
        step("modify", name, activate=[{"element": "e", "variables": [{"variables": {"x": 1}, "scope": ""}]}]),
        step("modify", name, activate=[{"element": "work"}], terminate=[["e", 0]]),
        step("resolve", "e"),
        step("complete", "work", 0),
        step("complete", "work", 1),
    ]


def _begin(element: str, ancestor: tuple[str, int] | None = None, *scopes: str) -> dict[str, Any]:
    variables = [{"variables": {"v": 1}, "scope": scope} for scope in scopes]
    return {"element": element, "variables": variables} | ({} if ancestor is None else {"ancestor": list(ancestor)})


# Each names more than one thing that is wrong; `one` is the task of the first instance, its second that of another.
REFUSED: dict[str, list[dict[str, Any]]] = {
    "scopes_of_variables_twice": [_begin("deep", None, "nobody"), _begin("one", None, "nowhere", "nothing")],
    "unknown_scope_behind_one_elsewhere": [_begin("deep", None, "one"), _begin("one", None, "nowhere")],
    "variables_elsewhere_and_ended_ancestor": [_begin("deep", ("start", 0), "one")],
    "ended_ancestors": [_begin("deep", ("start", 0)), _begin("one", ("start", 0)), _begin("deep", ("s1", 0))],
    "wrong_ancestor_and_ended_one": [_begin("deep", ("one", 0)), _begin("deep", ("start", 0))],
    "ancestors_of_another_instance": [_begin("deep", ("one", 1)), _begin("one", ("one", 1)), _begin("deep", ("e2", 0))],
    "wrong_ancestor_and_one_of_another_instance": [_begin("deep", ("one", 0)), _begin("deep", ("one", 1))],
    "wrong_ancestors": [_begin("deep", ("one", 0)), _begin("after", ("one", 0)), _begin("deep", ("one", 0))],
    "wrong_ancestor_and_unknown_element": [_begin("deep", ("one", 0)), _begin("nowhere")],
}


def _refused(kind: str, name: str) -> Made:
    begin = REFUSED[kind]
    return [nested(name)], [
        create(name, n=1, key="k"),
        create(name, n=2, key="k"),
        step("modify", name, activate=begin),
        # What it would end has ended already: that is looked at first.
        step("modify", name, terminate=[["start", 0]], activate=begin),
        step("modify", name, terminate=[["one", 0]]),
    ]


for _kind in REFUSED:
    CASES[f"modification_refused_for_{_kind}"] = partial(_refused, _kind)


def _called(order: list[int], name: str) -> Made:
    """What is ended in a called instance, one after the other: its process, and all that runs in it."""
    child = process(f"{name}child").start("begin").parallel("fork").service_task("work", type=f"{name}_work").end("e")
    child.at("fork").service_task("more", type=f"{name}_more").end("f")
    main = process(name).start().call_activity("call", f"{name}child").end()
    named = [[f"{name}child", 0], ["work", 0], ["more", 0]]
    return [main, child], [
        create(name, n=1),
        step("modify", f"{name}child", terminate=[named[place] for place in order]),
        step("complete", "work"),
        step("complete", "more"),
    ]


for _kind, _order in {"first": [0, 1, 2], "in_between": [1, 0, 2], "last": [1, 2, 0], "not": [2, 1]}.items():
    CASES[f"called_process_ended_{_kind}"] = partial(_called, _order)


@case
def begun_by_hand_in_a_called_process(name: str) -> Made:
    """What is begun so names no caller in its records, nor does what comes of it; what was there and comes of that does."""
    child = process(f"{name}child").start("begin").service_task("work", type=f"{name}_work")
    child.boundary("late", "work", interrupting=False, duration="PT10S").task("noted").end("e1").at("work")
    child.subprocess("sub").start("s1").service_task("inner", type=f"{name}_inner", loop=Loop("= [1, 2]", element="i")).end(
        "e2"
    )
    child.event_subprocess("esp").start("es", signal=f"{name}_go", interrupting=False).task("told").end("e3").done()
    child.done().service_task("more", type=f"{name}_more").end("e4")
    main = process(name).start().call_activity("call", f"{name}child").end()
    return [main, child], [
        create(name, n=1),
        step("modify", f"{name}child", activate=[{"element": "inner"}, {"element": "work"}]),
        wait(10_000),
        step("broadcast", name=f"{name}_go"),
        step("complete", "work", 1),
        step("complete", "work", 0),
        step("broadcast", name=f"{name}_go"),
        *(step("complete", "inner", nth) for nth in range(6)),
        *(step("complete", "more", nth) for nth in range(3)),
    ]


@case
def begun_by_hand_in_a_called_process_with_events(name: str) -> Made:
    child = process(f"{name}child").start("begin").service_task("work", type=f"{name}_work")
    child.compensated_by("undo", "undone", type=f"{name}_undone").throw("out", link="over")
    child.apart().catch("back", link="over").event_gateway("either").catch("first", signal=f"{name}_go")
    child.throw("take_back", compensate=True).end("e1").at("either").catch("second", duration="PT10S").end("e2")
    main = process(name).start().call_activity("call", f"{name}child").end()
    return [main, child], [
        create(name, n=1),
        step("modify", f"{name}child", activate=[{"element": "work"}]),
        step("complete", "work", 1),
        step("broadcast", name=f"{name}_go"),
        step("complete", "undone", 0),
        step("complete", "work", 0),
        step("modify", f"{name}child", activate=[{"element": "take_back"}]),
        step("complete", "undone", 1),
        wait(10_000),
    ]
