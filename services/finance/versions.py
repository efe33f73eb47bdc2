"""Plans and forecasts: a version holds what differs from the one it is based on, and is frozen once it is agreed.

Since a version holds differences only, a new forecast never writes into a locked month: what was planned there stays as it was.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.finance.auditing import note_down
from services.finance.locks import writing
from services.finance.moments import from_ms, from_ms_or_none, to_ms, utc_now
from services.finance.money import from_minor, split, to_minor
from services.finance.months import Month
from services.finance.nouns import DEFAULT_TENANT, Invalid, NotFound, Refused
from services.finance.tables import plan_line, version

# Project, article, month.
type CellKey = tuple[str, str, Month]


class VersionKind(StrEnum):
    PLAN = "plan"
    FORECAST = "forecast"


@dataclass(frozen=True, slots=True)
class Version:
    version_id: str
    name: str
    kind: VersionKind
    based_on: str
    why: str
    created_by: str
    created_at: datetime
    frozen_by: str = ""
    frozen_at: datetime | None = None

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of one tenant; their amounts are in the base currency."""

    engine: Engine
    base: str
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def versions(self) -> Sequence[Version]:
        """The newest first."""
        mine = select(version).where(version.c.tenant_id == self.tenant_id).order_by(version.c.number.desc())
        with self.engine.connect() as connection:
            return [_version_of_row(row) for row in connection.execute(mine).mappings()]

    def version(self, version_id: str) -> Version:
        """Raises `NotFound`."""
        with self.engine.connect() as connection:
            return self._require(connection, version_id)

    def current(self) -> Version | None:
        """What facts are compared with unless somebody chooses otherwise: the newest frozen version."""
        return next((one for one in self.versions() if one.is_frozen), None)

    def create(self, name: str, kind: VersionKind, person: str, why: str, based_on: str = "") -> Version:
        """A draft. Raises `Refused` where the base is not frozen, `Invalid` where the name is taken."""
        if not name.strip() or len(name) > 200:
            raise Invalid("a version needs a name of up to 200 characters")
        if based_on and not self.version(based_on).is_frozen:
            raise Refused("a version can only be based on a frozen one: freeze that first")
        made = Version(uuid.uuid4().hex[:12], name.strip(), kind, based_on, why[:2000], person, self.clock())
        row = {"version_id": made.version_id, "name": made.name, "kind": kind.value, "based_on": based_on, "why": made.why}
        row |= {"tenant_id": self.tenant_id, "created_by": person, "frozen_by": ""}
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(version).values(**row, created_at=to_ms(made.created_at)))
                note_down(
                    connection, self.tenant_id, None, made.created_at, person, "version_created", f"{made.name}: {made.why}"
                )
        except IntegrityError as error:
            raise Invalid(f"there is a version {made.name!r} already: choose another name") from error
        return made

    def freeze(self, version_id: str, person: str) -> Version:
        """From now on nobody changes it."""
        with self.engine.begin() as connection:
            found = self._require(connection, version_id)
            if not found.is_frozen:
                now = self.clock()
                one = update(version).where(version.c.version_id == version_id, version.c.frozen_at.is_(None))
                connection.execute(one.values(frozen_by=person, frozen_at=to_ms(now)))
                note_down(connection, self.tenant_id, None, now, person, "version_frozen", found.name)
            return self._require(connection, version_id)

    def plan(self, version_id: str, amounts: Mapping[CellKey, Decimal], person: str) -> None:
        """Set amounts of a draft.

        Raises:
            Refused: the version is frozen.
            MonthLocked: one of the months is.
            InvalidMoney: an amount is no amount of the base currency.
        """
        at = to_ms(self.clock())
        with writing(self.engine, self.tenant_id, {month for _project, _article, month in amounts}) as connection:
            if self._require(connection, version_id).is_frozen:
                raise Refused("this version is frozen: make a forecast based on it and change that")
            for (project_id, article_id, month), amount in sorted(amounts.items()):
                key = {"tenant_id": self.tenant_id, "version_id": version_id, "month": str(month)}
                key |= {"project_id": project_id, "article_id": article_id}
                connection.execute(delete(plan_line).where(*(plan_line.c[name] == value for name, value in key.items())))
                values = {"minor": to_minor(amount, self.base), "changed_by": person, "changed_at": at}
                connection.execute(insert(plan_line).values(**key, **values))

    def spread(
        self, version_id: str, project_id: str, article_id: str, months: Sequence[Month], total: Decimal, person: str
    ) -> None:
        """Plan a total over months in equal parts that add up to it."""
        parts = split(total, [Decimal(1)] * len(months), self.base)
        self.plan(
            version_id, {(project_id, article_id, month): part for month, part in zip(months, parts, strict=True)}, person
        )

    def amounts(self, version_id: str, months: Iterable[Month]) -> Mapping[CellKey, Decimal]:
        """What a version plans, with what it inherits."""
        with self.engine.connect() as connection:
            return self.within(connection, version_id, months)

    def within(self, connection: Connection, version_id: str, months: Iterable[Month]) -> Mapping[CellKey, Decimal]:
        """As `amounts`, in the caller's transaction."""
        names = [str(month) for month in months]
        found: dict[CellKey, Decimal] = {}
        for one in reversed(self._ancestry(connection, version_id)):
            mine = select(plan_line).where(plan_line.c.tenant_id == self.tenant_id, plan_line.c.version_id == one)
            for row in connection.execute(mine.where(plan_line.c.month.in_(names))).mappings():
                key = (row["project_id"], row["article_id"], Month.parse(row["month"]))
                found[key] = from_minor(row["minor"], self.base)
        return found

    def _ancestry(self, connection: Connection, version_id: str) -> Sequence[str]:
        chain: list[str] = []
        while version_id and version_id not in chain:
            chain.append(version_id)
            version_id = self._require(connection, version_id).based_on
        return chain

    def _require(self, connection: Connection, version_id: str) -> Version:
        mine = select(version).where(version.c.tenant_id == self.tenant_id, version.c.version_id == version_id)
        row = connection.execute(mine).mappings().first()
        if row is None:
            raise NotFound(f"there is no version {version_id[:80]!r}")
        return _version_of_row(row)


def _version_of_row(row: RowMapping) -> Version:
    return Version(
        version_id=row["version_id"],
        name=row["name"],
        kind=VersionKind(row["kind"]),
        based_on=row["based_on"],
        why=row["why"],
        created_by=row["created_by"],
        created_at=from_ms(row["created_at"]),
        frozen_by=row["frozen_by"],
        frozen_at=from_ms_or_none(row["frozen_at"]),
    )
