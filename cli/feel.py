"""`penstock feel`: one expression, a file of them, or a conversation."""

import json
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.feel_prompt import converse
from engine import feel
from engine.feel.functions.conversion import json_text
from engine.feel.reference import function_table

app = typer.Typer(add_completion=False)

MAX_LINE = 4_000_000


@app.command()
def run(
    expression: Annotated[str | None, typer.Argument(help="The expression.", show_default=False)] = None,
    context: Annotated[str, typer.Option("--context", "-c", help="Variables as JSON, or @FILE.")] = "{}",
    input_: Annotated[
        str | None, typer.Option("--input", "-i", help="JSON value to test; the expression is unary tests then.")
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read a JSON object per line, write one per line.")] = False,
    repl: Annotated[bool, typer.Option("--repl", help="Talk: history, colours, completion.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Follow the DMN standard where Camunda differs.")] = False,
    format_: Annotated[bool, typer.Option("--format", help="Print the expression in one style; evaluate nothing.")] = False,
    functions: Annotated[bool, typer.Option("--functions", help="Print the table of built-in functions.")] = False,
) -> None:
    """Evaluate FEEL.

    `penstock feel 'amount * 1.19' --context '{"amount": 100}'`
    """
    dialect = feel.STRICT if strict else feel.CAMUNDA
    if functions:
        typer.echo(function_table())
    elif jsonl:
        answer_lines(sys.stdin, dialect)
    elif repl:
        converse(read_context(context), dialect)
    elif expression is None:
        raise typer.BadParameter("Give an expression, or --jsonl, or --repl.", param_hint="EXPRESSION")
    elif format_:
        show(lambda: feel.parse(expression, dialect=dialect).unparse())
    else:
        evaluate_one(expression, read_context(context), input_, dialect)


def read_json(text: str, what: str) -> Any:  # noqa: ANN401 - JSON is of any type.
    """JSON with every digit of its numbers kept."""
    try:
        return feel.from_json(json.loads(text, parse_float=Decimal))
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise typer.BadParameter(f"{what} is not JSON: {error}") from error


def read_context(text: str) -> dict[str, Any]:
    """The variables of a command line."""
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"{text[1:]}: {error}", param_hint="--context") from error
    context = read_json(text, "--context")
    if not isinstance(context, dict):
        raise typer.BadParameter("--context must be a JSON object", param_hint="--context")
    return context


def show(work: Any) -> None:  # noqa: ANN401 - a callable without arguments.
    """Print an answer, or the error on the other channel with exit status 1."""
    try:
        typer.echo(work())
    except feel.FeelError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def evaluate_one(expression: str, context: dict[str, Any], input_: str | None, dialect: feel.Dialect) -> None:
    """Print the value in FEEL and the warnings on the other channel."""

    def work() -> str:
        request = {"expression": expression, "context": context}
        if input_ is not None:
            request["input"] = read_json(input_, "--input")
        evaluation = evaluate(request, dialect)
        for warning in evaluation.warnings:
            typer.echo(f"{warning} (line {warning.line}, column {warning.column})", err=True)
        return feel.format_value(evaluation.value)

    show(work)


def evaluate(request: dict[str, Any], dialect: feel.Dialect) -> feel.Evaluation:
    """One request: an expression, or unary tests where it has an input."""
    expression, context = request["expression"], request.get("context") or {}
    names = tuple(context)
    if "input" in request:
        tests = feel.compile_unary_tests(expression, dialect=dialect, names=names)
        return tests.evaluate(request["input"], context)
    return feel.compile(expression, dialect=dialect, names=names).evaluate(context)


def answer_lines(lines: Iterable[str], dialect: feel.Dialect) -> None:
    """Answer a line for each line; a bad line fails alone."""
    for line in lines:
        if line.strip():
            sys.stdout.write(answer(line, dialect) + "\n")
            sys.stdout.flush()


def answer(line: str, dialect: feel.Dialect) -> str:
    """The answer to one line, as JSON."""
    try:
        evaluation = evaluate(_request(line), dialect)
    except (feel.FeelError, ValueError, ArithmeticError, RecursionError) as error:
        return json.dumps({"failure": str(error)}, ensure_ascii=False)
    warnings = json.dumps([str(warning) for warning in evaluation.warnings], ensure_ascii=False)
    kind = json.dumps(feel.type_name(evaluation.value))
    return f'{{"result":{json_text(evaluation.value)},"type":{kind},"warnings":{warnings}}}'


def _request(line: str) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise ValueError(f"a line of {len(line)} characters is too long")
    request = feel.from_json(json.loads(line, parse_float=Decimal))
    if not isinstance(request, dict) or not isinstance(request.get("expression"), str):
        raise feel.FeelError('expected an object with "expression", a string')
    if not isinstance(request.get("context") or {}, dict):
        raise feel.FeelError('"context" must be an object')
    return request
