"""How good the ticket classifier is on tickets it has not seen: the figures of docs/reference/classification.md.

    python bench/classification.py ../shared/data/it_tickets.csv.gz --seeds 2

A ticket belongs to the unseen fifth by a hash of its text and the seed: the same text is never on both sides.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from cli.csv_files import read_table
from services.classification import train
from services.classification.evaluation import evaluate

PREDICTED = 500


def is_unseen(text: str, seed: int) -> bool:
    return int(hashlib.sha256(f"{seed}{text}".encode()).hexdigest()[:8], 16) % 5 == 0


def measure(rows: list[dict[str, str]], seed: int) -> None:
    """Train on four fifths, print what the rest shows."""
    seen = [row for row in rows if not is_unseen(row["text"], seed)]
    unseen = [row for row in rows if is_unseen(row["text"], seed)]
    started = time.perf_counter()
    model = train([row["text"] for row in seen], [row["label"] for row in seen])
    trained = time.perf_counter()
    result = evaluate(model, [row["text"] for row in unseen], [row["label"] for row in unseen])
    before = time.perf_counter()
    model.classify([row["text"] for row in unseen[:PREDICTED]])
    rate = PREDICTED / (time.perf_counter() - before)
    print(
        f"seed {seed}: {len(seen)} seen, {len(unseen)} unseen; accuracy {result.accuracy}; "
        f"automatic {result.automatic_share} % at {result.automatic_accuracy} %, threshold {model.threshold:.3f}; "
        f"trained in {trained - started:.0f} s, {rate:.0f} tickets/s",
        flush=True,
    )
    print(json.dumps([[point.confidence, point.accuracy, point.count] for point in result.calibration]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    arguments = parser.parse_args()
    rows = list(read_table(arguments.file, ("text", "label")))
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        measure(rows, seed)


if __name__ == "__main__":
    main()
