"""Decisions: asked alone and by business rule tasks, with every hit policy, and failing in each of their places."""

from functools import partial
from html import escape

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.hard_cases import CASES, create, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

_HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{name}_graph" name="{name}" namespace="n">'
    "{body}</definitions>"
)


def _table(policy: str, rules: list[tuple[str, str, str]], *, aggregation: str = "", outputs: int = 2) -> str:
    collect = f' aggregation="{aggregation}"' if aggregation else ""
    names = ["answer", "reason"][:outputs]
    return (
        f'<decisionTable id="table" hitPolicy="{policy}"{collect}>'
        '<input id="in1" label="N"><inputExpression id="ie1"><text>n</text></inputExpression></input>'
        + "".join(f'<output id="out_{output}" name="{output}"/>' for output in names)
        + "".join(
            f'<rule id="rule{number}"><inputEntry id="i{number}"><text>{escape(test)}</text></inputEntry>'
            + "".join(
                f'<outputEntry id="o{number}{nth}"><text>{escape(text)}</text></outputEntry>'
                for nth, text in enumerate(given[:outputs])
            )
            + "</rule>"
            for number, (test, *given) in enumerate(rules)
        )
        + "</decisionTable>"
    )


def _literal(text: str, number: int = 1, needs: str = "") -> str:
    """The schema wants the variable first, then what is needed, then the logic."""
    logic = f'<literalExpression id="literal{number}"><text>{escape(text)}</text></literalExpression>'
    return f'<variable name="v{number}"/>{needs}{logic}'


RULES = [
    ("> 0", "1", '"low"'),
    ("> 10", "n * 2", '"high"'),
    ("> 100", "null", "missing"),
    ("< -5", 'assert(n, false, "no")', "1"),
]
LOGIC: dict[str, str] = {
    **{
        policy.lower().replace(" ", "_"): _table(policy, RULES)
        for policy in ("UNIQUE", "FIRST", "ANY", "RULE ORDER", "COLLECT")
    },
    **{
        f"collect_{aggregation.lower()}": _table("COLLECT", RULES, aggregation=aggregation, outputs=1)
        for aggregation in ("SUM", "MIN", "MAX", "COUNT")
    },
    "one_output": _table("UNIQUE", [("1", "{a: n}", ""), ('"x"', "[n]", ""), ("[1..5]", "5", ""), ("-", "6", "")], outputs=1),
    "literal": _literal("n + 1"),
    "failing": _literal('assert(n, n > 10, "too small")'),
    "context": _literal('{a: n, "b c": [n], d: {e: null}}'),
    "of_nothing": _literal("missing"),
}
GIVEN: tuple[object, ...] = (5, 50, 500, 0, -10, "x", None, 1, [1])


def _asked(logic: str, name: str) -> Made:
    """Asked alone, by a task, and through a decision that needs it."""
    needs = f'<informationRequirement id="needs"><requiredDecision href="#{name}_base"/></informationRequirement>'
    body = f'<decision id="{name}_base" name="base">{LOGIC[logic]}</decision>'
    body += f'<decision id="{name}_top" name="top">{_literal("base", 2, needs)}</decision>'
    main = process(name).start().decision_task("e", f"{name}_top", result="r", outputs={"out": "= r"}).end()
    steps: list[Step] = [step("deploy", resources={"d.dmn": _HEAD.format(name=name, body=body)})]
    for number, given in enumerate(GIVEN):
        variables = {} if given is None else {"n": given}
        steps += [step("evaluate", decision=f"{name}_{one}", variables=variables) for one in ("base", "top")]
        steps.append(create(name, **variables))
        steps.append(step("set_variables", name, number, variables={"n": 20}))
    return [main], [*steps, *(step("resolve", "e", nth) for nth in range(6))]


for _logic in LOGIC:
    CASES[f"decision_{_logic}"] = partial(_asked, _logic)
