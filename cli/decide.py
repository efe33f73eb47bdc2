"""`penstock decide`: one decision for one case, for lines of JSON or for a CSV file; explained if wished."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.decide_table import explain, print_analysis
from cli.feel import MAX_LINE, read_context
from engine import feel
from engine.dmn import DecisionEvaluation, DecisionModel, DmnError, UnknownDecision
from engine.dmn.files import read_dmn_file
from engine.dmn.model import DecisionTable
from engine.feel.functions.conversion import json_text

app = typer.Typer(add_completion=False)

# What a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="The DMN file.", exists=True, dir_okay=False, metavar="FILE.dmn")],
    decision: Annotated[
        str | None, typer.Argument(help="Id or name of the decision; may be left out if one is on top.")
    ] = None,
    context: Annotated[str, typer.Option("--context", "-c", help="Variables as JSON, or @FILE.")] = "{}",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read a JSON object of variables per line, write one per line.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Read CSV with names in its first line; add columns of answers.")
    ] = False,
    explained: Annotated[bool, typer.Option("--explain", help="Show the tables with the rules that matched.")] = False,
    analyse: Annotated[bool, typer.Option("--analyse", help="Show gaps, overlaps and unreachable rules instead.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Follow the DMN standard where Camunda differs.")] = False,
) -> None:
    """Evaluate a decision.

    `penstock decide ticket_routing.dmn --context '{"category": "billing"}'`
    """
    try:
        model = read_dmn_file(file, dialect=feel.STRICT if strict else feel.CAMUNDA)
        decision_id = model.decision_id(decision) if decision else top_decision(model)
    except (DmnError, OSError) as error:
        typer.echo(f"{file}: {error}" if isinstance(error, UnknownDecision) else str(error), err=True)
        raise typer.Exit(1) from error
    if analyse:
        print_analysis(model)
    elif jsonl:
        for line in sys.stdin:
            if line.strip():
                typer.echo(answer(model, decision_id, line))
    elif as_csv:
        answer_csv(model, decision_id, sys.stdin)
    else:
        answer_one(model, decision_id, read_context(context), explained=explained)


def top_decision(model: DecisionModel) -> str:
    """The decision that no other requires, if there is one such."""
    required = {href.rpartition("#")[2] for one in model.decisions.values() for href in one.required_decisions}
    top = [identity for identity in model.decisions if identity not in required]
    if len(top) != 1:
        raise UnknownDecision("", top or list(model.decisions))
    return top[0]


def answer_one(model: DecisionModel, decision_id: str, context: Mapping[str, Any], *, explained: bool) -> None:
    """Print the answer, and on the other channel why it is as it is."""
    evaluation = model.evaluate(decision_id, context)
    if explained:
        explain(model, evaluation)
    for warning in evaluation.warnings:
        typer.echo(str(warning), err=True)
    if evaluation.failed:
        typer.echo(f"{evaluation.failure_message} (decision '{evaluation.failed_decision_id}')", err=True)
        raise typer.Exit(1)
    typer.echo(feel.format_value(evaluation.output))


def answer(model: DecisionModel, decision_id: str, line: str) -> str:
    """The answer to one line of variables; a line `{"context": {...}}` is taken for its context. A bad line fails alone."""
    if len(line) > MAX_LINE:
        return json.dumps({"failure": f"a line of {len(line)} characters is too long"})
    try:
        request = feel.from_json(json.loads(line, parse_float=Decimal))
    except (ValueError, ArithmeticError, RecursionError) as error:
        return json.dumps({"failure": f"not JSON: {error}"}, ensure_ascii=False)
    if isinstance(request, dict) and set(request) == {"context"} and isinstance(request["context"], dict):
        request = request["context"]
    if not isinstance(request, dict):
        return json.dumps({"failure": "expected an object of variables"})
    evaluation = model.evaluate(decision_id, request)
    if evaluation.failed:
        failure = {"failure": evaluation.failure_message, "decision": evaluation.failed_decision_id}
        return json.dumps(failure, ensure_ascii=False)
    warnings = json.dumps([str(warning) for warning in evaluation.warnings], ensure_ascii=False)
    rules = json.dumps(matched(evaluation))
    kind = json.dumps(feel.type_name(evaluation.output))
    return f'{{"result":{json_text(evaluation.output)},"type":{kind},"matched_rules":{rules},"warnings":{warnings}}}'


def matched(evaluation: DecisionEvaluation) -> list[int]:
    """Numbers of the rules of the decision itself that matched."""
    lines = evaluation.evaluated_decisions
    return [rule.index for rule in lines[-1].matched_rules] if lines else []


def answer_csv(model: DecisionModel, decision_id: str, lines: Iterable[str]) -> None:
    """Add the answer to each row: a column per output, the rules that matched and, where it fails, why."""
    reader = csv.DictReader(lines)
    names = [name for name in reader.fieldnames or () if name]
    if not names:
        typer.echo("the first line of the CSV must name the columns", err=True)
        raise typer.Exit(1)
    outputs = output_columns(model, decision_id)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*map(as_text, names), *map(as_text, outputs), "matched_rules", "failure"])
    for row in reader:
        evaluation = model.evaluate(decision_id, {name: cell_value(row.get(name)) for name in names})
        output = evaluation.output
        values = output if isinstance(output, Mapping) and len(outputs) > 1 else {outputs[0]: output}
        rules = " ".join(map(str, matched(evaluation)))
        cells = [as_text(row.get(name) or "") for name in names] + [shown(values.get(name)) for name in outputs]
        writer.writerow([*cells, rules, as_text(evaluation.failure_message)])


def output_columns(model: DecisionModel, decision_id: str) -> list[str]:
    """The columns of a table with several outputs; one column, called as the decision, for any other decision."""
    expression = model.decisions[decision_id].expression
    names = [clause.name for clause in expression.outputs] if isinstance(expression, DecisionTable) else []
    return names if len(names) > 1 else [decision_id]


def cell_value(text: str | None) -> feel.Value:
    """A cell as a FEEL value: nothing, a truth value, a number, or text."""
    if text is None or not text.strip():
        return None
    stripped = text.strip()
    if stripped in {"true", "false"}:
        return stripped == "true"
    if stripped[-1].isdigit() and stripped.lstrip("-").replace(".", "", 1).isdigit() and not _is_code(stripped):
        try:
            return Decimal(stripped)
        except InvalidOperation:
            return text
    return text


def _is_code(text: str) -> bool:
    """Whether digits are a code with leading zeros (a postcode) and no number."""
    return len(text) > 1 and text[0] == "0" and text[1].isdigit()


def shown(value: feel.Value) -> str:
    """A value in a cell: text bare, the rest as FEEL writes it."""
    if value is None:
        return ""
    return as_text(value if isinstance(value, str) else feel.format_value(value))


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and not isinstance(cell_value(cell), Decimal) else cell
