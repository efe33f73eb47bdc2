"""The nouns of identity."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

DEFAULT_TENANT = "<default>"


class Role(StrEnum):
    """What an account does in the company; several may fall to one person."""

    STAFF = "staff"
    DESIGNER = "designer"
    MANAGER = "manager"
    OPERATOR = "operator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `groups` are the candidate groups of user tasks this account works for."""

    account_id: str
    username: str
    display_name: str
    roles: frozenset[Role]
    groups: frozenset[str] = frozenset()
    # None: the browser's language decides.
    language: str | None = None
    is_active: bool = True
    # Set while the password is one that an administrator has seen.
    must_change_password: bool = False
    tenant_id: str = DEFAULT_TENANT

    def has_any(self, roles: frozenset[Role]) -> bool:
        """Whether one of the roles is this account's; an administrator has them all."""
        return Role.ADMIN in self.roles or not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """What an administrator decides about an account."""

    username: str
    display_name: str
    roles: frozenset[Role]
    groups: frozenset[str] = field(default_factory=frozenset)
    language: str | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `session_id` is a secret; our tables hold only its hash."""

    session_id: str
    account: Account
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's way in; `hint` is the token's beginning, by which its owner recognises it."""

    token_id: str
    account_id: str
    name: str
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
