"""Accounts of a provider as rows of ours, so that sessions, tasks and wishes have somebody to belong to.

The provider decides name, roles, groups and tenant, and its word is written down when it changes. Whether an account is open is
decided here: one closed on our pages stays closed, whatever token it brings.
"""

from dataclasses import replace

from sqlalchemy import Connection, Engine, Update

from services.identity import account_rows
from services.identity.account import Account, Vouched
from services.identity.account_rows import NO_PASSWORD
from services.identity.errors import AccountRefused, UsernameTaken
from services.identity.tables import account


def remember(engine: Engine, who: Vouched, now_ms: int) -> Account:
    """The account of somebody the provider vouches for, new or brought up to date.

    Raises:
        AccountRefused: a local account has the username, or the account is closed here.
    """
    with engine.connect() as connection:
        known = _known(connection, who)
    if known is None or not _is_current(known, who):
        known = _written(engine, who, now_ms)
    if not known.is_active:
        raise AccountRefused(f"the account {who.username} is closed here")
    return known


def _written(engine: Engine, who: Vouched, now_ms: int) -> Account:
    try:
        return _write(engine, who, now_ms)
    except UsernameTaken:
        # Another of our processes may have written the same account a moment ago.
        try:
            return _write(engine, who, now_ms)
        except UsernameTaken as error:
            raise AccountRefused(
                f"a local account is called {who.username} already: an administrator must rename one of them"
            ) from error


def _write(engine: Engine, who: Vouched, now_ms: int) -> Account:
    with engine.begin() as connection:
        known = _known(connection, who)
        _free_username(connection, who)
        if known is None:
            created = Account(
                who.account_id,
                who.username,
                who.display_name,
                who.roles,
                who.groups,
                tenant_id=who.tenant_id,
                issuer=who.issuer,
            )
            account_rows.insert(connection, created, NO_PASSWORD, now_ms)
            connection.execute(_mine(who).values(subject=who.subject))
            return created
        connection.execute(_mine(who).values(username=who.username, display_name=who.display_name, tenant_id=who.tenant_id))
        account_rows.replace_roles_and_groups(connection, who.account_id, who.roles, who.groups)
        if known.tenant_id != who.tenant_id:
            account_rows.end_sessions(connection, who.account_id)
    return replace(
        known,
        username=who.username,
        display_name=who.display_name,
        roles=who.roles,
        groups=who.groups,
        tenant_id=who.tenant_id,
    )


def _mine(who: Vouched) -> Update:
    return account.update().where(account.c.account_id == who.account_id)


def _known(connection: Connection, who: Vouched) -> Account | None:
    return next(iter(account_rows.find(connection, account.c.account_id == who.account_id)), None)


def _free_username(connection: Connection, who: Vouched) -> None:
    """The provider never has a name twice: an account of its own with this name has lost it, and gets another."""
    columns = account.c
    holder = account_rows.find(
        connection, columns.username == who.username, columns.issuer == who.issuer, columns.account_id != who.account_id
    )
    for each in holder:
        former = f"{each.username[:50]}-{each.account_id[:12]}"
        connection.execute(account.update().where(columns.account_id == each.account_id).values(username=former))


def _is_current(known: Account, who: Vouched) -> bool:
    names = ("username", "display_name", "roles", "groups", "tenant_id")
    return all(getattr(known, name) == getattr(who, name) for name in names)
