"""Native user tasks: each command in each state, and each attribute as it may be given."""

from functools import partial
from typing import Any

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, second_version, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def command(intent: str, nth: int = 0, /, element: str = "u", **arguments: Any) -> Step:
    return step("user_task", element, nth, intent=intent, **({"action": intent.lower()} | arguments))


COMMANDS: dict[str, list[Step]] = {
    "assign": [
        command("ASSIGN", assignee="bob"),
        command("ASSIGN", assignee="bob"),
        command("ASSIGN", assignee="", action="unassign"),
    ],
    "claim": [command("CLAIM", assignee="bob"), command("CLAIM", assignee="bob"), command("CLAIM", assignee="eve")],
    "update": [
        command("UPDATE", changeset={"candidateGroups": ["g"], "candidateUsers": [], "dueDate": "2031-01-01T00:00:00Z"}),
        command("UPDATE", changeset={"candidateGroups": [], "followUpDate": "2031-01-01T00:00:00+01:00", "dueDate": ""}),
        command("UPDATE", changeset={}, action="looked"),
    ],
    "complete": [command("COMPLETE", variables={"r": 1, "own": {"a": None}}, action="approve"), command("COMPLETE")],
}
STATES: dict[str, list[Step]] = {
    "assigned": [command("ASSIGN", assignee="ann")],
    "unassigned": [command("ASSIGN", assignee="", action="unassign")],
    "completed": [command("COMPLETE")],
    "cancelled": [step("cancel", "PROCESS")],
    "interrupted": [wait(10_000)],
    "failing": [step("set_variables", "PROCESS", variables={"needed": 0})],
}


def _case(state: str, name_of_command: str, name: str) -> Made:
    check = {"checked": "= assert(needed, needed > 0)"} if state == "failing" else {}
    main = process(name).start().user_task("u", inputs={"own": "= n"}, outputs={"out": "= own"} | check)
    main.boundary("late", "u", duration="PT10S").end("e1").at("u").user_task("v", assignee="eve").end("e2")
    before = [Step(one.action, one.element.replace("PROCESS", name), one.nth, one.arguments) for one in STATES[state]]
    mended = [step("set_variables", name, variables={"needed": 1}), step("resolve", "u")]
    return [main], [
        create(name, n=1, needed=1),
        *before,
        *COMMANDS[name_of_command],
        *mended,
        command("CLAIM", element="v", assignee="a"),
    ]


for _state in STATES:
    for _command in COMMANDS:
        CASES[f"user_task_{_state}_then_{_command}"] = partial(_case, _state, _command)


@case
def user_task_with_everything(name: str) -> Made:
    main = (
        process(name)
        .start()
        .user_task(
            "u",
            assignee="= who",
            groups='= ["a", "b"]',
            users="u1, u2",
            due='= now() + duration("P1D")',
            follow_up="2030-01-01T00:00:00Z",
            external_form="= address",
            name="Look at it",
        )
        .end()
    )
    return [main], [
        create(name, who="ann", address="https://example.org/form"),
        command("UPDATE", changeset={"candidateUsers": ["x", "y"], "followUpDate": "2035-01-01T00:00:00Z"}),
        command("COMPLETE", variables={"who": "bob"}),
        create(name, who="ann"),
    ]


@case
def user_tasks_in_turns(name: str) -> Made:
    loop = Loop(
        "= people", element="person", output_collection="answers", output_element="= answer", completion="= stop = true"
    )
    main = process(name).start().user_task("u", assignee="= person", loop=loop).end()
    return [main], [
        create(name, people=["ann", "bob", "eve"]),
        command("COMPLETE", 1, variables={"answer": "b"}),
        command("CLAIM", 0, assignee="zoe"),
        command("COMPLETE", 2, variables={"answer": "e", "stop": True}),
        command("COMPLETE", 0, variables={"answer": "a", "stop": True}),
    ]


@case
def user_task_migrated_and_moved(name: str) -> Made:
    main = process(name).start().user_task("u", assignee="ann", groups="a").end()
    newer = process(name).start().user_task("w", assignee="bob").end()
    return [main], [
        create(name, n=1),
        create(name, n=2),
        command("UPDATE", changeset={"candidateGroups": ["z"]}),
        second_version(newer, name=name),
        step("modify", name, 0, activate=[{"element": "u"}], terminate=[["u", 0]]),
        # Once completed, its records would name what it was before: a fault that is not imitated.
        step("migrate", name, 1, process=name, to=1, mapping=[["u", "w"]]),
        command("COMPLETE", 2, variables={"r": 1}),
        create(name, n=3),
        command("COMPLETE", 0, element="w"),
    ]
