"""Labelled texts out of a CSV file as people have them: columns named anyhow, rows without a label, rows without a text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.csv_files import InvalidTable, column_names, read_table

TEXT_NAMES = ("text", "document", "message", "body", "description", "content", "ticket", "question", "utterance", "query")
LABEL_NAMES = ("label", "category", "class", "topic_group", "topic", "intent", "queue", "target", "group", "type")
# Rows that are looked at to tell a column of labels from a column of texts.
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """What can be learned from or judged on; `left_out` rows lack the text or the label, `named` is the label's column."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    left_out: int = 0
    named: str = ""

    def without(self, labels: frozenset[str]) -> "LabelledTexts":
        kept = [(text, label) for text, label in zip(self.texts, self.labels, strict=True) if label not in labels]
        return LabelledTexts(tuple(text for text, _ in kept), tuple(label for _, label in kept), self.left_out, self.named)


def read_labelled(path: Path, text: str | None = None, label: str | None = None) -> LabelledTexts:
    """The rows of a file; columns that are not named are recognised by their names, or by what stands in them.

    Raises:
        InvalidTable: it is no CSV file, or it is not clear which column is which.
    """
    text, label = _columns(path, text, label)
    rows = [(row[text], row[label].strip()) for row in read_table(path, (text, label))]
    whole = [row for row in rows if row[0].strip() and row[1]]
    return LabelledTexts(tuple(row[0] for row in whole), tuple(row[1] for row in whole), len(rows) - len(whole), label)


def _columns(path: Path, text: str | None, label: str | None) -> tuple[str, str]:
    names = column_names(path)
    text = text or _known(names, TEXT_NAMES, label)
    label = label or _known(names, LABEL_NAMES, text)
    others = [name for name in names if name not in {text, label}]
    if text and label:
        return text, label
    if len(names) == 2 and not text and not label:
        return _by_content(path, names)
    if len(names) == 2 and len(others) == 1:
        return text or others[0], label or others[0]
    lacking = "text" if not text else "label"
    found = ", ".join(names) or "nothing"
    raise InvalidTable(f"which column holds the {lacking}? The first line names {found}: say --text NAME --label NAME")


def _known(names: Sequence[str], known: Sequence[str], taken: str | None) -> str | None:
    lower = {name.strip().lower(): name for name in names if name != taken}
    return next((lower[name] for name in known if name in lower), None)


def _by_content(path: Path, names: Sequence[str]) -> tuple[str, str]:
    """Labels come again and again, texts hardly ever do."""
    first, second = names
    rows = list(_first(path, names))
    distinct = {name: len({row[name] for row in rows}) for name in names}
    length = {name: sum(len(row[name]) for row in rows) for name in names}
    return (first, second) if (distinct[first], length[first]) >= (distinct[second], length[second]) else (second, first)


def _first(path: Path, names: Sequence[str]) -> Iterator[dict[str, str]]:
    for _number, row in zip(range(LOOKED_AT), read_table(path, names), strict=False):
        yield row
