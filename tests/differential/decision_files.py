"""Random decision requirements graphs for business rule tasks: a table that asks another decision, in two versions."""

import random
from html import escape

_HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{id}_graph" name="Graph of {id}" namespace="n">'
    "{body}</definitions>"
)


def decision_file(name: str, seed: int, version: int) -> str:
    """A file with the decisions `NAME_decision` and `NAME_base`; versions differ in what they answer."""
    dice = random.Random(f"{seed} {version}")
    base = dice.choice(
        ("n", "n + 1", "missing", "1 / 0", 'assert(n, n &lt; 100, "n is too large")', '"b"', "items", "{a: n, b: text}")
    )
    needs = _required(name) if dice.random() < 0.7 else ""
    literal = f'<variable name="base"/><literalExpression id="literal"><text>{base}</text></literalExpression>'
    parts = [
        f'<decision id="{name}_base" name="Base">{literal}</decision>',
        f'<decision id="{name}_decision" name="Decision">{needs}{_table(dice, version)}</decision>',
    ]
    return _HEAD.format(id=name, body="".join(parts))


def _required(name: str) -> str:
    return f'<informationRequirement id="needs"><requiredDecision href="#{name}_base"/></informationRequirement>'


def _table(dice: random.Random, version: int) -> str:
    policy = dice.choice(("UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"))
    aggregation = (
        f' aggregation="{dice.choice(("SUM", "COUNT", "MAX"))}"' if policy == "COLLECT" and dice.random() < 0.5 else ""
    )
    inputs = [dice.choice(("n", "text", "base", "count(items)")) for _ in range(dice.randint(1, 2))]
    outputs = ["answer", "reason"][: dice.randint(1, 2)]
    return (
        f'<decisionTable id="table" hitPolicy="{policy}"{aggregation if len(outputs) == 1 else ""}>'
        + "".join(
            f'<input id="in{number}" label="{text}">{_text("inputExpression", text)}</input>'
            for number, text in enumerate(inputs)
        )
        + "".join(f'<output id="out{number}" name="{name}"/>' for number, name in enumerate(outputs))
        + "".join(_rule(dice, number, len(inputs), len(outputs), version) for number in range(dice.randint(1, 3)))
        + "</decisionTable>"
    )


def _rule(dice: random.Random, number: int, inputs: int, outputs: int, version: int) -> str:
    tests = ("-", "> 3", "5", '"t"', "[1..10]", "not(1)", "", "< missing")
    answers = (str(version), f'"v{version}"', "n + 1", "null", "{a: n}", "missing")
    return (
        f'<rule id="rule{number}">'
        + "".join(_text("inputEntry", dice.choice(tests)) for _ in range(inputs))
        + "".join(_text("outputEntry", dice.choice(answers)) for _ in range(outputs))
        + "</rule>"
    )


def _text(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text, quote=False)}</text></{tag}>"
