"""`penstock classify`: how good a classifier is on texts it has not seen."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.csv_files import InvalidTable
from cli.labelled_texts import LabelledTexts, read_labelled
from services.classification import MINIMUM_PER_LABEL, NotEnoughExamples, OnnxSentences, SentencesUnavailable, train
from services.classification.evaluation import Evaluation, evaluate

app = typer.Typer()


@app.command()
def classify(
    train_file: Annotated[Path, typer.Option("--train", help="CSV[.gz] to learn from.", exists=True, dir_okay=False)],
    evaluate_file: Annotated[Path, typer.Option("--evaluate", help="CSV[.gz] to judge on.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON.")] = False,
    text: Annotated[str | None, typer.Option(help="The column with the text, where its name does not say so.")] = None,
    label: Annotated[str | None, typer.Option(help="The column with the label, likewise.")] = None,
    precision: Annotated[float, typer.Option(min=0.5, max=0.999, help="How often automatic answers must be right.")] = 0.95,
    sentences: Annotated[Path | None, typer.Option(help="Hear this sentence model too, where it helps.")] = None,
) -> None:
    """Train on one file, judge on another: accuracy at 100, 90 and 80 % coverage, and what can go without a person."""
    seen, unseen = (_read(path, text, label) for path in (train_file, evaluate_file))
    if not unseen.texts:
        _refuse(evaluate_file, "it has no rows to judge on")
    scarce = frozenset(name for name, count in Counter(seen.labels).items() if count < MINIMUM_PER_LABEL)
    if scarce:
        _warn(train_file, f"{len(scarce)} labels with fewer than {MINIMUM_PER_LABEL} texts are not learned: {_some(scarce)}")
    known = seen.without(scarce)
    if unknown := set(unseen.labels) - set(known.labels):
        _warn(evaluate_file, f"{len(unknown)} labels were not learned, their texts count as wrong: {_some(unknown)}")
    try:
        read = OnnxSentences.open(sentences) if sentences is not None else None
        model = train(known.texts, known.labels, precision=precision, sentences=read)
    except (NotEnoughExamples, SentencesUnavailable) as error:
        _refuse(train_file, str(error))
    _tell(evaluate(model, unseen.texts, unseen.labels), model.threshold, as_json=as_json)


def _tell(result: Evaluation, threshold: float, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**asdict(result), "threshold": round(threshold, 4)}))
        return
    for coverage, accuracy in result.accuracy.items():
        typer.echo(f"accuracy on the surest {coverage:3} %: {accuracy:6.2f} %")
    typer.echo(f"automatic at {threshold:.3f}: {result.automatic_share:.2f} %, right {result.automatic_accuracy:.2f} %")


def _read(path: Path, text: str | None, label: str | None) -> LabelledTexts:
    try:
        found = read_labelled(path, text, label)
    except InvalidTable as error:
        _refuse(path, str(error))
    if found.left_out:
        _warn(path, f"{found.left_out} rows without a text or a label are left out")
    if found.named.strip() in found.labels:
        _warn(path, "its first line looks like a row and is taken for the names of the columns: begin with a line text,label")
    return found


def _some(labels: frozenset[str] | set[str]) -> str:
    shown = [label[:40] for label in sorted(labels)[:5]]
    return ", ".join(shown) + (" …" if len(labels) > len(shown) else "")


def _warn(path: Path, what: str) -> None:
    typer.secho(f"{path}: {what}", err=True, fg="yellow")


def _refuse(path: Path, why: str) -> NoReturn:
    typer.secho(f"{path}: {why}", err=True, fg="red")
    raise typer.Exit(1)
