"""Deployments one after the other: versions, duplicates, what is deleted, and what starts by itself in between."""

from collections.abc import Callable
from functools import partial

from tests.bpmn_builder import ProcessBuilder, definitions, process
from tests.differential.hard_cases import CASES, case, create, publish, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

DECISION = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{id}_graph" name="{id}" namespace="n">'
    '<decision id="{id}_decision" name="Decision"><variable name="v"/><literalExpression id="l"><text>{text}</text>'
    "</literalExpression></decision></definitions>"
)
FORM = '{{"type": "default", "id": "{id}_form", "schemaVersion": 12, "components": [{{"type": "text", "text": "{text}"}}]}}'


def deploy(**resources: str) -> Step:
    """Files by name; the name's last underscore stands for its dot."""
    named = {".".join(name.rsplit("_", 1)): text for name, text in resources.items()}
    return step("deploy", resources=named)


def _file(*builders: ProcessBuilder) -> str:
    return definitions(*builders).decode()


def _decision(name: str, text: str) -> str:
    return DECISION.format(id=name, text=text)


def _form(name: str, text: str) -> str:
    return FORM.format(id=name, text=text)


STARTS: dict[str, Callable[[ProcessBuilder, str], object]] = {
    "timer": lambda main, _: main.start("begin", cycle="R/PT10S"),
    "date": lambda main, _: main.start("begin", date='= now() + duration("PT20S")'),
    "message": lambda main, name: main.start("begin", message=f"{name}_m"),
    "signal": lambda main, name: main.start("begin", signal=f"{name}_go"),
    "none": lambda main, _: main.start("begin"),
}


def _version(start: str, number: int, name: str) -> ProcessBuilder:
    main = process(name)
    STARTS[start](main, name)
    return main.service_task(f"work{number}", type=f"{name}_work{number}").end()


def _triggers(name: str) -> list[Step]:
    """All that may start an instance. The real engine looks for a timer that came back only when it looks for another."""
    tick = [create(f"{name}clock"), wait(10_000)]
    return [publish(f"{name}_m", "", n=1), step("broadcast", name=f"{name}_go"), *tick, *tick]


def _starts_come_back(first: str, second: str, name: str) -> Made:
    """A version is deployed over another, deleted, and the older one is deleted too."""
    newer = _version(second, 2, name)
    clock = process(f"{name}clock").start("c1").catch("tick", duration="PT10S").end("c2")
    return [_version(first, 1, name), clock], [
        step("deploy", resources={f"{name}.bpmn": _file(newer)}),
        *_triggers(name),
        *(step("cancel", name, nth) for nth in range(6)),
        step("delete", name, 1),
        *_triggers(name),
        create(name, n=1),
        *(step("cancel", name, nth) for nth in range(2, 12)),
        step("delete", name, 0),
        *_triggers(name),
        create(name, n=2),
    ]


for _first in STARTS:
    for _second in STARTS:
        if "none" not in {_first, _second} or _first != _second:
            CASES[f"starts_of_{_first}_then_{_second}"] = partial(_starts_come_back, _first, _second)


@case
def deleted_in_the_middle(name: str) -> Made:
    files = [_file(_version("message", number, name)) for number in (1, 2, 3)]
    return [_version("message", 1, name)], [
        *(step("deploy", resources={f"{name}.bpmn": text}) for text in files[1:]),
        step("delete", name, 1),
        step("create", process=name, version=2),
        *_triggers(name)[:1],
        step("cancel", name, 0),
        step("delete", name, 2),
        *_triggers(name)[:1],
        step("delete", name, 0),
        step("cancel", name, 1),
        step("delete", name, 0),
        step("delete", name, 0),
        step("deploy", resources={f"{name}.bpmn": files[2]}),
        step("deploy", resources={f"{name}.bpmn": files[0]}),
        *_triggers(name)[:1],
    ]


@case
def deployed_again_and_under_other_names(name: str) -> Made:
    one, two = _file(_version("none", 1, name)), _file(_version("none", 2, name))
    return [_version("none", 1, name)], [
        step("deploy", resources={f"{name}.bpmn": one}),
        step("deploy", resources={f"{name}_other.bpmn": one}),
        step("deploy", resources={f"{name}.bpmn": one}),
        step("deploy", resources={f"{name}.bpmn": two}),
        step("deploy", resources={f"{name}.bpmn": one}),
        step("deploy", resources={f"{name}.bpmn": one + " "}),
        *(step("create", process=name, version=version) for version in (1, 2, 3, 4, 5, 6, 0, -1, -2)),
    ]


