"""Accounts, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.dependencies import Services
from api.rest.shapes import Asked, Shown
from services.identity import AccountDraft, Role

router = APIRouter(prefix="/accounts", tags=["accounts"])
AccountId = Annotated[str, Path(max_length=64)]


class AccountAsked(Asked):
    username: str = Field(min_length=1, max_length=64)
    display_name: str = Field("", max_length=200)
    roles: set[Role] = Field(min_length=1)
    groups: set[str] = Field(default_factory=set, max_length=200, description="Candidate groups of user tasks.")
    language: str | None = Field(None, max_length=16)
    is_active: bool = True
    email: str = Field("", max_length=254, description="Where an identity provider sends the invitation to.")

    def as_draft(self) -> AccountDraft:
        return AccountDraft(
            self.username,
            self.display_name,
            frozenset(self.roles),
            frozenset(self.groups),
            self.language,
            self.is_active,
            email=self.email,
        )


class AccountShown(Shown):
    account_id: str
    username: str
    display_name: str
    roles: list[Role]
    groups: list[str]
    language: str | None
    is_active: bool
    must_change_password: bool


class NewAccountShown(AccountShown):
    password: str = Field(description="Shown only here; its owner must choose another one. Empty: invited by mail.")


class PasswordShown(Shown):
    password: str = Field(description="Shown only here; its owner must choose another one.")


@router.get("")
def list_accounts(services: Services) -> list[AccountShown]:
    return [AccountShown.model_validate(account) for account in services.identities.accounts()]


@router.post("", status_code=201)
def create_account(asked: AccountAsked, services: Services) -> NewAccountShown:
    """A new account with a random password."""
    account, password = services.identities.create_account(asked.as_draft())
    return NewAccountShown(**AccountShown.model_validate(account).model_dump(), password=password)


@router.get("/{account_id}")
def get_account(account_id: AccountId, services: Services) -> AccountShown:
    return AccountShown.model_validate(services.identities.account(account_id))


@router.put("/{account_id}")
def change_account(account_id: AccountId, asked: AccountAsked, services: Services) -> AccountShown:
    """Replace what is known about an account; closing it ends its sessions and tokens."""
    return AccountShown.model_validate(services.identities.change_account(account_id, asked.as_draft()))


@router.post("/{account_id}/password")
def reset_password(account_id: AccountId, services: Services) -> PasswordShown:
    """A new random password; the account's sessions end."""
    return PasswordShown(password=services.identities.reset_password(account_id))
