"""`penstock doctor`: what runs, how far it is, and what is wrong."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from bootstrap.doctor_findings import Finding, Verdict
from bootstrap.examination import examine
from settings import Settings
from zeebe.deployment import NotDeployable, deployable_files

app = typer.Typer()
console = Console()

_COLOURS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.BAD: "red"}


@app.command()
def doctor(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="BPMN and DMN files or folders to look at. [default: processes/ and decisions/]")
    ] = None,
    show_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Ask engine, record stream, database and background tasks, and look for what a process uses that the engine lacks.

    Ends with 1 when something is wrong, with 0 also when there are warnings.
    """
    settings = Settings()
    try:
        files = deployable_files(paths or [settings.home / "processes", settings.home / "decisions"])
    except NotDeployable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    findings = asyncio.run(examine(settings, [path for path in files if path.suffix.lower() in {".bpmn", ".dmn"}]))
    if show_json:
        typer.echo(json.dumps({"ok": _ok(findings), "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        _show(findings)
    raise typer.Exit(0 if _ok(findings) else 1)


def _ok(findings: list[Finding]) -> bool:
    return all(finding.verdict is not Verdict.BAD for finding in findings)


def _show(findings: list[Finding]) -> None:
    width = max(len(finding.part) for finding in findings)
    for finding in findings:
        colour = _COLOURS[finding.verdict]
        mark = f"[{colour}]{finding.verdict.value:7}[/{colour}]"
        console.print(f"{mark}  {finding.part:{width}}  {escape(finding.text)}", highlight=False, soft_wrap=True)
