"""The `penstock` command.

Each command is a module of this package with a Typer `app`. Only the module of the command that is called gets imported, so
that `penstock --help` and the small commands answer at once.
"""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

# Command -> (module, one line of help). The order is the order of `penstock --help`.
COMMANDS: dict[str, tuple[str, str]] = {
    "feel": ("cli.feel", "Evaluate a FEEL expression, a file of them, or talk to one."),
    "decide": ("cli.decide", "Evaluate a decision of a DMN file."),
    "tck": ("cli.tck", "Run the DMN conformance kit."),
    "gateway": ("cli.gateway", "Run the embedded gateway alone, or verify what it keeps."),
    "records": ("cli.records", "Print the engine's record log."),
    "history": ("cli.history", "Rebuild or inspect the read models."),
    "sink": ("cli.sink", "Take the records of a Zeebe cluster."),
    "zeebe": ("cli.zeebe", "Run a real Zeebe broker here, without Docker."),
    "doctor": ("cli.doctor", "Say what runs, how far it is, and what is wrong."),
    "api": ("cli.api", "Run pages and REST alone."),
    "workers": ("cli.workers", "Run the job workers alone."),
    "mail": ("cli.mail", "Receive mail by SMTP, or take it in from files."),
    "background": ("cli.background", "Run projection and background tasks alone."),
    "model-server": ("cli.model_server", "Run the practice model: a language model's protocol, answered by rules."),
    "up": ("cli.up", "Run gateway, api, workers and background under one supervisor."),
    "deploy": ("cli.deploy", "Deploy BPMN, DMN and form files."),
    "import": ("cli.import_models", "Bring models of Camunda 7, Activiti, Flowable or SpiffArena over."),
    "test": ("cli.test", "Play process scenarios and show their coverage."),
    "tickets": ("cli.tickets", "Send tickets."),
    "crm": ("cli.crm", "Connect other CRMs and keep in step with them."),
    "knowledge": ("cli.knowledge", "Add to the knowledge base and search it."),
    "report": ("cli.report", "Write a report as PDF, Excel, CSV or JSON."),
    "classifier": ("cli.classifier", "Train and try the ticket classifier."),
    "classify": ("cli.classify", "Judge a classifier on texts it has not seen."),
    "backup": ("cli.backup", "Write all that is kept into one archive, while it is used."),
    "restore": ("cli.restore", "Bring an archive back into an empty place."),
    "database": ("cli.database", "Create or upgrade the database."),
    "privacy": ("cli.privacy", "A customer's data on request: all of it, or none."),
    "audit": ("cli.audit", "Look into the audit log, and follow its chain."),
    "accounts": ("cli.accounts", "Manage local accounts."),
}


HELP = """Run a company's processes as BPMN and DMN files.

`penstock up` starts everything; `penstock COMMAND --help` explains each command.
"""


# What a shell calls the end by Ctrl-C.
INTERRUPTED = 130

# Commands that change what is kept, or only some of their subcommands; each of them goes into the audit log.
CHANGING: dict[str, frozenset[str] | None] = {
    "accounts": frozenset({"create", "reset", "token"}),
    "classifier": frozenset({"train"}),
    "crm": frozenset({"add", "sync", "pause", "resume", "remove", "reseal"}),
    "deploy": None,
    "history": frozenset({"rebuild"}),
    "import": None,
    "knowledge": frozenset({"add"}),
    "mail": frozenset({"take"}),
    "privacy": frozenset({"export", "erase"}),
    # `restore` is not among them: it fills a place of its own, and must find it empty.
    "tickets": None,
}


def changes_something(arguments: Sequence[str]) -> bool:
    """Whether a command line is one of those."""
    words = [word for word in arguments if not word.startswith("-")]
    if not words or words[0] not in CHANGING or {"--help", "-h"} & set(arguments):
        return False
    subcommands = CHANGING[words[0]]
    return subcommands is None or bool(subcommands & set(words[1:2]))


def show_version(asked: bool) -> None:
    if asked:
        try:
            typer.echo(f"penstock {version('penstock')}")
        except PackageNotFoundError:
            typer.echo("penstock, run from a checkout")
        raise typer.Exit


def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None: ...


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command line with the called command in full and every other one as a line of help."""
    called = next((argument for argument in arguments if not argument.startswith("-")), None)
    program = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        help=HELP,
        callback=options,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, (module, line) in COMMANDS.items():
        if name == called:
            _add(program, name, line, import_module(module).app)
        else:
            program.command(name, help=line)(_not_called)
    return program


def _add(program: typer.Typer, name: str, line: str, app: typer.Typer) -> None:
    single = app.registered_commands[0] if len(app.registered_commands) == 1 and not app.registered_callback else None
    if single is not None and single.callback is not None and single.name is None and not app.registered_groups:
        program.command(name, context_settings=single.context_settings)(single.callback)
    else:
        program.add_typer(app, name=name, help=line)


def _not_called() -> None: ...


def main() -> None:
    """Entry point of the console script."""
    arguments = sys.argv[1:]
    try:
        # What a command imports stays. To look for garbage meanwhile would take a quarter of its start, and again later.
        gc.disable()
        run = application(arguments)
        gc.freeze()
        gc.enable()
        _run(run, arguments)
    except KeyboardInterrupt:
        # Before a command minds Ctrl-C itself, while it is imported.
        sys.exit(INTERRUPTED)
    except Exception as error:
        # What it takes to know them is loaded once there is one.
        from cli.troubles import tell  # noqa: PLC0415

        if not tell(error):
            raise
        sys.exit(1)


def _run(run: typer.Typer, arguments: Sequence[str]) -> None:
    if changes_something(arguments):
        # The commands that change something are few; the others need not load what this needs.
        from cli.auditing import audited  # noqa: PLC0415

        with audited(arguments):
            run(prog_name="penstock")
    else:
        run(prog_name="penstock")
