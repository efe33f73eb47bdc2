"""The account that asks, and its tokens."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.dependencies import Services, SignedIn
from api.rest.accounts import AccountShown
from api.rest.shapes import Asked, Shown

router = APIRouter(prefix="/me", tags=["me"])


class TokenShown(Shown):
    token_id: str
    name: str
    hint: str = Field(description="How the token begins.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewTokenShown(TokenShown):
    token: str = Field(description="Shown only here.")


class TokenAsked(Asked):
    name: str = Field(min_length=1, max_length=200)
    days: int | None = Field(90, ge=1, le=3650, description="null: it never ends.")


@router.get("")
def get_me(principal: SignedIn) -> AccountShown:
    return AccountShown.model_validate(principal.account)


@router.get("/tokens")
def list_tokens(services: Services, principal: SignedIn) -> list[TokenShown]:
    return [TokenShown.model_validate(token) for token in services.identities.tokens(principal.account.account_id)]


@router.post("/tokens", status_code=201)
def create_token(asked: TokenAsked, services: Services, principal: SignedIn) -> NewTokenShown:
    lifetime = timedelta(days=asked.days) if asked.days else None
    token, secret = services.identities.create_token(principal.account.account_id, asked.name, lifetime)
    return NewTokenShown(**TokenShown.model_validate(token).model_dump(), token=secret)


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(token_id: Annotated[str, Path(max_length=64)], services: Services, principal: SignedIn) -> None:
    services.identities.revoke_token(principal.account.account_id, token_id)
