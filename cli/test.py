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
from cli.scenarios.files import InvalidScenario, TestCase, folders_beside, read_cases, scenario_files
from cli.scenarios.models import Models, read_models
from cli.scenarios.parallel import played, processors
from cli.scenarios.player import Outcome
from cli.scenarios.recording import record
from cli.scenarios.reports import Report, as_json, as_junit, outcome_line, summary_lines
from engine.bpmn import InvalidBpmn
from engine.dmn import InvalidDmn
from settings import Settings
from zeebe.deployment import NotDeployable, deployable_files

app = typer.Typer(add_completion=False)


@app.command()
def play_scenarios(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Scenario files, or folders that hold `scenarios/*.json`. [default: processes/]"),
    ] = None,
    models: Annotated[
        list[Path] | None,
        typer.Option(
            "--models",
            help="What to deploy: files or folders. [default: processes/, decisions/, and what is beside scenarios/]",
        ),
    ] = None,
    show_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write the result as JUnit's XML, too.")] = None,
    zeebe: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION", help="Play each case on a real Zeebe broker, too (8.5.8 or 8.6.0), and compare read models."
        ),
    ] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=256, help="Play in so many processes. [default: one a processor]", show_default=False)
    ] = processors(),
    record_runs: Annotated[
        bool, typer.Option("--record", help="With --zeebe: write processes/*/zeebe_runs.json, which the process pages show.")
    ] = False,
) -> None:
    """Play test cases in Camunda's process-test JSON form, each on an embedded gateway of its own; exit 1 on a failure."""
    _quiet()
    home = Settings().home
    try:
        cases = [case for path in scenario_files(paths or [home / "processes"]) for case in read_cases(path)]
        deployed = read_models(models or _models(home, cases))
    except (InvalidScenario, NotDeployable, InvalidBpmn, InvalidDmn, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if not cases:
        typer.echo("There is no test case: no scenarios/*.json was found.", err=True)
        raise typer.Exit(2)
    if record_runs and (zeebe is None or paths or models):
        typer.echo("--record needs --zeebe VERSION and all processes: name no paths and no models.", err=True)
        raise typer.Exit(2)

    def told(one: Outcome) -> None:
        if not show_json:
            typer.echo(outcome_line(one))

    if zeebe is None:
        report = run(cases, deployed, whole=paths is None, told=told, processes=processes)
    else:
        report = _run_on_both(cases, deployed, zeebe, whole=paths is None, told=told)
    if zeebe is not None and record_runs:
        for path in record(report.outcomes, zeebe, home / "processes"):
            typer.echo(f"Wrote {path.relative_to(home)}", err=show_json)
    if junit is not None:
        junit.write_bytes(as_junit(report))
    typer.echo(json.dumps(as_json(report), indent=2, ensure_ascii=False) if show_json else "\n" + _summary(report))
    raise typer.Exit(1 if report.failed else 0)


def _models(home: Path, cases: Sequence[TestCase]) -> list[Path]:
    """What is kept here, and before it the process whose cases are played, should it lie elsewhere."""
    here = [home.resolve() / "processes", home.resolve() / "decisions"]
    beside = deployable_files(each for each in folders_beside(cases) if not any(each.is_relative_to(one) for one in here))
    names = {path.name for path in beside}
    return [*beside, *(path for path in deployable_files(here) if path.name not in names)]


def _summary(report: Report) -> str:
    return "\n".join(summary_lines(report))


def run(
    cases: Sequence[TestCase],
    models: Models,
    *,
    whole: bool,
    told: Callable[[Outcome], object] = lambda _outcome: None,
    processes: int = 1,
) -> Report:
    """Play cases; `told` hears of each in their order, as soon as it and those before it are played."""
    started = time.perf_counter()
    outcomes = []
    for outcome in played(cases, models, processes):
        told(outcome)
        outcomes.append(outcome)
    return _report(outcomes, models, whole=whole, started=started)


def _run_on_both(
    cases: Sequence[TestCase], models: Models, version: str, *, whole: bool, told: Callable[[Outcome], object]
) -> Report:
    """Play cases on the embedded gateway and on a real broker."""
    # The broker's side needs half of the house; nobody should wait for that who does not ask for a broker.
    from bootstrap.cluster import zeebe_cache  # noqa: PLC0415
    from cli.scenarios.cluster_stage import BrokerSilent, NotCleared  # noqa: PLC0415
    from cli.scenarios.zeebe_run import broker_stages, play_on_both  # noqa: PLC0415
    from zeebe.errors import ZeebeError  # noqa: PLC0415
    from zeebe.local_broker import BrokerFailed, BrokerMissing  # noqa: PLC0415

    settings = Settings()
    started = time.perf_counter()
    outcomes = []

    async def on_both() -> None:
        broker = broker_stages(version, zeebe_cache(settings), settings.java_home, lambda line: typer.echo(line, err=True))
        async with broker as stages:
            for case in cases:
                outcome = await play_on_both(case, models, stages)
                told(outcome)
                outcomes.append(outcome)

    try:
        asyncio.run(on_both())
    except (BrokerMissing, BrokerFailed, BrokerSilent, NotCleared) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except ZeebeError as refused:
        typer.echo(f"the broker did not take what a case needs: {refused.reason}; is it overloaded?", err=True)
        raise typer.Exit(2) from refused
    return _report(outcomes, models, whole=whole, started=started)


def _report(outcomes: Sequence[Outcome], models: Models, *, whole: bool, started: float) -> Report:
    seen = [outcome.seen for outcome in outcomes]
    return Report(outcomes, coverage(models, seen, whole=whole), time.perf_counter() - started)


def _quiet() -> None:
    """Only the report: a gateway a case would tell too much."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
