"""What an import tells is said in Russian, too: each reason has its text."""

import ast
from pathlib import Path

from api.i18n import load_languages

HOME = Path(__file__).parents[3]
RUSSIAN = load_languages(HOME / "translations", "en").by_code["ru"]
IMPORTING = HOME / "engine" / "bpmn" / "importing"


def reasons() -> set[str]:
    """Every reason and every thing that is told in whole words."""
    found = set()
    for path in IMPORTING.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="person" | "dropped" | "converted"), args=[_, *told]):
                    found |= {each.value for each in told if isinstance(each, ast.Constant)}
                case ast.Assign(targets=[ast.Name(id="_REASONS" | "_NO_MEANING")], value=ast.Dict(values=values)):
                    found |= {each.value for each in values if isinstance(each, ast.Constant)}
                case ast.Assign(targets=[ast.Name(id="why")], value=ast.Constant(value=str(text))):
                    found.add(text)
    return found


def test_every_reason_of_an_import_has_a_russian_text() -> None:
    found = reasons()

    english = sorted(text for text in found if RUSSIAN.refused(text) == text)

    assert len(found) > 40
    assert english == []


def test_what_is_told_about_names_keeps_them() -> None:
    assert RUSSIAN.refused("the connector 'http'") == "коннектор 'http'"
    assert RUSSIAN.refused("write it in FEEL, because 'execution' is code, not data") == (
        "напишите это на FEEL: 'execution' — код, а не данные"
    )
