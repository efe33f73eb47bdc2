from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from services.identity import (
    AccountDraft,
    AccountNotFound,
    InvalidAccount,
    LastAdministrator,
    Role,
    SignInRefused,
    TooManyAttempts,
    UsernameTaken,
    WeakPassword,
)
from services.identity.local import LocalIdentities
from services.identity.passwords import Passwords
from services.identity.tables import account, api_token, session
from tests.web_app import PASSWORD, QUICK, open_database

HERE = "192.0.2.7"
STAFF = frozenset({Role.STAFF})


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identities(tmp_path: Path, clock: Clock) -> LocalIdentities:
    return LocalIdentities(open_database(tmp_path / "accounts.db"), clock=clock, passwords=QUICK)


def test_the_first_administrator_is_made_once(identities: LocalIdentities) -> None:
    password = identities.make_first_administrator()

    again = identities.make_first_administrator()
    session = identities.sign_in("admin", password or "", HERE)

    assert again is None
    assert session.account.roles == {Role.ADMIN}


def test_a_username_is_the_same_in_upper_and_lower_case(identities: LocalIdentities) -> None:
    identities.create_account(AccountDraft(" Ada ", "Ada", STAFF), PASSWORD)

    session = identities.sign_in("ADA", PASSWORD, HERE)

    assert session.account.username == "ada"
    with pytest.raises(UsernameTaken):
        identities.create_account(AccountDraft("aDa", "", STAFF), PASSWORD)


@pytest.mark.parametrize(
    "draft",
    [
        AccountDraft("", "", STAFF),
        AccountDraft("two words", "", STAFF),
        AccountDraft("x" * 65, "", STAFF),
        AccountDraft("ada", "a\x00b", STAFF),
        AccountDraft("ada", "", frozenset()),
        AccountDraft("ada", "", STAFF, frozenset({"one,two"})),
    ],
)
def test_an_account_with_a_field_that_cannot_be_is_refused(identities: LocalIdentities, draft: AccountDraft) -> None:
    with pytest.raises(InvalidAccount):
        identities.create_account(draft, PASSWORD)

    assert identities.accounts() == []


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", "my name is ada", "x" * 201])
def test_a_weak_password_is_refused(identities: LocalIdentities, password: str) -> None:
    with pytest.raises(WeakPassword):
        identities.create_account(AccountDraft("ada", "", STAFF), password)


def test_a_session_ends_with_its_time(identities: LocalIdentities, clock: Clock) -> None:
    identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    opened = identities.sign_in("ada", PASSWORD, HERE)

    clock.move(hours=11, minutes=59)
    before = identities.session(opened.session_id)
    clock.move(minutes=1)
    after = identities.session(opened.session_id)
    forgotten = identities.forget_ended_sessions()

    assert before is not None
    assert after is None
    assert forgotten == 1


def test_neither_sessions_nor_tokens_nor_passwords_can_be_read_from_the_tables(identities: LocalIdentities) -> None:
    mine, _password = identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    opened = identities.sign_in("ada", PASSWORD, HERE)
    _token, secret = identities.create_token(mine.account_id, "script")

    with identities.engine.connect() as connection:
        kept = repr([connection.execute(table.select()).all() for table in (account, session, api_token)])

    assert not any(hidden in kept for hidden in (PASSWORD, opened.session_id, secret))
    assert "$argon2id$" in kept


def test_closing_an_account_ends_its_sessions_and_tokens(identities: LocalIdentities) -> None:
    mine, _password = identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    identities.make_first_administrator()
    identities.create_account(AccountDraft("root", "", frozenset({Role.ADMIN})), PASSWORD)
    opened = identities.sign_in("ada", PASSWORD, HERE)
    _token, secret = identities.create_token(mine.account_id, "script")

    identities.change_account(mine.account_id, AccountDraft("ada", "", STAFF, is_active=False))

    assert identities.session(opened.session_id) is None
    assert identities.account_of_token(secret) is None
    with pytest.raises(SignInRefused):
        identities.sign_in("ada", PASSWORD, HERE)


def test_a_new_password_ends_every_session_of_the_old_one(identities: LocalIdentities) -> None:
    mine, _password = identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    opened = identities.sign_in("ada", PASSWORD, HERE)

    identities.change_password(mine.account_id, PASSWORD, "another good one", HERE)

    assert identities.session(opened.session_id) is None
    assert identities.sign_in("ada", "another good one", HERE)
    with pytest.raises(SignInRefused):
        identities.sign_in("ada", PASSWORD, HERE)


def test_the_last_administrator_stays_one(identities: LocalIdentities) -> None:
    identities.make_first_administrator()
    admin = identities.account_named("admin")

    for draft in (
        AccountDraft("admin", "", STAFF),
        AccountDraft("admin", "", frozenset({Role.ADMIN}), is_active=False),
    ):
        with pytest.raises(LastAdministrator):
            identities.change_account(admin.account_id, draft)

    assert identities.account_named("admin").roles == {Role.ADMIN}


def test_failed_sign_ins_of_an_account_are_limited_and_forgotten(identities: LocalIdentities, clock: Clock) -> None:
    identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    for number in range(10):
        with pytest.raises(SignInRefused):
            identities.sign_in("ada", "wrong password", f"192.0.2.{number}")

    with pytest.raises(TooManyAttempts) as refused:
        identities.sign_in("ada", PASSWORD, HERE)
    clock.move(seconds=refused.value.retry_after_s + 60)

    assert identities.sign_in("ada", PASSWORD, HERE)


def test_failed_sign_ins_from_an_address_are_limited_over_all_accounts(identities: LocalIdentities) -> None:
    identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    for number in range(50):
        with pytest.raises(SignInRefused):
            identities.sign_in(f"guess{number}", "wrong password", HERE)

    with pytest.raises(TooManyAttempts):
        identities.sign_in("ada", PASSWORD, HERE)

    assert identities.sign_in("ada", PASSWORD, "198.51.100.1")


def test_a_token_ends_with_its_time_or_when_it_is_revoked(identities: LocalIdentities, clock: Clock) -> None:
    mine, _password = identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    _day, of_a_day = identities.create_token(mine.account_id, "a day", timedelta(days=1))
    lasting, for_ever = identities.create_token(mine.account_id, "for ever")

    clock.move(days=1)
    after_a_day = [identities.account_of_token(secret) is not None for secret in (of_a_day, for_ever)]
    identities.revoke_token(mine.account_id, lasting.token_id)

    assert after_a_day == [False, True]
    assert identities.account_of_token(for_ever) is None


def test_a_token_cannot_be_revoked_by_another_account(identities: LocalIdentities) -> None:
    mine, _password = identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    other, _password = identities.create_account(AccountDraft("bob", "", STAFF), PASSWORD)
    token, secret = identities.create_token(mine.account_id, "script")

    identities.revoke_token(other.account_id, token.token_id)

    assert identities.account_of_token(secret) is not None


def test_a_hash_of_an_old_cost_is_renewed_at_the_next_sign_in(identities: LocalIdentities) -> None:
    identities.create_account(AccountDraft("ada", "", STAFF), PASSWORD)
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))

    later = LocalIdentities(identities.engine, clock=identities.clock, passwords=dearer)
    opened = later.sign_in("ada", PASSWORD, HERE)

    with identities.engine.connect() as connection:
        kept = connection.execute(account.select()).one().password_hash
    assert "t=2" in kept
    assert later.session(opened.session_id) is not None


def test_an_account_that_is_not_there_is_named(identities: LocalIdentities) -> None:
    with pytest.raises(AccountNotFound, match="'nobody'"):
        identities.account_named("nobody")
