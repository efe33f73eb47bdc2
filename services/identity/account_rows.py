"""Accounts as rows: reading and writing them within a transaction of the caller."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace as replaced
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, literal, select, union_all
from sqlalchemy.exc import IntegrityError

from services.identity.account import DEFAULT_TENANT, Account, AccountDraft, Role
from services.identity.errors import AccountNotFound, InvalidAccount, LastAdministrator, UsernameTaken
from services.identity.tables import account, account_group, account_role, session

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
GROUP = re.compile(r"[^\s,][^,\x00-\x1f]{0,199}")
# What Zeebe takes for the id of a tenant.
TENANT = re.compile(r"[A-Za-z0-9_.-]{1,31}")
MAX_NAME_CHARS = 200
# No argon2 hash, so no password ever matches it.
NO_PASSWORD = ""


def normalise_username(username: str) -> str:
    """Usernames are the same in upper and lower case."""
    return username.strip().casefold()


def find(connection: Connection, *conditions: ColumnElement[bool]) -> list[Account]:
    """The accounts that meet the conditions, by username."""
    return accounts_of(connection, connection.execute(select(account).where(*conditions).order_by(account.c.username)).all())


def accounts_of(connection: Connection, rows: Sequence[Row[Any]]) -> list[Account]:
    """The accounts of rows that hold an account's columns, with their roles and groups."""
    ids = [row.account_id for row in rows]
    roles = select(literal("role"), account_role.c.account_id, account_role.c.role).where(account_role.c.account_id.in_(ids))
    groups = select(literal("group"), account_group.c.account_id, account_group.c.group_name).where(
        account_group.c.account_id.in_(ids)
    )
    # Every request asks this, so both in one statement.
    found: dict[tuple[str, str], list[str]] = {}
    for kind, account_id, value in connection.execute(union_all(roles, groups)) if ids else ():
        found.setdefault((kind, account_id), []).append(value)
    return [_account(row, found.get(("role", row.account_id), ()), found.get(("group", row.account_id), ())) for row in rows]


def get(connection: Connection, account_id: str, *conditions: ColumnElement[bool]) -> Account:
    """One account.

    Raises:
        AccountNotFound: there is none with this id that meets the conditions.
    """
    found = find(connection, account.c.account_id == account_id, *conditions)
    if not found:
        raise AccountNotFound(account_id)
    return found[0]


def password_hash_of(connection: Connection, account_id: str) -> str | None:
    return connection.execute(select(account.c.password_hash).where(account.c.account_id == account_id)).scalar_one_or_none()


def insert(connection: Connection, created: Account, password_hash: str, now_ms: int) -> None:
    """Add an account.

    Raises:
        UsernameTaken: somebody has this username.
    """
    values = {
        name: getattr(created, name) for name in ("account_id", "tenant_id", "username", "display_name", "language", "issuer")
    }
    values |= {"is_active": created.is_active, "must_change_password": created.must_change_password}
    try:
        connection.execute(account.insert().values(**values, password_hash=password_hash, created_at=now_ms))
    except IntegrityError as error:
        raise UsernameTaken(created.username) from error
    _insert_roles_and_groups(connection, created.account_id, created.roles, created.groups)


def replace(connection: Connection, account_id: str, draft: AccountDraft) -> None:
    """Overwrite what an administrator decides.

    Raises:
        UsernameTaken: somebody else has this username.
        LastAdministrator: no active administrator of its tenant would be left.
    """
    values = {"username": draft.username, "display_name": draft.display_name, "language": draft.language}
    try:
        changed = account.update().where(account.c.account_id == account_id).values(**values, is_active=draft.is_active)
        connection.execute(changed)
    except IntegrityError as error:
        raise UsernameTaken(draft.username) from error
    replace_roles_and_groups(connection, account_id, draft.roles, draft.groups)
    if not _active_administrators(connection, account_id):
        raise LastAdministrator


def replace_roles_and_groups(connection: Connection, account_id: str, roles: Iterable[Role], groups: Iterable[str]) -> None:
    connection.execute(delete(account_role).where(account_role.c.account_id == account_id))
    connection.execute(delete(account_group).where(account_group.c.account_id == account_id))
    _insert_roles_and_groups(connection, account_id, roles, groups)


def end_sessions(connection: Connection, account_id: str) -> None:
    connection.execute(delete(session).where(session.c.account_id == account_id))


def checked(draft: AccountDraft) -> AccountDraft:
    """The draft in normal form.

    Raises:
        InvalidAccount: a field is not acceptable.
    """
    username = normalise_username(draft.username)
    if not USERNAME.fullmatch(username):
        raise InvalidAccount(f"a username has 1 to 64 letters a-z, digits or . _ @ + -, not {draft.username[:80]!r}")
    name = draft.display_name.strip() or username
    if len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise InvalidAccount(f"a display name has at most {MAX_NAME_CHARS} printable characters")
    if not draft.roles:
        raise InvalidAccount("an account needs at least one role")
    groups = frozenset(group.strip() for group in draft.groups if group.strip())
    for group in groups:
        if not GROUP.fullmatch(group):
            raise InvalidAccount(f"a group has 1 to 200 characters without commas, not {group[:80]!r}")
    if draft.tenant_id is not None and draft.tenant_id != DEFAULT_TENANT and not TENANT.fullmatch(draft.tenant_id):
        raise InvalidAccount("a tenant has 1 to 31 letters, digits or . _ -")
    return replaced(draft, username=username, display_name=name, groups=groups, language=draft.language or None)


def _active_administrators(connection: Connection, account_id: str) -> int:
    """How many the account's tenant has."""
    tenant = select(account.c.tenant_id).where(account.c.account_id == account_id).scalar_subquery()
    administrators = (
        select(func.count())
        .select_from(account.join(account_role))
        .where(account.c.is_active, account.c.tenant_id == tenant, account_role.c.role == Role.ADMIN.value)
    )
    return int(connection.execute(administrators).scalar_one())


def _insert_roles_and_groups(connection: Connection, account_id: str, roles: Iterable[Role], groups: Iterable[str]) -> None:
    if role_rows := [{"account_id": account_id, "role": role.value} for role in roles]:
        connection.execute(account_role.insert(), role_rows)
    if group_rows := [{"account_id": account_id, "group_name": group} for group in groups]:
        connection.execute(account_group.insert(), group_rows)


def _account(row: Row[Any], roles: Iterable[str], groups: Iterable[str]) -> Account:
    return Account(
        account_id=row.account_id,
        username=row.username,
        display_name=row.display_name,
        # A role of a later release that this one does not know grants nothing.
        roles=frozenset(Role(role) for role in roles if role in Role),
        groups=frozenset(groups),
        language=row.language,
        is_active=row.is_active,
        must_change_password=row.must_change_password,
        tenant_id=row.tenant_id,
        issuer=row.issuer,
    )
