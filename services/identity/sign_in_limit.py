"""How often a sign-in may fail: counted in SQL, so that several web processes share one count."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from services.identity.errors import TooManyAttempts
from services.identity.tables import sign_in_failure

WINDOW_MS = 60_000
# Failures are remembered for this long.
MEMORY_MS = 15 * WINDOW_MS


@dataclass(frozen=True, slots=True)
class SignInLimit:
    """Limits per account stop guessing one password, limits per address stop trying many accounts."""

    per_account: int = 10
    per_address: int = 50

    def require_allowed(self, connection: Connection, username: str, address: str, now_ms: int) -> None:
        """Refuse to look at another attempt.

        Raises:
            TooManyAttempts: the limit is reached; it says when the oldest failures are forgotten.
        """
        for subject, limit in ((f"account:{username}", self.per_account), (f"address:{address}", self.per_address)):
            columns = sign_in_failure.c
            recent = columns.window_started_at > now_ms - MEMORY_MS
            failures, oldest = connection.execute(
                select(func.coalesce(func.sum(columns.failures), 0), func.min(columns.window_started_at)).where(
                    columns.subject == subject, recent
                )
            ).one()
            if failures >= limit:
                raise TooManyAttempts(max(1, (oldest + MEMORY_MS - now_ms) // 1000))

    def count_failure(self, connection: Connection, username: str, address: str, now_ms: int) -> None:
        """Remember a failed attempt, and forget those that no longer count."""
        columns = sign_in_failure.c
        connection.execute(delete(sign_in_failure).where(columns.window_started_at <= now_ms - MEMORY_MS))
        window = now_ms - now_ms % WINDOW_MS
        for subject in (f"account:{username}", f"address:{address}"):
            this_window = (columns.subject == subject) & (columns.window_started_at == window)
            counted = connection.execute(sign_in_failure.update().where(this_window).values(failures=columns.failures + 1))
            if not counted.rowcount:
                connection.execute(sign_in_failure.insert().values(subject=subject, window_started_at=window, failures=1))

    def forget(self, connection: Connection, username: str) -> None:
        """A sign-in succeeded: the account's failures no longer count."""
        connection.execute(delete(sign_in_failure).where(sign_in_failure.c.subject == f"account:{username}"))
