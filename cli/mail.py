"""`penstock mail`: receive by SMTP, or take in mails from files."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.markup import escape

import bootstrap
from bootstrap.tracing import traced
from cli.logs import configure_logs
from services.mail.incoming import InvalidMail
from settings import Settings

log = structlog.get_logger(__name__)
app = typer.Typer(invoke_without_command=True)
console = Console()


@app.callback()
def mail(context: typer.Context) -> None:
    """Take mails in by SMTP at PENSTOCK_MAIL_PORT until told to stop."""
    if context.invoked_subcommand:
        return
    settings = Settings()
    configure_logs(settings)
    bootstrap.upgrade_database(settings)
    with traced(settings, "mail"):
        asyncio.run(_serve(settings))


@app.command()
def take(
    files: Annotated[list[Path], typer.Argument(help="Mails as files (.eml).", exists=True, dir_okay=False)],
    force: Annotated[bool, typer.Option(help="Take in what was held back because of its sender's many mails.")] = False,
) -> None:
    """Take in mails from files, each once; those in data/mail/held among them."""
    settings = Settings()
    refused = 0
    with bootstrap.open_database(settings) as engine:
        intake = bootstrap.mail_intake(settings, engine)
        for file in files:
            try:
                outcome = intake.receive(file.read_bytes(), is_trusted=force)
            except InvalidMail as error:
                refused += 1
                console.print(f"[red]{escape(str(file))}: {escape(str(error))}")
            else:
                said = f"{outcome.lately} mails of this sender within an hour" if outcome.lately else escape(outcome.detail)
                console.print(f"{escape(str(file))}: {outcome.verdict} {outcome.ticket_id} {said}".rstrip())
    if refused:
        raise typer.Exit(1)


async def _serve(settings: Settings) -> None:
    receiving = asyncio.create_task(bootstrap.receive_mail(settings, lambda port: log.info("mail_receiving", port=port)))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, receiving.cancel)
    try:
        await receiving
    except asyncio.CancelledError:
        log.info("mail_stopped")
