"""The page of all commands, written for people: `python -m cli.reference > docs/reference/commands.md`."""

import re
import sys
from collections.abc import Iterator
from inspect import cleandoc

import typer
from typer.core import TyperCommand, TyperGroup

from cli import COMMANDS, application

HEADING = """# Commands

Written by `python -m cli.reference` from the commands; a test keeps it current. `penstock COMMAND --help` says the same.
"""
BREAK = re.compile(r"\s+")


def commands_page() -> str:
    """The page in Markdown, in the order of `penstock --help`."""
    return HEADING + "".join(part for name in COMMANDS for part in _parts(_command(name), f"penstock {name}", "##"))


def _command(name: str) -> TyperCommand | TyperGroup:
    program = typer.main.get_command(application([name]))
    assert isinstance(program, TyperGroup)
    return program.commands[name]  # type: ignore[return-value]


def _parts(command: TyperCommand | TyperGroup, path: str, level: str) -> Iterator[str]:
    """A command, then those below it."""
    context = typer.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    rows = [record for parameter in command.params if (record := parameter.get_help_record(context)) is not None]
    yield f"\n{level} {path}\n\n{_text(command.help)}\n\n    {usage}\n{_table(rows)}"
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from _parts(each, f"{path} {name}", level + "#")  # type: ignore[arg-type]


def _text(written: str | None) -> str:
    return cleandoc(written or "").replace("\b\n", "")


def _table(rows: list[tuple[str, str]]) -> str:
    told = [f"| `{_plain(names)}` | {_plain(text)} |" for names, text in rows if "--help" not in names]
    return "\n".join(["", "| | |", "|---|---|", *told, ""]) if told else ""


def _plain(text: str) -> str:
    return BREAK.sub(" ", text).replace("|", "\\|").strip()


if __name__ == "__main__":
    sys.stdout.write(commands_page())
