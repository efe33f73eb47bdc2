"""`penstock test`: play process scenarios and show what they cover."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import structlog
import typer

from cli.scenarios.coverage import coverage
from cli.scenarios.files import InvalidScenario, TestCase, read_cases, scenario_files
from cli.scenarios.models import Models, read_models
from cli.scenarios.player import Outcome, play
from cli.scenarios.reports import Report, as_json, as_junit, outcome_line, summary_lines
from engine.bpmn import InvalidBpmn
from engine.dmn import InvalidDmn
from settings import Settings
from zeebe.deployment import NotDeployable

app = typer.Typer(add_completion=False)


@app.command()
def play_scenarios(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Scenario files, or folders that hold `scenarios/*.json`. [default: processes/]"),
    ] = None,
    models: Annotated[
        list[Path] | None,
        typer.Option("--models", help="What to deploy: files or folders. [default: processes/ and decisions/]"),
    ] = None,
    show_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write the result as JUnit's XML, too.")] = None,
) -> None:
    """Play test cases in Camunda's process-test JSON form, each on an embedded gateway of its own; exit 1 on a failure."""
    _quiet()
    home = Settings().home
    try:
        cases = [case for path in scenario_files(paths or [home / "processes"]) for case in read_cases(path)]
        deployed = read_models(models or [home / "processes", home / "decisions"])
    except (InvalidScenario, NotDeployable, InvalidBpmn, InvalidDmn, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if not cases:
        typer.echo("There is no test case: no scenarios/*.json was found.", err=True)
        raise typer.Exit(2)
    report = run(cases, deployed, whole=paths is None, told=lambda one: None if show_json else typer.echo(outcome_line(one)))
    if show_json:
        typer.echo(json.dumps(as_json(report), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n" + "\n".join(summary_lines(report)))
    if junit is not None:
        junit.write_bytes(as_junit(report))
    raise typer.Exit(1 if report.failed else 0)


def run(
    cases: Sequence[TestCase], models: Models, *, whole: bool, told: Callable[[Outcome], object] = lambda _outcome: None
) -> Report:
    """Play cases one after the other; `told` hears of each at once."""
    return asyncio.run(_run(cases, models, whole=whole, told=told))


async def _run(cases: Sequence[TestCase], models: Models, *, whole: bool, told: Callable[[Outcome], object]) -> Report:
    started = time.perf_counter()
    outcomes = []
    for case in cases:
        outcome = await play(case, models)
        told(outcome)
        outcomes.append(outcome)
    seen = [outcome.seen for outcome in outcomes]
    return Report(outcomes, coverage(models, seen, whole=whole), time.perf_counter() - started)


def _quiet() -> None:
    """Only the report: a gateway a case would tell too much."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
