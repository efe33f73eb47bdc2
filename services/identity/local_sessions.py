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
    its_own = select(account, session.c.expires_at).join(session, session.c.account_id == account.c.account_id)
    is_open = (session.c.session_hash == kept(session_id), session.c.expires_at > _ms(now), account.c.is_active)
    row = connection.execute(its_own.where(*is_open)).first()
    if row is None:
        return None
    return Session(
        session_id, account_rows.accounts_of(connection, [row])[0], datetime.fromtimestamp(row.expires_at / 1000, UTC)
    )


def close_session(connection: Connection, session_id: str) -> None:
    connection.execute(delete(session).where(session.c.session_hash == kept(session_id)))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
