"""`penstock deploy`: hand BPMN, DMN and form files to the gateway."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

import bootstrap
from settings import Settings
from zeebe.answers import Deployment
from zeebe.deployment import NotDeployable, deploy_files, deployable_files
from zeebe.errors import InvalidArgument, ZeebeError
from zeebe.job import DEFAULT_TENANT

__all__ = ["app", "deployable_files"]

app = typer.Typer()
console = Console()
complaints = Console(stderr=True)

# Somebody waits for the answer: a gateway that is not there is soon told.
PATIENCE_SECONDS = 5.0


@app.command()
def deploy(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files, or folders that are searched for .bpmn, .dmn and .form.")
    ] = None,
    tenant: Annotated[str, typer.Option(help="Whose they are to be.")] = DEFAULT_TENANT,
    shipped: Annotated[
        bool,
        typer.Option("--shipped", help="What is in processes/ and decisions/, for each tenant, as `penstock up` deploys it."),
    ] = False,
) -> None:
    """Deploy files; those that fit together are deployed all or none.

    An unchanged file keeps its version. A refusal names each file, element and reason. With --shipped a file is deployed
    that is new or has changed since the last time; a model that was changed in the editor stays the newest.
    """
    if shipped == bool(paths):
        _fail("Name files or folders, or give --shipped.")
    settings = Settings()
    files = [] if shipped else _files(paths or [])
    try:
        if shipped:
            tell_left_behind(console, bootstrap.deploy_shipped_models(settings))
        else:
            asyncio.run(_deploy(settings, files, tenant))
    except InvalidArgument as error:
        _fail(error.reason)
    except ZeebeError as error:
        _fail(f"{settings.gateway_address}: {error.reason}\nIs `penstock up` or `penstock gateway` running?")
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")


def _files(paths: Sequence[Path]) -> Sequence[Path]:
    try:
        files = deployable_files(paths)
    except NotDeployable as error:
        _fail(str(error))
    if not files:
        _fail("No .bpmn, .dmn or .form file there.")
    return files


def tell_left_behind(to: Console, behind: Sequence["bootstrap.LeftBehind"]) -> None:
    """Name the shipped files that are newer than what somebody changed in the engine, and what to do about them."""
    for each in behind:
        whose = "" if each.tenant_id == DEFAULT_TENANT else f" --tenant {each.tenant_id}"
        to.print(
            f"[yellow]{escape(each.file.name)} is newer than what was changed in the editor, which stays. "
            f"To take it instead: penstock deploy{escape(whose)} {escape(str(each.file))}",
            highlight=False,
            soft_wrap=True,
        )


def _fail(message: str) -> NoReturn:
    complaints.print(f"[red]{escape(message)}", highlight=False, soft_wrap=True)
    raise typer.Exit(1)


async def _deploy(settings: Settings, files: Sequence[Path], tenant_id: str) -> None:
    columns = (TextColumn("Deploying"), BarColumn(), MofNCompleteColumn())
    async with bootstrap.zeebe_client(settings, patience_seconds=PATIENCE_SECONDS) as client:
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("files", total=len(files))
            async for count, deployment in deploy_files(client.of_tenant(tenant_id), files):
                bar.advance(task, count)
                _show(deployment)


def _show(deployment: Deployment) -> None:
    for process in deployment.processes:
        _line("process", process.bpmn_process_id, process.version, process.resource_name)
    names = {deployed.decision_requirements_key: deployed.resource_name for deployed in deployment.decision_requirements}
    for decision in deployment.decisions:
        _line("decision", decision.decision_id, decision.version, names.get(decision.decision_requirements_key, ""))
    for form in deployment.forms:
        _line("form", form.form_id, form.version, form.resource_name)


def _line(kind: str, identifier: str, version: int, resource_name: str) -> None:
    console.print(f"{kind:9}{escape(identifier)}  version {version}  ({escape(resource_name)})", highlight=False)
