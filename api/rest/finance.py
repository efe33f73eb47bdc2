"""Plan and fact: cells of a month, postings, imports, and the lock of a month. Money is text, so that no cent is lost."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, File, Path, UploadFile
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.dependencies import Services, SignedIn
from api.finance_access import require_approver, require_keeper
from api.problems import Problem
from api.rest.shapes import Asked, Shown
from services.finance import Import, Lock, Month, NewPosting, read_number

router = APIRouter(prefix="/finance", tags=["finance"])
MonthName = Annotated[str, Path(pattern=r"^\d{4}-\d{2}$", examples=["2026-03"])]
Money = Annotated[str, Field(max_length=40, examples=["1234.56"])]


class CellShown(Shown):
    project_id: str
    article_id: str
    plan: str
    fact: str
    deviation: str
    without_rate: list[str] = Field(description="Currencies whose amounts are not in the fact.")


class LockShown(Shown):
    lock_id: str
    month: str
    checked_by: str
    locked_by: str
    locked_at: datetime
    unlock_requested_by: str
    unlock_reason: str
    unlocked_by: str
    unlocked_at: datetime | None


class MonthShown(Shown):
    month: str
    currency: str
    version_id: str
    lock: LockShown | None
    cells: list[CellShown]


class PostingAsked(Asked):
    project_id: str = Field(min_length=1, max_length=64)
    article_id: str = Field(min_length=1, max_length=64)
    booked_on: date
    amount: Money
    currency: str = Field(pattern="^[A-Z]{3}$")
    document: str = Field("", max_length=200)
    counterparty: str = Field("", max_length=300)
    text: str = Field("", max_length=4000)


class PostingShown(Shown):
    posting_id: str


class FindingShown(Shown):
    row: int
    column: str
    code: str
    value: str


class ImportShown(Shown):
    import_id: str
    file_name: str
    state: str
    is_known: bool = Field(description="This very content came before.")
    rows: int
    findings: list[FindingShown]


class AcceptAsked(Asked):
    only_good: bool = Field(default=False, description="Book the good rows although others are wrong.")


class UnlockAsked(Asked):
    reason: str = Field(min_length=1, max_length=2000)


@router.get("/months/{month}")
def month_cells(month: MonthName, services: Services) -> MonthShown:
    """Plan and fact of a month, beside the newest frozen version."""
    desk, of_month = services.finance.desk, Month.parse(month)
    current = desk.versions.current()
    version_id = current.version_id if current else ""
    table, _rates = desk.table([of_month], version_id)
    lock = desk.locks.of(of_month)
    cells = [
        CellShown(
            project_id=project,
            article_id=article,
            plan=str(cell.plan),
            fact=str(cell.fact),
            deviation=str(cell.deviation),
            without_rate=list(cell.missing),
        )
        for (project, article, _month), cell in table.cells.items()
    ]
    shown = _lock(lock) if lock else None
    return MonthShown(month=month, currency=desk.base, version_id=version_id, lock=shown, cells=cells)


@router.post("/postings", status_code=201)
def post(asked: PostingAsked, services: Services, user: SignedIn) -> PostingShown:
    """Enter one fact; a locked month answers 409 with who locked it."""
    require_keeper(user)
    number = read_number(asked.amount)
    if number is None:
        raise Problem(422, "amount: write a number as text, as 1234.56")
    new = NewPosting(
        asked.project_id,
        asked.article_id,
        asked.booked_on,
        number,
        asked.currency,
        asked.document,
        asked.counterparty,
        asked.text,
    )
    return PostingShown(posting_id=services.finance.desk.ledger.post(new, user.name).posting_id)


@router.post("/imports", status_code=201)
async def upload(file: Annotated[UploadFile, File()], services: Services, user: SignedIn) -> ImportShown:
    """Read a file and say what is wrong with its rows; nothing is booked."""
    require_keeper(user)
    content = await file.read()
    imports = services.finance.desk.imports
    return _import(await run_in_threadpool(imports.preview, file.filename or "", content, user.name))


@router.post("/imports/{import_id}/accept")
def accept(import_id: str, asked: AcceptAsked, services: Services, user: SignedIn) -> ImportShown:
    """Book the rows, all or none; once."""
    require_keeper(user)
    return _import(services.finance.desk.imports.accept(import_id, user.name, only_good=asked.only_good))


@router.post("/months/{month}/unlock-requests", status_code=201)
def request_unlock(month: MonthName, asked: UnlockAsked, services: Services, user: SignedIn) -> LockShown:
    """Ask for a month to be opened again."""
    require_approver(user)
    return _lock(services.finance.ask_to_unlock(Month.parse(month), user.name, asked.reason))


@router.post("/months/{month}/unlock")
async def unlock(month: MonthName, services: Services, user: SignedIn) -> LockShown:
    """Agree to what somebody else asked."""
    require_approver(user)
    lock, _trouble = await services.finance.unlock(Month.parse(month), user.name)
    return _lock(lock)


def _lock(lock: Lock) -> LockShown:
    return LockShown(
        lock_id=lock.lock_id,
        month=str(lock.month),
        checked_by=lock.checked_by,
        locked_by=lock.locked_by,
        locked_at=lock.locked_at,
        unlock_requested_by=lock.unlock_requested_by,
        unlock_reason=lock.unlock_reason,
        unlocked_by=lock.unlocked_by,
        unlocked_at=lock.unlocked_at,
    )


def _import(found: Import) -> ImportShown:
    return ImportShown(
        import_id=found.import_id,
        file_name=found.file_name,
        state=found.state.value,
        is_known=found.is_known,
        rows=len(found.rows),
        findings=[
            FindingShown(row=row.number, column=each.column, code=each.code, value=each.value)
            for row in found.bad
            for each in row.findings
        ],
    )
