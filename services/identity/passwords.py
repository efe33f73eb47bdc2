"""Passwords: argon2id hashes, random ones, and the little that makes a chosen one acceptable."""

import secrets
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.identity.errors import WeakPassword

MIN_CHARS = 10
# argon2 hashes any length, but a megabyte of password is only an attack.
MAX_CHARS = 200
# Without characters that are mistaken for each other on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RANDOM_GROUPS = 4
GROUP_CHARS = 5


@dataclass(frozen=True)
class Passwords:
    """Hashes and checks passwords; the cost is argon2's own default unless told otherwise."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    # Checked when the account does not exist, so that the answer takes as long as for one that does.
    decoy: list[str] = field(default_factory=list)

    def hash(self, password: str) -> str:
        return self.hasher.hash(password)

    def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether a password is the hashed one; a missing hash takes as long to say no."""
        if len(password) > MAX_CHARS:
            return False
        try:
            return self.hasher.verify(password_hash or self._decoy_hash(), password) and password_hash is not None
        except (VerifyMismatchError, InvalidHashError):
            return False

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with another cost than today's."""
        return self.hasher.check_needs_rehash(password_hash)

    def _decoy_hash(self) -> str:
        if not self.decoy:
            self.decoy.append(self.hasher.hash(secrets.token_hex(16)))
        return self.decoy[0]


def random_password() -> str:
    """About 115 bits, in groups that can be read aloud."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_CHARS)) for _ in range(RANDOM_GROUPS))
    return "-".join(groups)


def require_strong(password: str, username: str) -> None:
    """Refuse what is guessed first.

    Raises:
        WeakPassword: the text says what is missing.
    """
    if len(password) < MIN_CHARS:
        raise WeakPassword(f"a password needs at least {MIN_CHARS} characters")
    if len(password) > MAX_CHARS:
        raise WeakPassword(f"a password has at most {MAX_CHARS} characters")
    if len(set(password)) < MIN_CHARS // 2:
        raise WeakPassword("this password repeats too few characters")
    if username and username.casefold() in password.casefold():
        raise WeakPassword("a password must not contain the username")
