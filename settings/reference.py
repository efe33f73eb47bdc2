"""The table of all settings, written for people: `python -m settings.reference > docs/reference/settings.md`.

A setting is described by the text below it; reading that text from the source costs nothing when the product runs.
"""

import ast
import inspect
import json
import re
import sys
from typing import Any

from pydantic import BaseModel
from pydantic_settings import BaseSettings

from settings import Settings
from settings.house import HOME

HEADING = """# Settings

Written by `python -m settings.reference` from `settings/`; a test keeps it current.

Each is an environment variable. `PENSTOCK_X` wins over the file that `PENSTOCK_X_FILE` names (how Docker, Kubernetes and
systemd hand out secrets), that over Vault ([how](../how-to/secrets-in-vault.md)), and that over a line in `.env`. Lists and
mappings are JSON. Sizes are bytes, durations are seconds unless the name says otherwise. `penstock doctor` tells what is wrong
with them.
"""
WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
    "path": "path",
    "password": "secret",
}
LIMITS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}
PAGE = re.compile(r"docs/how-to/([a-z-]+)\.md")
CAPITAL = re.compile("([A-Z])")


def settings_page() -> str:
    """The page in Markdown, section by section."""
    return HEADING + "".join(_section(each) for each in sections())


def sections() -> list[type[BaseModel]]:
    """What `Settings` is put together from, in its order."""
    return [each for each in Settings.__bases__ if issubclass(each, BaseModel) and not issubclass(each, BaseSettings)]


def described(section: type[BaseModel]) -> dict[str, str]:
    """What each setting of a section is for, by its name; empty where nobody wrote it down."""
    [tree] = ast.parse(inspect.getsource(section)).body
    assert isinstance(tree, ast.ClassDef)
    texts = dict.fromkeys(section.model_fields, "")
    for field, below in zip(tree.body, [*tree.body[1:], ast.Pass()], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and (text := _text(below)):
            texts[field.target.id] = " ".join(text.split())
    return texts


def _text(node: ast.stmt) -> str:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return node.value.value if is_text else ""  # type: ignore[attr-defined]


def _section(section: type[BaseModel]) -> str:
    title = CAPITAL.sub(r" \1", section.__name__).strip().capitalize()
    texts, schemas = described(section), section.model_json_schema()["properties"]
    rows = [
        f"| `PENSTOCK_{name.upper()}` | {_kind(schema)} | {_default(schema)} | {texts[name]} |"
        for name, schema in schemas.items()
    ]
    table = "\n".join(["| variable | value | default | |", "|---|---|---|---|", *rows])
    about = PAGE.sub(r"[\1](../how-to/\1.md)", inspect.cleandoc(section.__doc__ or ""))
    return f"\n## {title}\n\n{about}\n\n{table}\n"


def _kind(schema: dict[str, Any]) -> str:
    """What stands in the variable, in words."""
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"] if each["type"] != "null")
    if "enum" in schema:
        return " or ".join(f"`{each}`" for each in schema["enum"])
    if schema["type"] == "array":
        return f"JSON list of {_kind(schema['items'])}s"
    if schema["type"] == "object":
        return f"JSON mapping of names to {_kind(schema['additionalProperties'])}s"
    limits = [f"{word} {schema[bound]:g}" for bound, word in LIMITS.items() if bound in schema]
    return " ".join([WORDS[schema.get("format", schema["type"])], *limits])


def _default(schema: dict[str, Any]) -> str:
    value = schema.get("default")
    if value in (None, "", [], {}):
        return ""
    if value == str(HOME):
        return "where it is installed"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