@case
def deployed_with_processes_decisions_and_forms(name: str) -> Made:
    main = process(name).start().decision_task("e", f"{name}_decision", result="r").user_task("u", form_id=f"{name}_form").end()
    child = process(f"{name}child").start("begin").end("finish")
    both, alone = _file(main, child), _file(main)
    table, form = _decision(name, "n + 1"), _form(name, "one")
    return [process(name).start().end()], [
        step("deploy", resources={"a.bpmn": both, "b.dmn": table, "c.form": form}),
        step("deploy", resources={"a.bpmn": both, "b.dmn": table, "c.form": form}),
        step("deploy", resources={"a.bpmn": both, "b.dmn": _decision(name, "n + 2"), "c.form": form}),
        step("deploy", resources={"a.bpmn": alone}),
        step("deploy", resources={"c.form": _form(name, "two"), "d.form": form}),
        step("deploy", resources={"b.dmn": table, "d.dmn": table}),
        step("deploy", resources={"a.bpmn": both, "z.bpmn": alone}),
        step("deploy", resources={"a.bpmn": alone, "z.txt": "text"}),
        step("deploy", resources={"z.form": "{}"}),
        step("deploy", resources={"z.form": '{"id": ""}'}),
        step("deploy", resources={"z.form": '{"id": 5}'}),
        step("deploy", resources={}),
        create(name, n=1),
        step("user_task", "u", intent="COMPLETE", action="done"),
        create(f"{name}child"),
    ]


@case
def deleted_decisions_give_way_to_older_ones(name: str) -> Made:
    main = process(name).start().decision_task("e", f"{name}_decision", result="r").end()
    asked = step("evaluate", decision=f"{name}_decision", variables={"n": 1})
    return [main], [
        step("deploy", resources={"b.dmn": _decision(name, "n + 1")}),
        step("deploy", resources={"b.dmn": _decision(name, "n + 2")}),
        asked,
        step("delete", f"{name}_graph", 1),
        asked,
        create(name, n=1),
        step("delete", f"{name}_graph", 0),
        asked,
        create(name, n=1),
        step("delete", f"{name}_graph", 0),
        step("deploy", resources={"b.dmn": _decision(name, "n + 1")}),
        step("resolve", "e"),
        asked,
    ]


@case
def deleted_forms_give_way_to_older_ones(name: str) -> Made:
    main = (
        process(name).start().user_task("u", form_id=f"{name}_form").user_task("j", native=False, form_id=f"{name}_form").end()
    )
    done = {"intent": "COMPLETE", "action": "done"}
    return [main], [
        create(name),
        step("deploy", resources={"f.form": _form(name, "one")}),
        step("resolve", "u"),
        step("deploy", resources={"f.form": _form(name, "two")}),
        create(name),
        step("delete", f"{name}_form", 1),
        create(name),
        step("user_task", "u", 0, **done),
        step("delete", f"{name}_form", 0),
        step("user_task", "u", 1, **done),
        step("user_task", "u", 2, **done),
        step("deploy", resources={"f.form": _form(name, "two")}),
        step("resolve", "j", 0),
        step("resolve", "j", 1),
        step("activate", type="io.camunda.zeebe:userTask", jobs=50, timeout=60_000),
    ]


@case
def called_process_is_the_latest_at_its_time(name: str) -> Made:
    main = process(name).start().service_task("wait", type=f"{name}_wait").call_activity("e", f"{name}child").end()
    one = process(f"{name}child").start("begin").service_task("one", type=f"{name}_one").end("finish")
    two = process(f"{name}child").start("begin").service_task("two", type=f"{name}_two").end("finish")
    none = process(f"{name}child").start("begin", message=f"{name}_m").end("finish")
    return [main], [
        *(create(name, n=number) for number in range(5)),
        step("complete", "wait", 0),
        step("deploy", resources={"child.bpmn": _file(one)}),
        step("resolve", "e", 0),
        step("deploy", resources={"child.bpmn": _file(two)}),
        step("complete", "wait", 1),
        step("deploy", resources={"child.bpmn": _file(none)}),
        step("complete", "wait", 2),
        step("delete", f"{name}child", 2),
        step("resolve", "e", 1),
        step("delete", f"{name}child", 1),
        step("complete", "two", 0),
        step("complete", "two", 1),
        step("delete", f"{name}child", 1),
        step("complete", "wait", 3),
        step("complete", "one", 0),
    ]


@case
def several_starts_of_each_kind(name: str) -> Made:
    main = process(name).start("none").task("work").end()
    for one in ("b", "a", "c"):
        main.start(f"message_{one}", message=f"{name}_m{one}").to("work")
        main.start(f"signal_{one}", signal=f"{name}_s{one}").to("work")
        main.start(f"timer_{one}", duration="PT10S").to("work")
        main.start(f"late_{one}", date='= now() + duration("PT20S")').to("work")
    newer = process(name).start("none").service_task("work", type=f"{name}_work").end()
    for one in ("c", "b", "d"):
        newer.start(f"message_{one}", message=f"{name}_m{one}").to("work")
        newer.start(f"signal_{one}", signal=f"{name}_s{one}").to("work")
        newer.start(f"timer_{one}", cycle="R2/PT10S").to("work")
    return [main], [
        *(publish(f"{name}_m{one}", "k", n=1) for one in "abc"),
        wait(10_000),
        step("deploy", resources={f"{name}.bpmn": _file(newer)}),
        *(publish(f"{name}_m{one}", "k", n=1) for one in "abc"),
        step("broadcast", name=f"{name}_sb"),
        wait(10_000),
        wait(10_000),
    ]
