"""Local accounts: the port's adapter on our own tables, the default of every installation."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, select

from services.identity import account_rows, local_sessions, local_tokens
from services.identity.account import DEFAULT_TENANT, Account, AccountDraft, ApiToken, Role, Session
from services.identity.errors import AccountNotFound, SignInRefused
from services.identity.passwords import Passwords, random_password, require_strong
from services.identity.sign_in_limit import SignInLimit
from services.identity.tables import account, api_token, session

FIRST_ADMINISTRATOR = "admin"


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class LocalIdentities:
    """Accounts, sessions and tokens in SQL. Each method is one transaction."""

    engine: Engine
    session_lifetime: timedelta = timedelta(hours=12)
    clock: Callable[[], datetime] = system_clock
    passwords: Passwords = field(default_factory=Passwords)
    limit: SignInLimit = field(default_factory=SignInLimit)
    # Whose accounts are listed, read and changed; None: everybody's. Signing in finds its tenant by the account.
    tenant_id: str | None = None

    def make_first_administrator(self) -> str | None:
        """The password of a new account `admin`, or None when there are accounts already."""
        with self.engine.connect() as connection:
            if connection.execute(select(func.count()).select_from(account)).scalar_one():
                return None
        draft = AccountDraft(FIRST_ADMINISTRATOR, "Administrator", frozenset({Role.ADMIN}))
        password = random_password()
        # Only whoever started the house sees it, so it need not be changed.
        self.create_account(draft, password)
        return password

    def sign_in(self, username: str, password: str, address: str) -> Session:
        name = account_rows.normalise_username(username)[:64]
        found = self._authenticated(name, password, address)
        now = self.clock()
        with self.engine.begin() as connection:
            self.limit.forget(connection, name)
            self._refresh_hash(connection, found, password)
            return local_sessions.open_session(connection, found, address, now, now + self.session_lifetime)

    def _authenticated(self, username: str, password: str, address: str) -> Account:
        """The account whose name and password these are; hashing happens outside any transaction."""
        now_ms = _ms(self.clock())
        with self.engine.connect() as connection:
            self.limit.require_allowed(connection, username, address, now_ms)
            found = next(iter(account_rows.find(connection, account.c.username == username, account.c.is_active)), None)
            password_hash = account_rows.password_hash_of(connection, found.account_id) if found else None
        if self.passwords.matches(password, password_hash) and found:
            return found
        with self.engine.begin() as connection:
            self.limit.count_failure(connection, username, address, now_ms)
        raise SignInRefused("wrong username or password")

    def _refresh_hash(self, connection: Connection, found: Account, password: str) -> None:
        password_hash = account_rows.password_hash_of(connection, found.account_id)
        if password_hash and self.passwords.is_outdated(password_hash):
            self._set_password(connection, found.account_id, password, must_change=found.must_change_password)

    def session(self, session_id: str) -> Session | None:
        with self.engine.connect() as connection:
            return local_sessions.find_session(connection, session_id, self.clock())

    def sign_out(self, session_id: str) -> None:
        with self.engine.begin() as connection:
            local_sessions.close_session(connection, session_id)

    def forget_ended_sessions(self) -> int:
        """Remove the rows of sessions that have expired; returns how many."""
        with self.engine.begin() as connection:
            return connection.execute(delete(session).where(session.c.expires_at <= _ms(self.clock()))).rowcount

    def account_of_token(self, token: str) -> Account | None:
        return local_tokens.account_of(self.engine, token, self.clock())

    def accounts(self) -> Sequence[Account]:
        with self.engine.connect() as connection:
            return account_rows.find(connection, *self._mine())

    def account(self, account_id: str) -> Account:
        with self.engine.connect() as connection:
            return self._get(connection, account_id)

    def subject_of(self, account_id: str) -> str:
        """The name by which an identity provider knows an account; empty for one of our own."""
        with self.engine.connect() as connection:
            self._get(connection, account_id)
            found = connection.execute(select(account.c.subject).where(account.c.account_id == account_id))
            return found.scalar_one() or ""

    def end_sessions(self, account_id: str) -> None:
        """Sign an account out everywhere."""
        with self.engine.begin() as connection:
            self._get(connection, account_id)
            account_rows.end_sessions(connection, account_id)

    def account_named(self, username: str) -> Account:
        """One account by its username.

        Raises:
            AccountNotFound: nobody has it.
        """
        name = account_rows.normalise_username(username)
        with self.engine.connect() as connection:
            found = account_rows.find(connection, account.c.username == name)
        if not found:
            raise AccountNotFound(username)
        return found[0]

    def create_account(self, draft: AccountDraft, password: str | None = None) -> tuple[Account, str]:
        checked = account_rows.checked(draft)
        if password is not None:
            require_strong(password, checked.username)
        secret = password or random_password()
        created = Account(
            uuid.uuid4().hex,
            checked.username,
            checked.display_name,
            checked.roles,
            checked.groups,
            checked.language,
            checked.is_active,
            must_change_password=password is None,
            tenant_id=self.tenant_id or checked.tenant_id or DEFAULT_TENANT,
        )
        password_hash = self.passwords.hash(secret)
        with self.engine.begin() as connection:
            account_rows.insert(connection, created, password_hash, _ms(self.clock()))
        return created, secret

    def change_account(self, account_id: str, draft: AccountDraft) -> Account:
        checked = account_rows.checked(draft)
        with self.engine.begin() as connection:
            before = self._get(connection, account_id)
            account_rows.replace(connection, account_id, checked)
            if not checked.is_active:
                self._end_everything(connection, account_id)
        return replace(
            before,
            username=checked.username,
            display_name=checked.display_name,
            roles=checked.roles,
            groups=checked.groups,
            language=checked.language,
            is_active=checked.is_active,
        )

    def reset_password(self, account_id: str, *, must_change: bool = True) -> str:
        password = random_password()
        with self.engine.begin() as connection:
            found = self._get(connection, account_id)
            self._set_password(connection, account_id, password, must_change=must_change)
            self.limit.forget(connection, found.username)
        return password

    def change_password(self, account_id: str, old: str, new: str, address: str) -> None:
        mine = self.account(account_id)
        self._authenticated(mine.username, old, address)
        require_strong(new, mine.username)
        with self.engine.begin() as connection:
            self._set_password(connection, account_id, new, must_change=False)

    def choose_language(self, account_id: str, language: str | None) -> None:
        with self.engine.begin() as connection:
            connection.execute(account.update().where(account.c.account_id == account_id).values(language=language))

    def tokens(self, account_id: str) -> Sequence[ApiToken]:
        with self.engine.connect() as connection:
            self._get(connection, account_id)
            return local_tokens.of_account(connection, account_id)

    def create_token(self, account_id: str, name: str, lifetime: timedelta | None = None) -> tuple[ApiToken, str]:
        with self.engine.begin() as connection:
            self._get(connection, account_id)
            return local_tokens.create(connection, account_id, name, self.clock(), lifetime)

    def revoke_token(self, account_id: str, token_id: str) -> None:
        with self.engine.begin() as connection:
            self._get(connection, account_id)
            local_tokens.revoke(connection, account_id, token_id)

    def _mine(self) -> list[ColumnElement[bool]]:
        return [] if self.tenant_id is None else [account.c.tenant_id == self.tenant_id]

    def _get(self, connection: Connection, account_id: str) -> Account:
        return account_rows.get(connection, account_id, *self._mine())

    def _set_password(self, connection: Connection, account_id: str, password: str, *, must_change: bool) -> None:
        """Whoever held a session under the old password holds it no longer."""
        values = {"password_hash": self.passwords.hash(password), "must_change_password": must_change}
        connection.execute(account.update().where(account.c.account_id == account_id).values(**values))
        account_rows.end_sessions(connection, account_id)

    def _end_everything(self, connection: Connection, account_id: str) -> None:
        account_rows.end_sessions(connection, account_id)
        connection.execute(delete(api_token).where(api_token.c.account_id == account_id))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
