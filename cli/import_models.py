"""`penstock import`: models of Camunda 7, its kin and SpiffArena in Zeebe's dialect, with a report of what is left to do."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.bpmn import InvalidBpmn
from engine.bpmn.importing import Imported, Outcome, file_name, import_model

app = typer.Typer(add_completion=False)

_ORDER = (Outcome.PERSON, Outcome.DROPPED, Outcome.CONVERTED)


@app.command()
def run(
    files: Annotated[list[Path], typer.Argument(help="BPMN and DMN files.", exists=True, dir_okay=False, metavar="FILE…")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the converted files.")] = Path("imported"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as a JSON object per file.")] = False,
) -> None:
    """Convert models of Camunda 7, Activiti, Flowable or SpiffArena to the dialect Penstock and Zeebe run.

    `penstock import invoice.bpmn assign.dmn --out processes/invoice`

    Forms that stand in a process become files of their own. Nothing is left out in silence: what could not be converted is
    named with its element and what a person has to do about it.
    """
    out.mkdir(parents=True, exist_ok=True)
    failed = False
    for file in files:
        target = out / file_name(file.name)
        if target.exists() and target.samefile(file):
            typer.echo(f"{file}: the converted file would replace it. Give another folder with --out.", err=True)
            failed = True
            continue
        try:
            imported = import_model(file.read_bytes(), file.name)
        except (InvalidBpmn, OSError) as error:
            typer.echo(f"{file}: {error}", err=True)
            failed = True
            continue
        target.write_bytes(imported.content)
        for form in imported.forms:
            (out / form.file_name).write_bytes(form.content)
        _tell(file, target, imported, as_json=as_json)
    if failed:
        raise typer.Exit(1)


def _tell(file: Path, target: Path, imported: Imported, *, as_json: bool) -> None:
    if as_json:
        notes = [asdict(note) for note in imported.notes]
        forms = [str(target.parent / form.file_name) for form in imported.forms]
        report = {"file": str(file), "written": str(target), "forms": forms, "dialect": imported.dialect, "notes": notes}
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    counts = {outcome: sum(note.outcome is outcome for note in imported.notes) for outcome in _ORDER}
    summary = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count) or "nothing to do"
    typer.echo(f"{file} ({imported.dialect}) -> {target}: {summary}")
    for form in imported.forms:
        typer.echo(f"  form: {target.parent / form.file_name}")
    for note in sorted(imported.notes, key=lambda note: _ORDER.index(note.outcome)):
        typer.echo(f"  {note}")
