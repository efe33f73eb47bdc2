"""The `penstock` command.

Each command is a module of this package with a Typer `app`; it is imported only when it is called, so that `penstock --help`
and the small commands answer at once.
"""

import sys
from importlib import import_module
from typing import override

import click
import typer

# Command -> (module, one line of help). The order is the order of `penstock --help`.
COMMANDS: dict[str, tuple[str, str]] = {
    "feel": ("cli.feel", "Evaluate a FEEL expression, a file of them, or talk to one."),
    "decide": ("cli.decide", "Evaluate a decision of a DMN file."),
    "tck": ("cli.tck", "Run the DMN conformance kit."),
    "gateway": ("cli.gateway", "Run the embedded gateway alone."),
    "records": ("cli.records", "Print the engine's record log."),
    "history": ("cli.history", "Rebuild or inspect the read models."),
    "api": ("cli.api", "Run pages and REST alone."),
    "workers": ("cli.workers", "Run the job workers alone."),
    "background": ("cli.background", "Run projection and background tasks alone."),
    "up": ("cli.up", "Run gateway, api, workers and background under one supervisor."),
    "deploy": ("cli.deploy", "Deploy BPMN, DMN and form files."),
    "tickets": ("cli.tickets", "Send tickets."),
    "classifier": ("cli.classifier", "Train and try the ticket classifier."),
    "database": ("cli.database", "Create or upgrade the database."),
    "accounts": ("cli.accounts", "Manage local accounts."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported on demand."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _help = COMMANDS[cmd_name]
        return typer.main.get_command(import_module(module).app)

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="penstock", prog_name="penstock")
def penstock() -> None:
    """Run a company's processes as BPMN and DMN files.

    `penstock up` starts everything; `penstock COMMAND --help` explains each command.
    """


def main() -> None:
    """Entry point of the console script."""
    penstock(prog_name="penstock")
    sys.exit(0)


if __name__ == "__main__":
    main()
