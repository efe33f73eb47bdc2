"""Evaluations per second of a decision table, beside the Python libraries that are installed.

    python bench/dmn_speed.py

The ten-rule table asks for an amount in an interval and a tier by name. Peers get the table in the form that is quickest for
them: parsed beforehand where they can keep a parsed expression. `pip install bkflow-feel pySFeel zen-engine` for all rows.
"""

import json
import logging
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from engine.dmn import read_dmn

SECONDS = 1.0
NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def intervals(rules: int) -> list[tuple[int, int, str, str]]:
    """The rules: from, to, tier, answer."""
    return [(row * 10, row * 10 + 9, "gold" if row % 2 else "silver", f"answer {row}") for row in range(rules)]


def facts(rules: int) -> list[dict[str, Any]]:
    """Cases that hit all rules in turn."""
    amounts = [(step * 37) % (rules * 10) for step in range(1000)]
    return [{"amount": amount, "tier": "gold" if amount // 10 % 2 else "silver"} for amount in amounts]


def dmn(rules: int) -> bytes:
    """The table as a DMN file."""
    rows = "".join(
        f"<rule id='r{row}'><inputEntry><text>[{low}..{high}]</text></inputEntry>"
        f'<inputEntry><text>"{tier}"</text></inputEntry><outputEntry><text>"{answer}"</text></outputEntry></rule>'
        for row, (low, high, tier, answer) in enumerate(intervals(rules))
    )
    inputs = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in ("amount", "tier"))
    table = f"<decisionTable>{inputs}<output name='answer'/>{rows}</decisionTable>"
    decision = f"<decision id='d' name='d'>{table}</decision>"
    return f"<definitions xmlns='{NAMESPACE}' id='g' name='g' namespace='n'>{decision}</definitions>".encode()


def penstock(rules: int, *, audit: bool) -> Callable[[dict[str, Any]], Any]:
    model = read_dmn(dmn(rules), "bench.dmn")
    return lambda case: model.evaluate("d", case, audit=audit).output


def cell(low: int, high: int, tier: str) -> str:
    """A rule as one expression, for libraries that have expressions only."""
    # In parentheses, because pySFeel reads a chain of comparisons from the right.
    return f'(amount >= {low}) and (amount <= {high}) and (tier = "{tier}")'


def bkflow(rules: int) -> Callable[[dict[str, Any]], Any]:
    feel = import_module("bkflow_feel")
    logging.disable(logging.CRITICAL)
    trees = [
        (feel.transformer.transform(feel.parser.parse(cell(low, high, tier))), answer)
        for low, high, tier, answer in intervals(rules)
    ]
    return lambda case: next(answer for tree, answer in trees if tree.evaluate(case))


def py_s_feel(rules: int) -> Callable[[dict[str, Any]], Any]:
    parser = import_module("pySFeel").SFeelParser()
    rows = intervals(rules)

    def decide(case: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the library answers.
        for name, value in case.items():
            parser.sFeelParse(f"{name} <- {json.dumps(value)}")
        return next(answer for low, high, tier, answer in rows if parser.sFeelParse(cell(low, high, tier))[1] is True)

    return decide


def zen(rules: int) -> Callable[[dict[str, Any]], Any]:
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": "a", "name": "a", "field": "amount"}, {"id": "t", "name": "t", "field": "tier"}],
        "outputs": [{"id": "o", "name": "o", "field": "answer"}],
        "rules": [
            {"_id": str(row), "a": f"[{low}..{high}]", "t": f'"{tier}"', "o": f'"{answer}"'}
            for row, (low, high, tier, answer) in enumerate(intervals(rules))
        ],
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": content},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    decision = import_module("zen").ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda case: decision.evaluate(case)["result"]["answer"]


def measure(decide: Callable[[dict[str, Any]], Any], cases: list[dict[str, Any]]) -> float:
    """Evaluations per second of processor time, once every case was seen."""
    started = time.process_time()
    for case in cases:
        decide(case)
        if time.process_time() - started > SECONDS:
            break
    count, started = 0, time.process_time()
    while True:
        for case in cases:
            decide(case)
            count += 1
            if count % 10 == 0 and time.process_time() - started > SECONDS:
                return count / (time.process_time() - started)


def main() -> None:
    ours = measure(penstock(10, audit=False), facts(10))
    print(f"{'penstock, 10 rules':32} {ours:>12,.0f} /s")
    for rules in (100, 1000):
        speed = measure(penstock(rules, audit=False), facts(rules))
        print(f"{f'penstock, {rules} rules':32} {speed:>12,.0f} /s   {speed / ours:.2f} of that with 10 rules")
    print(f"{'penstock, 10 rules, with audit':32} {measure(penstock(10, audit=True), facts(10)):>12,.0f} /s")
    for name, build in (("bkflow-feel", bkflow), ("pySFeel", py_s_feel), ("zen-engine", zen)):
        try:
            decide = build(10)
        except ImportError:
            print(f"{name:32} {'not installed':>15}")
            continue
        assert decide({"amount": 15, "tier": "gold"}) == "answer 1"
        speed = measure(decide, facts(10))
        print(f"{f'{name}, 10 rules':32} {speed:>12,.0f} /s   penstock is {ours / speed:,.1f} times as fast")


if __name__ == "__main__":
    main()
