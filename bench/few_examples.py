"""What a sentence model adds where labels have few examples: the figures of docs/reference/classification.md.

    python bench/few_examples.py FILE.csv.gz SENTENCES [--each 10 20]

For each number so many texts of every label are learned, and forty others of it judged, by words alone and with the sentence
model in the folder SENTENCES (`penstock classifier sentences`). Two runs see the same texts.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from cli.labelled_texts import read_labelled
from services.classification import OnnxSentences, train
from services.classification.evaluation import evaluate

JUDGED = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("sentences", type=Path)
    parser.add_argument("--each", type=int, nargs="+", default=[10, 20])
    options = parser.parse_args()
    by_label = texts_by_label(options.file)
    sentences = OnnxSentences.open(options.sentences)
    largest = max(options.each)
    unseen = [(text, label) for label, texts in by_label.items() for text in texts[largest : largest + JUDGED]]
    print(f"{len(by_label)} labels, {len(unseen)} texts judged")
    print("| texts a label | heard | right of all | of the surest 90 % | decided alone | of those right |")
    for number in options.each:
        seen = [(text, label) for label, texts in by_label.items() for text in texts[:number]]
        for heard, model in (("words", None), ("words and sentences", sentences)):
            learned = train(*columns(seen), sentences=model)
            found = evaluate(learned, *columns(unseen))
            accuracy, alone = found.accuracy, f"{found.automatic_share:.1f} % | {found.automatic_accuracy:.1f} %"
            print(f"| {number} | {heard} | {accuracy[100]:.1f} % | {accuracy[90]:.1f} % | {alone} |")


def texts_by_label(file: Path) -> dict[str, list[str]]:
    rows = read_labelled(file)
    pairs = list(zip(rows.texts, rows.labels, strict=True))
    random.Random(3).shuffle(pairs)
    found = defaultdict(list)
    for text, label in pairs:
        found[label].append(text)
    return dict(found)


def columns(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [text for text, _ in pairs], [label for _, label in pairs]


if __name__ == "__main__":
    main()
