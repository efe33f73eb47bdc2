"""The conversation of `penstock feel --repl`: a prompt with history, colours and completion."""

import re
from pathlib import Path
from typing import Any

import typer
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.lexers import PygmentsLexer

from engine import feel
from engine.feel.functions import builtin_names
from engine.feel.highlight import FeelLexer
from engine.feel.names import KEYWORDS

WELCOME = "FEEL. `name := expression` keeps a value, `:names` lists them, `:quit` or Ctrl-D leaves."
_ASSIGNMENT = re.compile(r"\s*([^\W\d]\w*)\s*:=(.*)", re.DOTALL)


def _history() -> History:
    path = Path.home() / ".penstock_feel_history"
    try:
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def converse(context: dict[str, Any], dialect: feel.Dialect) -> None:
    """Ask and answer until the user leaves."""
    completer = WordCompleter(lambda: sorted({*builtin_names(), *KEYWORDS, *context}), sentence=False)
    session: PromptSession[str] = PromptSession(history=_history(), lexer=PygmentsLexer(FeelLexer), completer=completer)
    typer.echo(WELCOME)
    while True:
        try:
            line = session.prompt("feel> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if line.strip() in {":quit", ":q", "exit"}:
            return
        if line.strip():
            typer.echo(reply(line, context, dialect))


def reply(line: str, context: dict[str, Any], dialect: feel.Dialect) -> str:
    """The answer to one line; an assignment changes the context."""
    if line.strip() == ":names":
        return "\n".join(f"{name} = {feel.format_value(value)}" for name, value in context.items()) or "no names yet"
    assignment = _ASSIGNMENT.fullmatch(line)
    text = assignment[2].strip() if assignment else line.strip()
    try:
        evaluation = feel.compile(text, dialect=dialect, names=tuple(context)).evaluate(context)
    except feel.FeelError as error:
        return str(error)
    if assignment:
        context[assignment[1]] = evaluation.value
    warnings = [f"  {warning}" for warning in evaluation.warnings]
    return "\n".join([feel.format_value(evaluation.value), *warnings])
