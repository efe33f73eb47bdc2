"""The port behind which identities live."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from services.identity.account import Account, AccountDraft, ApiToken, Session


class Identities(Protocol):
    """Accounts, their sessions and their tokens. Calls are short and blocking; callers run them in a thread."""

    def sign_in(self, username: str, password: str, address: str) -> Session:
        """Open a session.

        Raises:
            SignInRefused: wrong name or password, or the account is closed.
            TooManyAttempts: this account or address failed too often lately.
        """
        ...

    def session(self, session_id: str) -> Session | None:
        """The session with this id, unless it has ended."""
        ...

    def sign_out(self, session_id: str) -> None:
        """End a session; one that has ended already is left alone."""
        ...

    def account_of_token(self, token: str) -> Account | None:
        """The active account that a bearer token stands for."""
        ...

    def accounts(self) -> Sequence[Account]:
        """Every account, by username."""
        ...

    def account(self, account_id: str) -> Account:
        """One account.

        Raises:
            AccountNotFound: there is none with this id.
        """
        ...

    def create_account(self, draft: AccountDraft, password: str | None = None) -> tuple[Account, str]:
        """A new account and its password, a random one unless given.

        Raises:
            InvalidAccount: a field is not acceptable, or the username is taken.
        """
        ...

    def change_account(self, account_id: str, draft: AccountDraft) -> Account:
        """Replace what an administrator decides; closing an account ends its sessions and tokens.

        Raises:
            AccountNotFound: there is none with this id.
            InvalidAccount: a field is not acceptable, or nobody could administrate any more.
        """
        ...

    def reset_password(self, account_id: str, *, must_change: bool = True) -> str:
        """Give an account a random password, end its sessions, and return the password.

        `must_change` asks its owner for another one at the next sign-in, because somebody else has seen this one.

        Raises:
            AccountNotFound: there is none with this id.
        """
        ...

    def change_password(self, account_id: str, old: str, new: str, address: str) -> None:
        """Change one's own password; all sessions end.

        Raises:
            SignInRefused: the old password is wrong.
            TooManyAttempts: it was wrong too often.
            WeakPassword: the new one is too easy.
        """
        ...

    def choose_language(self, account_id: str, language: str | None) -> None:
        """Keep the language an account reads."""
        ...

    def tokens(self, account_id: str) -> Sequence[ApiToken]:
        """An account's API tokens, newest first."""
        ...

    def create_token(self, account_id: str, name: str, lifetime: timedelta | None = None) -> tuple[ApiToken, str]:
        """A new API token and its secret, which nobody can read again.

        Raises:
            AccountNotFound: there is no such account.
            InvalidAccount: the name is empty or too long.
        """
        ...

    def revoke_token(self, account_id: str, token_id: str) -> None:
        """End a token of an account; one that is gone already is left alone."""
        ...
