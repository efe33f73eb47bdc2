"""Which answer each foreseen error becomes. One table, so that pages and REST agree."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import compile_path

from api.csrf import SAFE_METHODS
from api.customer import PORTAL, CustomerNotSignedIn
from api.pages.finance_refusals import said
from api.problems import Problem, problem_response, wants_json
from api.refusals import refuse
from api.security_headers import HEADERS
from api.shell import language_of
from history.queries import InvalidCursor, NotInHistory
from services.assistant import DraftNotFound as ReplyDraftNotFound
from services.changes import (
    ChangeNotFound,
    DecisionRefused,
    InvalidChange,
    ItemChanged,
    NothingToRevert,
    RecordUnknown,
    RevertRefused,
    TargetBusy,
    TargetUnknown,
)
from services.crm import AttachmentUnknown, InvalidMessage, InvalidPlace, InvalidTicket, TicketUnknown
from services.crm.sync import ConnectionUnknown
from services.directories import EntryUnknown
from services.finance import (
    FinanceError,
    InvalidMoney,
    InvalidMonth,
)
from services.finance import Invalid as InvalidInFinance
from services.finance import NotFound as NotInFinance
from services.identity import AccountNotFound, InvalidAccount, ProviderUnavailable
from services.knowledge import DocumentNotFound
from services.modelling import DraftConflict, DraftNotFound, InvalidDraft, UnknownModelKind
from services.notifications import AddressNotFound, DeliveryNotFound, InvalidAddress, NotificationNotFound
from services.reports import RunNotFound
from services.sla import ClockEnded, ClockUnknown
from zeebe.errors import (
    AccessDenied,
    AlreadyExists,
    CommandRefused,
    EngineBusy,
    EngineFailed,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    RequestTooLarge,
    Unavailable,
    Unsupported,
    ZeebeError,
)

log = structlog.get_logger(__name__)

STATUS: Mapping[type[Exception], int] = {
    NotInHistory: 404,
    InvalidCursor: 400,
    AccountNotFound: 404,
    InvalidAccount: 422,
    ProviderUnavailable: 503,
    DraftNotFound: 404,
    DraftConflict: 409,
    InvalidDraft: 422,
    UnknownModelKind: 422,
    TicketUnknown: 404,
    AttachmentUnknown: 404,
    InvalidMessage: 422,
    InvalidPlace: 400,
    RunNotFound: 404,
    EntryUnknown: 404,
    NotificationNotFound: 404,
    DeliveryNotFound: 404,
    AddressNotFound: 404,
    InvalidAddress: 422,
    ChangeNotFound: 404,
    InvalidChange: 422,
    TargetUnknown: 422,
    RecordUnknown: 422,
    TargetBusy: 503,
    ItemChanged: 409,
    DecisionRefused: 409,
    NothingToRevert: 409,
    RevertRefused: 409,
    ReplyDraftNotFound: 404,
    DocumentNotFound: 404,
    ConnectionUnknown: 404,
    InvalidTicket: 422,
    ClockUnknown: 404,
    ClockEnded: 409,
    NotInFinance: 404,
    InvalidInFinance: 422,
    InvalidMoney: 422,
    InvalidMonth: 422,
    RequestTooLarge: 413,
    InvalidArgument: 400,
    NotFound: 404,
    AlreadyExists: 409,
    FailedPrecondition: 409,
    Unsupported: 501,
    AccessDenied: 403,
    CommandRefused: 400,
    EngineBusy: 503,
    Unavailable: 503,
    EngineFailed: 502,
    ZeebeError: 502,
}
RETRY_AFTER_S = "2"
MAX_FINDINGS = 20


def answer_errors(app: FastAPI, routes: Sequence[tuple[str, str]]) -> None:
    """Teach the application what each error means; `routes` are method and path, with its {parameters}, of each."""
    app.add_exception_handler(Problem, _handler(_as_is))
    app.add_exception_handler(HTTPException, _http(routes))
    app.add_exception_handler(RequestValidationError, _handler(_invalid))
    for kind, status in STATUS.items():
        app.add_exception_handler(kind, _handler(_by_table(status)))
    app.add_exception_handler(FinanceError, _finance)
    app.add_exception_handler(CustomerNotSignedIn, _to_portal)
    app.add_exception_handler(DataError, _handler(_unstorable))
    app.add_exception_handler(OperationalError, _handler(_database_away))
    app.add_exception_handler(Exception, _unforeseen)


def _handler(translate: Callable[[Exception], Problem]) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        return refuse(request, translate(error))

    return handle


def _as_is(error: Exception) -> Problem:
    assert isinstance(error, Problem)
    return error


def _http(routes: Sequence[tuple[str, str]]) -> Callable[[Request, Exception], Response]:
    templates = [(method, compile_path(template)[0]) for method, template in routes]

    def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        detail, headers = str(error.detail), error.headers
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # The router names the methods of one route alone, and an address may have several.
            path = request.url.path
            methods = ", ".join(sorted({method for method, template in templates if template.match(path)}))
            detail, headers = f"there is nothing at {request.method} {path}: it takes {methods}", {"Allow": methods}
        return refuse(request, Problem(error.status_code, detail, headers=headers))

    return handle


def _by_table(status: int) -> Callable[[Exception], Problem]:
    headers = {"Retry-After": RETRY_AFTER_S} if status == 503 else {}

    def translate(error: Exception) -> Problem:
        return Problem(status, str(error), headers=headers)

    return translate


def _finance(request: Request, error: Exception) -> Response:
    """A person reads it in their language."""
    return refuse(request, Problem(409, str(error) if wants_json(request) else said(language_of(request), error)))


def _to_portal(request: Request, _error: Exception) -> Response:
    goal = f"?next={quote(request.url.path)}" if request.method in SAFE_METHODS else ""
    return RedirectResponse(PORTAL + goal, 303)


def _unstorable(_error: Exception) -> Problem:
    """The database's own text would repeat the value."""
    return Problem(422, "a value cannot be stored: it contains a null character, or is too large")


