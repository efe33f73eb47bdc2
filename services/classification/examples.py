"""The labelled texts a classifier was first trained on, kept so that it can learn on from them together with corrections."""

import gzip
import json
import os
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path


class InvalidExamples(ValueError):
    """The file of examples is damaged."""


def save_examples(texts: Sequence[str], labels: Sequence[str], path: Path) -> None:
    """Write them for the owner alone; a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        with gzip.open(file, "wt", encoding="utf-8") as lines:
            for text, label in zip(texts, labels, strict=True):
                lines.write(json.dumps([text, label], ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def load_examples(path: Path) -> tuple[list[str], list[str]]:
    """Texts and labels; none where there is no file.

    Raises:
        InvalidExamples: the file is none that `save_examples` wrote.
    """
    if not path.exists():
        return [], []
    texts, labels = [], []
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                text, label = json.loads(line)
                texts.append(str(text))
                labels.append(str(label))
    except (OSError, EOFError, ValueError, TypeError, RecursionError, zlib.error) as error:
        raise InvalidExamples(f"{path} holds no examples: {error}. Train again: penstock classifier train FILE.csv") from error
    return texts, labels
