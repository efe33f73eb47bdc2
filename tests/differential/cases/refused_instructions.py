"""Instructions of which several are refused: which one is named."""

from itertools import permutations

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import case, create, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


@case
def start_instructions_of_which_several_are_refused(name: str) -> Made:
    main = process(name).start("begin").subprocess("several", loop=Loop("= [1, 2]"))
    main.start("s1").task("inside").end("e1").done().event_gateway("g").catch("after_gateway", duration="PT1H").end("e2")
    main.at("g").catch("other", duration="PT2H").end("e3")
    refused = ("begin", "inside", "s1", "after_gateway", "missing")
    return [main], [step("create", process=name, variables={}, start_at=list(pair)) for pair in permutations(refused, 2)]


@case
def activations_of_which_several_are_refused(name: str) -> Made:
    main = process(name).start("begin").subprocess("several", loop=Loop("= [1, 2]"))
    main.start("s1").service_task("inside", type=f"{name}_i").end("e1").done()
    main.boundary("bnd", "several", duration="PT1H").end("e4").at("several")
    main.event_gateway("g").catch("after_gateway", duration="PT1H").end("e2").at("g").catch("other", duration="PT2H").end("e3")
    refused = ("begin", "inside", "bnd", "after_gateway", "missing")
    return [main], [
        create(name),
        *(step("modify", name, activate=[{"element": one}, {"element": other}]) for one, other in permutations(refused, 2)),
    ]
