"""How good the ticket classifier is on tickets it has not seen: the figures of docs/reference/classification.md.

    python bench/classification.py ../shared/data/it_tickets.csv.gz --seeds 5 --results figures.jsonl
    python bench/classification.py --results figures.jsonl --page docs/reference/classification.md

A ticket belongs to the unseen fifth by a hash of its text and the seed: the same text is never on both sides. The first line
measures and adds a line of JSON a seed, so that a run that was broken off goes on where it was; the second one writes the page.
"""

import argparse
import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean, stdev
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from cli.labelled_texts import LabelledTexts, read_labelled
from services.classification import train
from services.classification.evaluation import evaluate

PREDICTED = 500
BEGIN, END = "<!-- figures: written by bench/classification.py -->", "<!-- end of figures -->"

type Figures = dict[str, Any]


def is_unseen(text: str, seed: int) -> bool:
    return int(hashlib.sha256(f"{seed}{text}".encode()).hexdigest()[:8], 16) % 5 == 0


def measure(rows: LabelledTexts, seed: int) -> Figures:
    """Train on four fifths, and see what the rest shows."""
    pairs = list(zip(rows.texts, rows.labels, strict=True))
    seen = [pair for pair in pairs if not is_unseen(pair[0], seed)]
    unseen = [pair for pair in pairs if is_unseen(pair[0], seed)]
    started, computing = time.perf_counter(), time.process_time()
    model = train([text for text, _ in seen], [label for _, label in seen])
    seconds, computed = time.perf_counter() - started, time.process_time() - computing
    result = evaluate(model, [text for text, _ in unseen], [label for _, label in unseen])
    computing = time.process_time()
    model.classify([text for text, _ in unseen[:PREDICTED]])
    return {
        "seed": seed,
        "seen": len(seen),
        "unseen": len(unseen),
        **asdict(result),
        "threshold": round(model.threshold, 3),
        "training_seconds": round(seconds),
        "training_processor_seconds": round(computed),
        "largest_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "classified_a_processor_second": round(PREDICTED / (time.process_time() - computing)),
    }


def page_lines(results: Sequence[Figures]) -> Iterator[str]:
    """The table of all seeds and the calibration curve over all of them."""
    yield "| seed | seen | unseen | right of all | of the surest 90 % | 80 % | decided alone | of those right |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in results:
        yield f"| {one['seed']} | {one['seen']} | {one['unseen']} | " + " | ".join(f"{x:.2f} %" for x in _shares(one)) + " |"
    columns = list(zip(*(_shares(one) for one in results), strict=True))
    spread = [f"{mean(column):.2f} ± {stdev(column):.2f} %" if len(results) > 1 else f"{column[0]:.2f} %" for column in columns]
    yield f"| **mean** | | | {' | '.join(spread)} |"
    yield ""
    yield "The calibration curve over these runs: confidence given, share that was right, number of tickets."
    yield ""
    yield "| confidence | right | tickets |"
    yield "|---|---|---|"
    for confidence, accuracy, count in _curve(results):
        yield f"| {confidence:.2f} | {accuracy:.2f} | {count} |"
    costs = [one for one in results if "training_processor_seconds" in one]
    if costs:
        yield ""
        yield (
            f"Training on {costs[0]['seen']} texts took {mean(one['training_processor_seconds'] for one in costs):.0f} s of "
            f"one processor and at most {max(one['largest_memory_mb'] for one in costs)} MB; afterwards "
            f"{mean(one['classified_a_processor_second'] for one in costs):.0f} tickets are classified a second of processor."
        )


def _shares(one: Figures) -> tuple[float, ...]:
    return (*(one["accuracy"][str(share)] for share in (100, 90, 80)), one["automatic_share"], one["automatic_accuracy"])


def _curve(results: Sequence[Figures]) -> Iterator[tuple[float, float, int]]:
    steps: dict[int, list[Figures]] = {}
    for point in (point for one in results for point in one["calibration"]):
        steps.setdefault(min(int(point["confidence"] * 10), 9), []).append(point)
    for _step, points in sorted(steps.items()):
        count = sum(point["count"] for point in points)
        yield (*(sum(p[name] * p["count"] for p in points) / count for name in ("confidence", "accuracy")), count)


def write_page(page: Path, results: Sequence[Figures]) -> None:
    before, rest = page.read_text().split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(before + BEGIN + "\n\n" + "\n".join(page_lines(results)) + "\n\n" + END + after)


def kept(path: Path) -> list[Figures]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--results", type=Path, default=Path("classification-figures.jsonl"))
    parser.add_argument("--page", type=Path, help="write the figures into this page")
    arguments = parser.parse_args()
    if arguments.file is not None:
        rows = read_labelled(arguments.file)
        for seed in sorted(set(range(arguments.seeds)) - {one["seed"] for one in kept(arguments.results)}):
            figures = json.dumps(measure(rows, seed))
            print(figures, flush=True)
            with arguments.results.open("a") as results:
                results.write(figures + "\n")
    if arguments.page is not None:
        write_page(arguments.page, sorted(kept(arguments.results), key=lambda one: one["seed"]))


if __name__ == "__main__":
    main()
