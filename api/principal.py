"""Who asks: the account behind a request, and how it proved itself."""

from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import HTTPConnection

from services.identity import DEFAULT_TENANT, Account, Role


class Proof(StrEnum):
    """A browser sends its cookie with any request, so only those need a CSRF token."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105  # a kind of proof, not one


@dataclass(frozen=True, slots=True)
class Principal:
    """The account behind a request."""

    account: Account
    proof: Proof
    # Empty for a bearer token.
    session_id: str = ""

    @property
    def name(self) -> str:
        """The username: what user tasks are assigned to."""
        return self.account.username

    @property
    def display_name(self) -> str:
        return self.account.display_name

    @property
    def tenant(self) -> str:
        """The tenant's name; empty for the default one, whose people need not know that there are others."""
        return "" if self.account.tenant_id == DEFAULT_TENANT else self.account.tenant_id

    @property
    def roles(self) -> frozenset[Role]:
        return self.account.roles

    @property
    def groups(self) -> frozenset[str]:
        return self.account.groups

    def may(self, *roles: str) -> bool:
        """Whether one of the roles is this account's; an administrator has them all."""
        return self.account.has_any(frozenset(Role(role) for role in roles))


def principal_of(request: HTTPConnection) -> Principal | None:
    """The account behind a request, None for a stranger."""
    found: Principal | None = getattr(request.state, "principal", None)
    return found


def signed_in(request: HTTPConnection) -> Principal:
    """The account behind a request that the gate has let through."""
    principal = principal_of(request)
    assert principal is not None, "the gate lets no stranger through to this route"  # a rule of api.permissions is missing
    return principal
