"""`penstock classify`: how good a classifier is on texts it has not seen."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.csv_files import InvalidTable, read_table
from services.classification import NotEnoughExamples, train
from services.classification.evaluation import evaluate

app = typer.Typer()


@app.command()
def classify(
    train_file: Annotated[Path, typer.Option("--train", help="CSV[.gz] to learn from.", exists=True, dir_okay=False)],
    evaluate_file: Annotated[Path, typer.Option("--evaluate", help="CSV[.gz] to judge on.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
    text: Annotated[str, typer.Option(help="The column with the text.")] = "text",
    label: Annotated[str, typer.Option(help="The column with the label.")] = "label",
    precision: Annotated[float, typer.Option(min=0.5, max=0.999, help="How often automatic answers must be right.")] = 0.95,
) -> None:
    """Train on one file, judge on another: accuracy at 100, 90 and 80 % coverage, and what can go without a person."""
    try:
        seen, unseen = (
            [(row[text], row[label]) for row in read_table(path, (text, label))] for path in (train_file, evaluate_file)
        )
        model = train([row[0] for row in seen], [row[1] for row in seen], precision=precision)
    except (InvalidTable, NotEnoughExamples) as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(1) from error
    if not unseen:
        typer.secho(f"{evaluate_file} has no rows to judge on", err=True, fg="red")
        raise typer.Exit(1)
    result = evaluate(model, [row[0] for row in unseen], [row[1] for row in unseen])
    if as_json:
        typer.echo(json.dumps({**asdict(result), "threshold": round(model.threshold, 4)}))
        return
    for coverage, accuracy in result.accuracy.items():
        typer.echo(f"accuracy on the surest {coverage:3} %: {accuracy:6.2f} %")
    typer.echo(f"automatic at {model.threshold:.3f}: {result.automatic_share:.2f} %, right {result.automatic_accuracy:.2f} %")
