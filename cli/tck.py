"""`penstock tck`: how much of the DMN conformance kit passes."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.dmn.conformance import LEVELS, Count, Report, run_kit
from engine.dmn.conformance_page import page
from engine.feel import Dialect

app = typer.Typer(add_completion=False)


@app.command()
def run(
    directory: Annotated[Path, typer.Argument(help="The folder that holds compliance-level-2 and -3.", metavar="DIR")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Follow the DMN standard where Camunda differs.")] = False,
    failures: Annotated[bool, typer.Option("--failures", help="Print every test that fails, and why.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/reference/conformance.md.")] = False,
) -> None:
    """Run the tests of a checkout of the DMN TCK."""
    directory = find_kit(directory)
    if markdown:
        typer.echo(page(run_kit(directory), run_kit(directory, Dialect.STRICT)), nl=False)
        return
    report = run_kit(directory, Dialect.STRICT if strict else Dialect.CAMUNDA)
    if as_json:
        typer.echo(json.dumps(counts(report), indent=2, ensure_ascii=False))
    else:
        show(report)
    if failures:
        for outcome in report.failures:
            typer.echo(f"{outcome.folder} {outcome.case_id}: {'; '.join(outcome.problems)}", err=as_json)


def find_kit(directory: Path) -> Path:
    """The folder that holds the levels: the given one, or TestCases in a whole checkout."""
    for candidate in (directory, directory / "TestCases"):
        if any((candidate / level).is_dir() for level in LEVELS):
            return candidate
    raise typer.BadParameter(f"{directory} holds neither {' nor '.join(LEVELS)}", param_hint="DIR")


def counts(report: Report) -> dict[str, object]:
    """The counts, ready for JSON."""
    return {
        "level2": asdict(report.level2),
        "level3": asdict(report.level3),
        "level3_expecting_value": asdict(report.level3_expecting_value),
        "folders": {name: asdict(count) for name, count in report.folders.items()},
    }


def show(report: Report) -> None:
    """The counts for people: the totals, then the folders that are not complete."""
    totals: list[tuple[str, Count]] = [
        ("level 2", report.level2),
        ("level 3", report.level3),
        ("level 3, expecting a value", report.level3_expecting_value),
    ]
    for name, count in totals:
        typer.echo(f"{name:28} {count}")
    for name, count in report.folders.items():
        if count.passed < count.total:
            typer.echo(f"  {name:48} {count}")
