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
    # Reads what runs, evaluates decisions and publishes messages, to build on the API.
    DEVELOPER = "developer"
    # Reads everything that runs and changes nothing.
    AUDITOR = "auditor"
    # A program: starts instances, publishes messages and hands in tickets.
    WORKER = "worker"


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
    # The identity provider that vouches for the account; None for one of our own.
    issuer: str | None = None

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
    # None: the tenant of whoever writes the draft.
    tenant_id: str | None = None
    # Where an identity provider sends the invitation to.
    email: str = ""


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


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom an identity provider vouches for, in our words."""

    account_id: str
    issuer: str
    # The provider's own name for the account, which never changes.
    subject: str
    username: str
    display_name: str
    roles: frozenset[Role]
    groups: frozenset[str]
    tenant_id: str
    # The provider's session; empty for a program.
    session: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A browser that leaves for the provider: `state` goes into the address, `secret` into its cookie."""

    state: str
    secret: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A browser that came back and is signed in. `hint` names the provider's session when it is to end."""

    session: Session
    goal: str
    hint: str
