"""`penstock accounts`: local accounts, for whoever has a shell on the machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

import bootstrap
from services.identity import AccountDraft, IdentityError, Role
from services.identity.local import LocalIdentities
from settings import Settings

app = typer.Typer(help="Manage local accounts.", no_args_is_help=True)
console = Console()

Username = Annotated[str, typer.Argument(help="The account's username.")]


@app.command("list")
def list_accounts() -> None:
    """List the accounts with their roles."""
    table = Table("username", "name", "roles", "groups", "state")
    with _identities(looks=True) as identities:
        for account in identities.accounts():
            roles, groups = ", ".join(sorted(account.roles)), ", ".join(sorted(account.groups))
            table.add_row(account.username, account.display_name, roles, groups, "open" if account.is_active else "closed")
    console.print(table)


@app.command()
def create(
    username: Username,
    roles: Annotated[list[Role], typer.Option("--role", help="May be given several times.")],
    name: Annotated[str, typer.Option(help="The display name.")] = "",
    groups: Annotated[list[str] | None, typer.Option("--group", help="A candidate group; may be given several times.")] = None,
    tenant: Annotated[str | None, typer.Option(help="The tenant it belongs to; the default one unless named.")] = None,
) -> None:
    """Create an account with a random password."""
    draft = AccountDraft(username, name, frozenset(roles), frozenset(groups or ()), tenant_id=tenant)
    with _identities() as identities:
        account, password = identities.create_account(draft)
    typer.echo(f"{account.username}: password {password} (shown only now; its owner must choose another one)")


@app.command()
def reset(
    username: Username,
    must_change: Annotated[bool, typer.Option(help="Ask its owner for another password at the next sign-in.")] = False,
) -> None:
    """Give an account a new random password and end its sessions."""
    with _identities() as identities:
        account = identities.account_named(username)
        password = identities.reset_password(account.account_id, must_change=must_change)
    typer.echo(f"{account.username}: password {password} (shown only now)")


@app.command()
def token(
    username: Username,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
) -> None:
    """Make an API token for an account; it does not expire."""
    with _identities() as identities:
        _token, secret = identities.create_token(identities.account_named(username).account_id, name)
    typer.echo(secret)


@contextmanager
def _identities(*, looks: bool = False) -> Iterator[LocalIdentities]:
    settings = Settings()
    bootstrap.upgrade_database(settings, make=not looks)
    try:
        with bootstrap.open_database(settings) as engine:
            yield bootstrap.identities(settings, engine)
    except IdentityError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
