"""How fast are FEEL expressions beside the other libraries that a Python program could use?

Every library that is installed evaluates the same expression with the same variables in the same run, compiled beforehand
where it can compile. pySFeel, bkflow-feel and zen-engine are no dependencies: install them to be compared with.

    python bench/feel_speed.py [--seconds 1]
"""

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from sys import path
from time import perf_counter
from typing import Any

path.insert(0, str(Path(__file__).parents[1]))

from engine import feel

EXPRESSION = 'amount > 1000 and contains(lower case(name), "x")'
CONTEXT = {"amount": 1500, "name": "FOOX bar"}
OTHERS = {
    "short": "amount > 1000",
    "arithmetic": "amount * 1.19 + 5",
    "path": "order.customer.country",
    "list": "sum(for i in order.items return i.qty * i.price)",
    "filter": 'order.items[sku = "b"][1].price',
}
ORDER = {"customer": {"country": "DE"}, "items": [{"sku": s, "qty": 2, "price": 10.1} for s in "abcde"]}

type Evaluate = Callable[[], Any]


def penstock() -> Evaluate:
    compiled = feel.compile(EXPRESSION)
    return lambda: compiled.value(CONTEXT)


def pysfeel() -> Evaluate:
    import pySFeel  # noqa: PLC0415 - not installed unless one wants to compare.

    parser = pySFeel.SFeelParser()
    for name, value in CONTEXT.items():
        parser.sFeelParse(f'{name} <- "{value}"' if isinstance(value, str) else f"{name} <- {value}")
    # It reads the variables that were set above, and wants parentheses around both sides of `and`.
    return lambda: parser.sFeelParse('(amount > 1000) and (contains(lower case(name), "x"))')[1]


def bkflow() -> Evaluate:
    from bkflow_feel import parser, transformer  # noqa: PLC0415 - not installed unless one wants to compare.
    from bkflow_feel.utils import FEELFunctionsManager  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    FEELFunctionsManager.register_funcs({"lower case": "feel_speed.lower_case"})
    tree = transformer.transform(parser.parse(EXPRESSION))
    return lambda: tree.evaluate(CONTEXT)


def lower_case(text: str) -> str:
    """bkflow-feel lacks this function and takes it from here."""
    return text.lower()


def zen() -> Evaluate:
    import zen as library  # noqa: PLC0415 - not installed unless one wants to compare.

    compiled = library.compile_expression('amount > 1000 and contains(lower(name), "x")')
    return lambda: compiled.evaluate(CONTEXT)


LIBRARIES: dict[str, tuple[str, Callable[[], Evaluate]]] = {
    "penstock": ("Python", penstock),
    "bkflow-feel": ("Python", bkflow),
    "pySFeel": ("Python", pysfeel),
    "zen-engine": ("Rust", zen),
}


def rate(evaluate: Evaluate, seconds: float) -> float:
    """Evaluations per second, the best of three stretches."""
    best = 0.0
    for _ in range(3):
        count, started, batch = 0, perf_counter(), 50
        while (passed := perf_counter() - started) < seconds / 3:
            for _ in range(batch):
                evaluate()
            count += batch
            batch = min(batch * 2, 20_000) if passed < seconds / 12 else batch
        best = max(best, count / (perf_counter() - started))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each library is measured")
    seconds = parser.parse_args().seconds
    print(EXPRESSION)
    ours = 0.0
    for name, (language, prepare) in LIBRARIES.items():
        try:
            evaluate = prepare()
        except ImportError:
            print(f"  {name:12} not installed")
            continue
        answer = evaluate()
        speed = rate(evaluate, seconds)
        ours = ours or speed
        note = "" if answer is True else f"  (answers {answer!r})"
        print(f"  {name:12} {speed:12,.0f}/s  penstock is {ours / speed:8.2f} times as fast  [{language}]{note}")
    for name, text in OTHERS.items():
        compiled = feel.compile(text)
        context = {**CONTEXT, "order": ORDER}
        print(f"  {name:12} {rate(lambda: compiled.value(context), seconds):12,.0f}/s  {text}")  # noqa: B023 - called at once.
    parsed = rate(lambda: feel.compile(EXPRESSION), seconds)
    print(f"  {'compile':12} {parsed:12,.0f}/s")


if __name__ == "__main__":
    main()
