"""The finance desk's numbers as rows of the month close report."""

from collections.abc import Iterator

from services.finance import ArticleKind, Deviation, FinanceDesk, Lock, Month
from services.reports import MonthLockRow, PlanFactRow, Report, Scope, month_close_report

# More months than this nobody reads, and each costs its queries.
MOST_MONTHS = 120


def close_report(desk: FinanceDesk, scope: Scope) -> Report:
    """The months of the period, each whole; a period of more than ten years is cut to its last ten."""
    first, last = Month.of(scope.period.first), Month.of(scope.period.last)
    months = max(first, last.plus(1 - MOST_MONTHS)).until(last)
    locks = [_lock_row(each) for month in months for each in desk.locks.history(month)]
    return month_close_report(_rows(desk, months), locks, desk.base, scope)


def _rows(desk: FinanceDesk, months: tuple[Month, ...]) -> Iterator[PlanFactRow]:
    projects = {each.project_id: each for each in desk.projects.projects()}
    articles = {each.article_id: each for each in desk.ledger.articles()}
    current = desk.versions.current()
    for month in months:
        closed = desk.closes.latest(month)
        version_id = closed.version_id if closed else current.version_id if current else ""
        table, _rates = desk.table([month], version_id)
        said = {(each.project_id, each.article_id): each for each in desk.closes.deviations(month)}
        for (project_id, article_id, _month), cell in table.cells.items():
            project, article = projects.get(project_id), articles.get(article_id)
            deviation = said.get((project_id, article_id))
            yield PlanFactRow(
                month=str(month),
                client=project.client if project else "",
                project=project.name if project else project_id,
                kind=(article.kind if article else ArticleKind.EXPENSE).value,
                article=article.name if article else article_id,
                plan=cell.plan,
                fact=cell.fact,
                **_said(deviation),
            )


def _said(deviation: Deviation | None) -> dict[str, str]:
    if deviation is None:
        return {}
    return {
        "verdict": deviation.verdict.value,
        "explanation": deviation.explanation,
        "explained_by": deviation.explained_by,
    }


def _lock_row(lock: Lock) -> MonthLockRow:
    return MonthLockRow(
        month=str(lock.month),
        lock_id=lock.lock_id,
        locked_by=lock.locked_by,
        locked_at=lock.locked_at,
        unlock_requested_by=lock.unlock_requested_by,
        unlocked_by=lock.unlocked_by,
        unlocked_at=lock.unlocked_at,
        reason=lock.unlock_reason,
    )
