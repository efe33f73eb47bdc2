"""Calendars and skills in SQL, on SQLite or PostgreSQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Engine, RowMapping, Table, and_, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from services.sla.calendar import ALWAYS, WorkingCalendar
from services.sla.calendars import COMMON, Holiday, TeamCalendar
from services.sla.hours import format_hours, parse_hours
from services.sla.people import Skills
from services.sla.sql_rows import milliseconds
from services.sla.tables import sla_calendar, sla_holiday, sla_skill


def _upsert(engine: Engine, table: Table, keys: Mapping[str, object], values: Mapping[str, object]) -> None:
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**keys, **values)
    with engine.begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))


@dataclass(frozen=True, slots=True)
class SqlCalendars:
    """`Calendars` over one tenant's rows."""

    engine: Engine
    tenant_id: str = "<default>"

    def calendar(self, team: str) -> WorkingCalendar:
        kept = {calendar.team: calendar for calendar in self._read({team, COMMON})}
        own = kept.get(team) or kept.get(COMMON)
        return own.working() if own else ALWAYS

    def teams(self) -> Sequence[TeamCalendar]:
        return self._read(None)

    def team_calendar(self, team: str) -> TeamCalendar | None:
        return next(iter(self._read({team})), None)

    def save(self, calendar: TeamCalendar) -> None:
        values = {
            "zone_name": calendar.zone_name,
            "week": "\n".join(format_hours(calendar.week.get(day, ())) for day in range(7)),
            "changed_at": milliseconds(datetime.now(UTC)),
            "changed_by": calendar.changed_by,
        }
        _upsert(self.engine, sla_calendar, {"tenant_id": self.tenant_id, "team": calendar.team}, values)

    def add_holidays(self, team: str, holidays: Iterable[Holiday]) -> int:
        days = {holiday.day: holiday for holiday in holidays}
        rows = [
            {
                "tenant_id": self.tenant_id,
                "team": team,
                "day": holiday.day,
                "name": holiday.name,
                "hours": format_hours(holiday.hours),
            }
            for holiday in days.values()
        ]
        with self.engine.begin() as connection:
            connection.execute(delete(sla_holiday).where(self._holidays(team), sla_holiday.c.day.in_(list(days))))
            if rows:
                connection.execute(sla_holiday.insert(), rows)
        return len(rows)

    def remove_holiday(self, team: str, day: date) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(sla_holiday).where(self._holidays(team), sla_holiday.c.day == day))

    def remove(self, team: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(sla_holiday).where(self._holidays(team)))
            mine = and_(sla_calendar.c.tenant_id == self.tenant_id, sla_calendar.c.team == team)
            connection.execute(delete(sla_calendar).where(mine))

    def _holidays(self, team: str) -> ColumnElement[bool]:
        return and_(sla_holiday.c.tenant_id == self.tenant_id, sla_holiday.c.team == team)

    def _read(self, teams: Collection[str] | None) -> list[TeamCalendar]:
        calendars = select(sla_calendar).where(sla_calendar.c.tenant_id == self.tenant_id)
        holidays = select(sla_holiday).where(sla_holiday.c.tenant_id == self.tenant_id)
        if teams is not None:
            calendars = calendars.where(sla_calendar.c.team.in_(teams))
            holidays = holidays.where(sla_holiday.c.team.in_(teams))
        with self.engine.connect() as connection:
            rows = connection.execute(calendars.order_by(sla_calendar.c.team)).mappings().all()
            days = connection.execute(holidays.order_by(sla_holiday.c.day)).mappings().all() if rows else []
        return [_team_calendar(row, [day for day in days if day["team"] == row["team"]]) for row in rows]


def _team_calendar(row: RowMapping, days: Iterable[RowMapping]) -> TeamCalendar:
    week = {number: parse_hours(text) for number, text in enumerate(row["week"].split("\n"))}
    holidays = tuple(Holiday(day["day"], day["name"], parse_hours(day["hours"])) for day in days)
    return TeamCalendar(row["team"], row["zone_name"], week, holidays, row["changed_by"])


@dataclass(frozen=True, slots=True)
class SqlSkillBook:
    """`SkillBook` over one tenant's rows."""

    engine: Engine
    tenant_id: str = "<default>"

    def skills(self, usernames: Collection[str]) -> Mapping[str, Skills]:
        query = select(sla_skill).where(sla_skill.c.tenant_id == self.tenant_id, sla_skill.c.username.in_(usernames))
        with self.engine.connect() as connection:
            known = {row["username"]: _skills(row) for row in connection.execute(query).mappings()}
        return {name: known.get(name, Skills(name)) for name in usernames}

    def save(self, skills: Skills) -> None:
        values = {"skills": "\n".join(sorted(skills.skills)), "away_until": skills.away_until}
        _upsert(self.engine, sla_skill, {"tenant_id": self.tenant_id, "username": skills.username}, values)


def _skills(row: RowMapping) -> Skills:
    return Skills(row["username"], frozenset(filter(None, row["skills"].split("\n"))), row["away_until"])
