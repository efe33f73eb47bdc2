"""Accounts and their roles, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services
from api.pages.role_names import role_names
from api.shell import language_of, redirect, render
from services.identity import (
    Account,
    AccountDraft,
    InvalidAccount,
    LastAdministrator,
    Role,
    UsernameTaken,
)

router = APIRouter(prefix="/accounts", include_in_schema=False)

Text = Annotated[str, Form(max_length=1000)]
NEW = Account("", "", "", frozenset({Role.STAFF}))


@router.get("")
def accounts_page(request: Request, services: Services) -> Response:
    return render(
        request, "pages/accounts.html", accounts=services.identities.accounts(), role_names=role_names(language_of(request))
    )


@router.get("/new")
async def new_account_page(request: Request) -> Response:
    return _form(request, NEW)


@router.post("/new")
async def create_account(
    request: Request,
    services: Services,
    username: Text = "",
    display_name: Text = "",
    groups: Text = "",
    email: Text = "",
    roles: Annotated[list[Role] | None, Form()] = None,
) -> Response:
    """The answer shows the password once; its owner must choose another one. An identity provider writes to its owner."""
    draft = AccountDraft(username, display_name, frozenset(roles or ()), _groups(groups), email=email)
    try:
        account, password = await run_in_threadpool(services.identities.create_account, draft)
    except InvalidAccount as error:
        shown = Account("", username, display_name, draft.roles, draft.groups)
        return _form(request, shown, error=_explained(request, error), status_code=422)
    if not password:
        return _invited(request)
    return render(request, "pages/account_password.html", account=account, password=password, status_code=201)


@router.get("/{account_id}")
def account_page(request: Request, services: Services, account_id: str) -> Response:
    return _form(request, services.identities.account(account_id))


@router.post("/{account_id}")
async def change_account(
    request: Request,
    services: Services,
    account_id: str,
    username: Text = "",
    display_name: Text = "",
    groups: Text = "",
    roles: Annotated[list[Role] | None, Form()] = None,
    is_active: Annotated[bool, Form()] = False,  # noqa: FBT002  # a check box
) -> Response:
    before = await run_in_threadpool(services.identities.account, account_id)
    draft = AccountDraft(username, display_name, frozenset(roles or ()), _groups(groups), before.language, is_active)
    try:
        await run_in_threadpool(services.identities.change_account, account_id, draft)
    except InvalidAccount as error:
        shown = Account(account_id, username, display_name, draft.roles, draft.groups, is_active=is_active)
        return _form(request, shown, error=_explained(request, error), status_code=422)
    return redirect(request, "/accounts", Flash(language_of(request).gettext("The account is changed.")))


@router.post("/{account_id}/password")
async def reset_password(request: Request, services: Services, account_id: str) -> Response:
    account = await run_in_threadpool(services.identities.account, account_id)
    password = await run_in_threadpool(services.identities.reset_password, account_id)
    if not password:
        return _invited(request)
    return render(request, "pages/account_password.html", account=account, password=password)


def _invited(request: Request) -> Response:
    return redirect(request, "/accounts", Flash(language_of(request).gettext("An invitation was sent by e-mail.")))


def _form(request: Request, account: Account, error: str = "", status_code: int = 200) -> Response:
    return render(
        request,
        "pages/account_form.html",
        account=account,
        role_names=role_names(language_of(request)),
        is_invited=request.app.state.services.sign_in_elsewhere is not None,
        error=error,
        status_code=status_code,
    )


def _groups(text: str) -> frozenset[str]:
    return frozenset(group.strip() for group in text.split(",") if group.strip())


def _explained(request: Request, error: InvalidAccount) -> str:
    _ = language_of(request).gettext
    match error:
        case UsernameTaken():
            return _("This username is taken.")
        case LastAdministrator():
            return _("This is the last active administrator: make another one first.")
        case _:
            return _(
                "Check the fields: a username of letters a-z, digits or . _ @ + -, at least one role, groups parted by commas."
            )
