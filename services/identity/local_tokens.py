"""API tokens of local accounts."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, or_, select

from services.identity import account_rows
from services.identity.account import Account, ApiToken
from services.identity.errors import InvalidAccount
from services.identity.secrets_kept import HINT_CHARS, is_plausible, kept, new_token
from services.identity.tables import account, api_token

MAX_NAME_CHARS = 200
# The last use is shown to people: a minute's precision spares a write with each request.
LAST_USE_PRECISION_MS = 60_000


def account_of(engine: Engine, token: str, now: datetime) -> Account | None:
    """The active account behind a token that has not expired."""
    if not is_plausible(token):
        return None
    columns = api_token.c
    now_ms = _ms(now)
    with engine.connect() as connection:
        row = connection.execute(
            select(columns.token_id, columns.account_id, columns.last_used_at).where(
                columns.token_hash == kept(token), or_(columns.expires_at.is_(None), columns.expires_at > now_ms)
            )
        ).first()
        if row is None:
            return None
        owners = account_rows.find(connection, account.c.account_id == row.account_id, account.c.is_active)
    if owners and now_ms - (row.last_used_at or 0) >= LAST_USE_PRECISION_MS:
        with engine.begin() as connection:
            connection.execute(api_token.update().where(columns.token_id == row.token_id).values(last_used_at=now_ms))
    return owners[0] if owners else None


def create(
    connection: Connection, account_id: str, name: str, now: datetime, lifetime: timedelta | None
) -> tuple[ApiToken, str]:
    """A token and its secret.

    Raises:
        InvalidAccount: the name is empty or too long.
    """
    title = name.strip()
    if not title or len(title) > MAX_NAME_CHARS or not title.isprintable():
        raise InvalidAccount(f"a token's name has 1 to {MAX_NAME_CHARS} printable characters")
    secret = new_token()
    expires_at = now + lifetime if lifetime is not None else None
    created = ApiToken(uuid.uuid4().hex, account_id, title, secret[:HINT_CHARS], now, expires_at, None)
    connection.execute(
        api_token.insert().values(
            token_id=created.token_id,
            token_hash=kept(secret),
            account_id=account_id,
            name=title,
            hint=created.hint,
            created_at=_ms(now),
            expires_at=None if expires_at is None else _ms(expires_at),
        )
    )
    return created, secret


def of_account(connection: Connection, account_id: str) -> list[ApiToken]:
    columns = api_token.c
    rows = connection.execute(
        select(api_token).where(columns.account_id == account_id).order_by(columns.created_at.desc(), columns.token_id)
    )
    return [_token(row) for row in rows]


def revoke(connection: Connection, account_id: str, token_id: str) -> None:
    connection.execute(delete(api_token).where(api_token.c.account_id == account_id, api_token.c.token_id == token_id))


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken(
        row.token_id,
        row.account_id,
        row.name,
        row.hint,
        _moment(row.created_at),
        None if row.expires_at is None else _moment(row.expires_at),
        None if row.last_used_at is None else _moment(row.last_used_at),
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
