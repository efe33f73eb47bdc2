"""Sessions that may have ended at the provider without a word.

Where Keycloak's administrator signs a person out everywhere, all their sessions end there, but its word to us names one of them
(seen with 26.0). So a word about one session puts the same person's others in doubt, and the provider is asked about these for
a while: it says so only when its own work is done, a moment after the word.
"""

from itertools import groupby

from sqlalchemy import Connection, Engine, delete, select, update

from services.identity.ports import Administration
from services.identity.tables import account, session

# Whoever still has a session there after so long was signed out of one alone.
DOUBT_MS = 30_000
COLUMNS = session.c


def doubt_others(connection: Connection, account_id: str, provider_session: str, now_ms: int) -> None:
    """All sessions of an account but one."""
    others = (COLUMNS.account_id == account_id) & (COLUMNS.provider_session != provider_session)
    connection.execute(update(session).where(others).values(doubted_at=now_ms))


def end_silent(engine: Engine, administration: Administration, now_ms: int) -> int:
    """Ask the provider about every session in doubt, and end those it does not know any more; returns how many.

    Raises:
        ProviderUnavailable: it did not answer; what is in doubt stays so.
    """
    doubted = select(account.c.subject, COLUMNS.provider_session).join(account, account.c.account_id == COLUMNS.account_id)
    with engine.connect() as connection:
        rows = connection.execute(doubted.where(COLUMNS.doubted_at.is_not(None)).order_by(account.c.subject)).all()
    ended = 0
    for subject, of_person in groupby(rows, key=lambda row: row.subject):
        gone = {row.provider_session for row in of_person} - administration.sessions(subject)
        with engine.begin() as connection:
            ended += connection.execute(delete(session).where(COLUMNS.provider_session.in_(gone))).rowcount
    with engine.begin() as connection:
        settled = COLUMNS.doubted_at < now_ms - DOUBT_MS
        connection.execute(update(session).where(settled).values(doubted_at=None))
    return ended
