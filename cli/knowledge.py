"""`penstock knowledge add FILES` and `penstock knowledge search QUESTION`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.text import Text
from sqlalchemy import Engine

import bootstrap
from cli.logs import configure_logs
from services.knowledge import Document, DocumentState, Found, ReadingFailed
from settings import Settings

app = typer.Typer(help="Documents that answers are drafted from.")
console = Console()
ENDINGS = {".pdf", ".docx", ".txt", ".md", ".markdown", ".png", ".jpg", ".jpeg", ".tif", ".tiff"}


@app.command()
def add(
    paths: Annotated[
        list[Path], typer.Argument(help="PDF, DOCX, text, Markdown or pictures; a folder means all in it.", exists=True)
    ],
) -> None:
    """Read files into the knowledge base. A file that is there already is recognised by its content."""
    settings = Settings()
    configure_logs(settings)
    failed = 0
    with _engine(settings) as engine:
        reader = bootstrap.knowledge_reader(settings, engine)
        for path in track(list(_files(paths)), "documents", console=console):
            try:
                document, is_new = reader.keep(path.read_bytes(), path.name, added_by="penstock knowledge")
            except (ReadingFailed, OSError) as error:
                console.print(f"[red]{path}: {error}")
                failed += 1
                continue
            if is_new or document.is_unfinished or document.state is DocumentState.FAILED:
                reader.make(document.document_id)
            failed += _say(path, reader.library.document(document.document_id), is_new=is_new)
        bootstrap.give_vectors(settings, engine)
    if failed:
        raise typer.Exit(1)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="Some words, or a whole ticket.")],
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
    language: Annotated[str, typer.Option(help="Prefer passages in this language: en or ru.")] = "",
) -> None:
    """Show the passages that answer a question; exit code 1 where nothing fits."""
    settings = Settings()
    configure_logs(settings)
    with _engine(settings, looks=True) as engine:
        found = bootstrap.knowledge_search(settings, engine).search(question, language=language, limit=limit)
    for each in found:
        console.print(_shown(each))
    if not found:
        console.print("Nothing in the knowledge base fits this question.")
        raise typer.Exit(1)


@contextmanager
def _engine(settings: Settings, *, looks: bool = False) -> Iterator[Engine]:
    bootstrap.upgrade_database(settings, make=not looks)
    with bootstrap.open_database(settings) as engine:
        yield engine


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in ENDINGS and each.is_file())
        else:
            yield path


def _say(path: Path, document: Document, *, is_new: bool) -> bool:
    if document.state is DocumentState.READY:
        console.print(f"{path}: {'read' if is_new else 'was there already'}")
        return False
    console.print(f"[red]{path}: {document.problem}")
    return True


def _shown(found: Found) -> Text:
    passage = found.passage
    place = f"{passage.title}, page {passage.page}" + (f" · {passage.heading}" if passage.heading else "")
    text = Text.assemble((place, "bold"), (f"  fit {found.fit:.2f}\n", "dim"))
    for piece, is_hit in found.pieces:
        text.append(piece, "black on yellow" if is_hit else "")
    return text.append("\n")
