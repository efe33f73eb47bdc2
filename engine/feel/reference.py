"""The table of built-in functions for the documentation, made from the register."""

from engine.feel.availability import SINCE
from engine.feel.functions.registry import Builtin, entries

_CHAPTERS = {
    "boolean": "Boolean",
    "conversion": "Conversion",
    "string": "String",
    "numeric": "Numeric",
    "lists": "List",
    "context": "Context",
    "temporal": "Temporal",
    "ranges": "Range",
}


def function_table() -> str:
    """Markdown: a table for each chapter."""
    return "\n".join(_chapter(title, [e for e in entries() if e.chapter == chapter]) for chapter, title in _CHAPTERS.items())


def _chapter(title: str, functions: list[Builtin]) -> str:
    rows = [f"| `{entry.signature}` | {entry.summary}{_dialect(entry)} |" for entry in functions]
    return "\n".join([f"### {title} functions", "", "| function | answers |", "|---|---|", *rows, ""])


def _dialect(entry: Builtin) -> str:
    said = [f"{entry.dialect.value} only"] if entry.dialect else []
    if entry.name in SINCE:
        said.append("Zeebe {}.{} and later".format(*SINCE[entry.name]))
    return f" ({', '.join(said)})" if said else ""
