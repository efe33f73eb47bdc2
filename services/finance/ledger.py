"""The ledger: articles and postings in SQL, on SQLite or PostgreSQL."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select

from services.finance.locks import writing
from services.finance.moments import from_ms, to_ms, utc_now
from services.finance.money import from_minor, to_minor
from services.finance.months import Month
from services.finance.nouns import DEFAULT_TENANT, Article, ArticleKind, Invalid, NewPosting, NotFound, Posting
from services.finance.tables import article, posting

MAX_TEXT = 4000
AT_ONCE = 500
# Project, article, month and currency.
type FactKey = tuple[str, str, Month, str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Articles and postings of one tenant."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def articles(self) -> Sequence[Article]:
        """Income first, then expense, each in its own order."""
        mine = select(article).where(article.c.tenant_id == self.tenant_id)
        with self.engine.connect() as connection:
            rows = connection.execute(mine).mappings()
            found = [Article(row["article_id"], row["name"], ArticleKind(row["kind"]), row["position"]) for row in rows]
        return sorted(found, key=lambda one: (one.kind is ArticleKind.EXPENSE, one.position, one.name))

    def keep_article(self, one: Article) -> None:
        """Add an article, or rename it; its kind stays once there are postings of it."""
        _require_id(one.article_id, one.name)
        with self.engine.begin() as connection:
            key = (article.c.tenant_id == self.tenant_id) & (article.c.article_id == one.article_id)
            before = connection.scalar(select(article.c.kind).where(key))
            used = select(posting.c.number).where(posting.c.tenant_id == self.tenant_id, posting.c.article_id == one.article_id)
            if before not in {None, one.kind} and connection.execute(used.limit(1)).first() is not None:
                raise Invalid(f"article {one.article_id} has postings as {before}: make another article instead")
            connection.execute(delete(article).where(key))
            values = {"article_id": one.article_id, "name": one.name, "kind": one.kind, "position": one.position}
            connection.execute(insert(article).values(tenant_id=self.tenant_id, **values))

    def post(self, new: NewPosting, person: str) -> Posting:
        """Enter one fact by hand.

        Raises:
            MonthLocked: its month is.
            InvalidMoney: the amount is no amount of its currency.
            Invalid: no such article.
        """
        if all(one.article_id != new.article_id for one in self.articles()):
            raise Invalid(f"there is no article {new.article_id!r}: add it first")
        with writing(self.engine, self.tenant_id, [new.month]) as connection:
            [made] = self.enter(connection, [new], person)
        return made

    def enter(
        self, connection: Connection, postings: Sequence[NewPosting], person: str, import_id: str = "", rows: Sequence[int] = ()
    ) -> Sequence[Posting]:
        """Write facts within the caller's transaction, which has asked for locks."""
        at = to_ms(self.clock())
        numbers = rows or [0] * len(postings)
        values = [
            _row_of(new, person, at, self.tenant_id, import_id, number) for new, number in zip(postings, numbers, strict=True)
        ]
        for start in range(0, len(values), AT_ONCE):
            connection.execute(insert(posting), values[start : start + AT_ONCE])
        return [_posting_of_row(row) for row in values]

    def remove(self, posting_id: str) -> None:
        """Take a posting out of an open month."""
        one = select(posting.c.month).where(posting.c.tenant_id == self.tenant_id, posting.c.posting_id == posting_id)
        with self.engine.connect() as connection:
            month = connection.scalar(one)
        if month is None:
            raise NotFound(f"there is no posting {posting_id!r}")
        with writing(self.engine, self.tenant_id, [Month.parse(month)]) as connection:
            connection.execute(delete(posting).where(posting.c.posting_id == posting_id))

    def postings(
        self, month: Month, project_id: str | None = None, article_id: str | None = None, *, limit: int = 1000, skip: int = 0
    ) -> Sequence[Posting]:
        """By day, then in the order in which they were entered."""
        query = select(posting).where(posting.c.tenant_id == self.tenant_id, posting.c.month == str(month))
        if project_id is not None:
            query = query.where(posting.c.project_id == project_id)
        if article_id is not None:
            query = query.where(posting.c.article_id == article_id)
        query = query.order_by(posting.c.booked_on, posting.c.number).limit(limit).offset(skip)
        with self.engine.connect() as connection:
            return [_posting_of_row(row) for row in connection.execute(query).mappings()]

    def facts(self, months: Sequence[Month]) -> Mapping[FactKey, Decimal]:
        """The sum of each cell in each currency."""
        with self.engine.connect() as connection:
            return facts_of(connection, self.tenant_id, months)

    def last_of(self, counterparty: str) -> Posting | None:
        """The newest posting with a counterparty: where its next one most likely belongs."""
        mine = posting.c.tenant_id == self.tenant_id
        query = select(posting).where(mine, posting.c.counterparty == counterparty).order_by(posting.c.number.desc())
        with self.engine.connect() as connection:
            row = connection.execute(query.limit(1)).mappings().first()
        return None if row is None else _posting_of_row(row)


def facts_of(connection: Connection, tenant_id: str, months: Sequence[Month]) -> Mapping[FactKey, Decimal]:
    """As `Ledger.facts`, within the caller's transaction."""
    columns = (posting.c.project_id, posting.c.article_id, posting.c.month, posting.c.currency)
    mine = (posting.c.tenant_id == tenant_id) & posting.c.month.in_([str(month) for month in months])
    # PostgreSQL adds whole numbers up to a decimal.
    query = select(*columns, func.sum(posting.c.minor)).where(mine).group_by(*columns).order_by(*columns)
    return {
        (project_id, article_id, Month.parse(month), currency): from_minor(int(total), currency)
        for project_id, article_id, month, currency, total in connection.execute(query)
    }


def _require_id(identifier: str, name: str) -> None:
    if not identifier.strip() or len(identifier) > 64 or not identifier.isprintable():
        raise Invalid("an id has 1 to 64 printable characters")
    if not name.strip() or len(name) > 200:
        raise Invalid("a name has 1 to 200 characters")


def _row_of(new: NewPosting, person: str, at: int, tenant_id: str, import_id: str, number: int) -> dict[str, Any]:
    return {
        "posting_id": uuid.uuid4().hex,
        "tenant_id": tenant_id,
        "project_id": new.project_id,
        "article_id": new.article_id,
        "month": str(new.month),
        "booked_on": new.booked_on.isoformat(),
        "minor": to_minor(new.amount, new.currency),
        "currency": new.currency,
        "document": new.document[:200],
        "counterparty": new.counterparty[:300],
        "text": new.text[:MAX_TEXT],
        "entered_by": person,
        "entered_at": at,
        "import_id": import_id,
        "row_number": number,
    }


def _posting_of_row(row: RowMapping | dict[str, Any]) -> Posting:
    return Posting(
        posting_id=row["posting_id"],
        project_id=row["project_id"],
        article_id=row["article_id"],
        booked_on=date.fromisoformat(row["booked_on"]),
        amount=from_minor(row["minor"], row["currency"]),
        currency=row["currency"],
        document=row["document"],
        counterparty=row["counterparty"],
        text=row["text"],
        entered_by=row["entered_by"],
        entered_at=from_ms(row["entered_at"]),
        import_id=row["import_id"],
        row_number=row["row_number"],
    )