def _invalid(error: Exception) -> Problem:
    """Where each wrong value stands, without repeating the value: it may be a secret or enormous."""
    assert isinstance(error, RequestValidationError)
    findings: list[dict[str, Any]] = [_finding(each) for each in error.errors()[:MAX_FINDINGS]]
    first = findings[0] if findings else {"where": "body", "message": "cannot be read"}
    return Problem(422, f"{first['where']}: {first['message']}", errors=findings)


def _finding(each: dict[str, Any]) -> dict[str, Any]:
    if each["type"] == "json_invalid":
        # FastAPI puts the place in the text among the names of fields.
        place, reason = each["loc"][-1], str(each.get("ctx", {}).get("error", "it ends too soon"))
        return {"where": "body", "message": f"no JSON: {reason} (character {place})"}
    return {"where": ".".join(str(part) for part in each["loc"]), "message": each["msg"]}


def _database_away(error: Exception) -> Problem:
    log.error("database_away", code=_code(error))
    reason = "the database is busy or away; try again in a moment, and tell the operator if it stays so"
    return Problem(503, reason, headers={"Retry-After": RETRY_AFTER_S})


def _code(error: Exception) -> str:
    """What a database calls its own error; no word of what was stored."""
    of_driver = getattr(error, "orig", None)
    return str(getattr(of_driver, "sqlstate", None) or getattr(of_driver, "sqlite_errorname", ""))


def _unforeseen(request: Request, error: Exception) -> Response:
    """The text of an unforeseen error may hold anything, so only the log gets its type."""
    log.error("request_failed", method=request.method, path=request.url.path, error=type(error).__name__, code=_code(error))
    problem = Problem(500, "something went wrong on our side; the log of the api process says what", headers=HEADERS)
    return problem_response(request, problem) if wants_json(request) else refuse(request, problem)
