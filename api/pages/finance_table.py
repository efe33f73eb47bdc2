"""Plan and fact as the page shows them: projects with their articles as rows, months as columns, sums of what is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.finance import Article, ArticleKind, Cell, Month, PlanFact, Project


@dataclass(frozen=True, slots=True)
class ShownCell:
    """`tone` says whether the deviation is good or bad, empty where it hardly is one."""

    cell: Cell
    tone: str
    notes: int = 0
    month: Month | None = None

    @property
    def bar(self) -> int:
        """How far the deviation goes, in tenths of the plan."""
        share = self.cell.share
        return 0 if share is None else min(10, round(abs(share) * 10))


@dataclass(frozen=True, slots=True)
class ShownRow:
    article: Article
    cells: tuple[ShownCell, ...]
    total: ShownCell


@dataclass(frozen=True, slots=True)
class ShownProject:
    project_id: str
    name: str
    client: str
    owner: str
    rows: tuple[ShownRow, ...]
    results: tuple[ShownCell, ...]
    total: ShownCell


@dataclass(frozen=True, slots=True)
class TableView:
    projects: tuple[ShownProject, ...]
    results: tuple[ShownCell, ...]
    total: ShownCell


def table_view(table: PlanFact, projects: Sequence[Project], notes: Mapping[tuple[str, str, Month], int]) -> TableView:
    """Only projects with any number; those the directories no longer know come last, by their id."""
    known = {each.project_id: each for each in projects}
    involved = {project for project, _article, _month in table.cells}
    ordered = [each.project_id for each in projects if each.project_id in involved]
    ordered += sorted(involved - set(ordered))
    shown = tuple(_project(table, known.get(each, Project(each, each)), notes) for each in ordered)
    results = tuple(_shown(table.result(None, month), ArticleKind.INCOME, 0, month) for month in table.months)
    return TableView(shown, results, _shown(table.result(None, None), ArticleKind.INCOME))


def _project(table: PlanFact, project: Project, notes: Mapping[tuple[str, str, Month], int]) -> ShownProject:
    one = project.project_id
    rows = []
    used = {article for of_project, article, _month in table.cells if of_project == one}
    known = {each.article_id for each in table.articles}
    lost = tuple(Article(each, each, ArticleKind.EXPENSE) for each in sorted(used - known))
    for article in (*table.articles, *lost):
        if article.article_id not in used:
            continue
        cells = tuple(
            _shown(
                table.cell(one, article.article_id, month), article.kind, notes.get((one, article.article_id, month), 0), month
            )
            for month in table.months
        )
        rows.append(ShownRow(article, cells, _shown(table.total(one, article.article_id, None), article.kind)))
    results = tuple(_shown(table.result(one, month), ArticleKind.INCOME, 0, month) for month in table.months)
    total = _shown(table.result(one, None), ArticleKind.INCOME)
    return ShownProject(one, project.name, project.client, project.owner, tuple(rows), results, total)


def _shown(cell: Cell, kind: ArticleKind, notes: int = 0, month: Month | None = None) -> ShownCell:
    tone = "" if not cell.deviation else "bad" if cell.is_bad(kind) else "good"
    return ShownCell(cell, tone, notes, month)
