"""The ports behind which identities live."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from services.identity.account import Account, AccountDraft, ApiToken, Arrival, Leaving, Session, Vouched


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


class SignInElsewhere(Protocol):
    """Signing in at an identity provider: there, back again, out, and out because the provider says so."""

    def leave(self, goal: str) -> tuple[str, Leaving]:
        """The provider's address to lead a browser to, and what must come back with it.

        Raises:
            ProviderUnavailable: it does not answer.
        """
        ...

    def arrive(self, *, state: str, secret: str, code: str, issuer: str, address: str) -> Arrival:
        """Open a session for a browser that came back.

        Raises:
            SignInRefused: it did not leave from here, came twice or too late, or the account has no place here.
            TokenRefused: what the provider gave for the code is not what it must be.
            ProviderUnavailable: it does not answer.
        """
        ...

    def way_out(self, hint: str) -> str:
        """Where a browser ends its session at the provider.

        Raises:
            ProviderUnavailable: it does not answer.
        """
        ...

    def ended_elsewhere(self, logout_token: str) -> int:
        """The provider says that a session has ended there; returns how many of ours ended with it.

        Raises:
            TokenRefused: it is not the provider who says so.
            ProviderUnavailable: its key is not known yet and cannot be fetched.
        """
        ...


class Administration(Protocol):
    """Accounts at the provider itself."""

    def invite(self, draft: AccountDraft) -> Vouched:
        """Create an account; its owner gets a mail with which to choose a password.

        Raises:
            InvalidAccount: a field is not acceptable, the username is taken, or there is no address to write to.
            ProviderUnavailable: it did not answer, or could not send the mail.
        """
        ...

    def invite_again(self, subject: str) -> None:
        """Write to an account's owner again, to choose another password; the sessions end.

        Raises:
            ProviderUnavailable: it did not answer, or could not send the mail.
        """
        ...

    def sessions(self, subject: str) -> frozenset[str]:
        """The names of an account's sessions there; none of one that is gone.

        Raises:
            ProviderUnavailable: it did not answer.
        """
        ...

    def change(self, subject: str, before: Account, draft: AccountDraft) -> None:
        """Give an account the draft's name, roles and groups, and close or open it.

        Raises:
            InvalidAccount: the draft changes what only the provider may.
            ProviderUnavailable: it did not answer.
        """
        ...
