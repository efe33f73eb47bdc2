"""Sessions of local accounts, within a transaction of the caller."""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select

from services.identity import account_rows
from services.identity.account import Account, Session
from services.identity.secrets_kept import is_plausible, kept, new_session_id
from services.identity.tables import account, session


def open_session(
    connection: Connection, owner: Account, address: str, now: datetime, expires_at: datetime, provider_session: str = ""
) -> Session:
    """A session under a fresh id: one from before the sign-in is never taken over."""
    session_id = new_session_id()
    connection.execute(
        session.insert().values(
            session_hash=kept(session_id),
            account_id=owner.account_id,
            address=address[:64],
            created_at=_ms(now),
            expires_at=_ms(expires_at),
            provider_session=provider_session or None,
        )
    )
    return Session(session_id, owner, expires_at)


def find_session(connection: Connection, session_id: str, now: datetime) -> Session | None:
    """The session, unless it has expired, was closed, or its account is closed."""
    if not is_plausible(session_id):
        return None
    row = connection.execute(
        select(session.c.account_id, session.c.expires_at).where(
            session.c.session_hash == kept(session_id), session.c.expires_at > _ms(now)
        )
    ).first()
    if row is None:
        return None
    owners = account_rows.find(connection, account.c.account_id == row.account_id, account.c.is_active)
    return Session(session_id, owners[0], datetime.fromtimestamp(row.expires_at / 1000, UTC)) if owners else None


def close_session(connection: Connection, session_id: str) -> None:
    connection.execute(delete(session).where(session.c.session_hash == kept(session_id)))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
