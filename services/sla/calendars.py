"""Calendars per team: who keeps them, and which one counts.

A team without a calendar of its own works by the common one (team ""); where there is none either, the clock never stops.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Protocol

from services.sla.calendar import ALWAYS, Hours, WorkingCalendar

COMMON = ""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day with hours of its own; without any the team does not work."""

    day: date
    name: str
    hours: Hours = ()


@dataclass(frozen=True, slots=True)
class TeamCalendar:
    """A team's weekly hours and the days that differ. Hours that make no sense raise `InvalidCalendar`."""

    team: str
    zone_name: str
    week: Mapping[int, Hours]
    holidays: tuple[Holiday, ...] = ()
    changed_by: str = ""

    def __post_init__(self) -> None:
        self.working()

    def working(self) -> WorkingCalendar:
        special = MappingProxyType({holiday.day: holiday.hours for holiday in self.holidays})
        return WorkingCalendar(self.zone_name, MappingProxyType(dict(self.week)), special)


class Calendars(Protocol):
    """Where calendars are kept."""

    def calendar(self, team: str) -> WorkingCalendar:
        """The calendar that counts for a team."""
        ...

    def teams(self) -> Sequence[TeamCalendar]:
        """Every calendar, the common one first, then by team."""
        ...

    def team_calendar(self, team: str) -> TeamCalendar | None:
        """A team's own calendar; `COMMON` is everybody's."""
        ...

    def save(self, calendar: TeamCalendar) -> None:
        """Keep weekly hours and zone; the holidays stay as they are."""
        ...

    def add_holidays(self, team: str, holidays: Iterable[Holiday]) -> int:
        """Keep days that differ, one a date: a later one replaces an earlier. Returns how many."""
        ...

    def remove_holiday(self, team: str, day: date) -> None: ...

    def remove(self, team: str) -> None:
        """Forget a team's calendar and its holidays: the common one counts for it again."""
        ...


@dataclass
class InMemoryCalendars:
    """`Calendars` that forgets everything when it goes."""

    _kept: dict[str, TeamCalendar] = field(default_factory=dict)

    def calendar(self, team: str) -> WorkingCalendar:
        kept = self._kept.get(team) or self._kept.get(COMMON)
        return kept.working() if kept else ALWAYS

    def teams(self) -> Sequence[TeamCalendar]:
        return [self._kept[team] for team in sorted(self._kept)]

    def team_calendar(self, team: str) -> TeamCalendar | None:
        return self._kept.get(team)

    def save(self, calendar: TeamCalendar) -> None:
        kept = self._kept.get(calendar.team)
        self._kept[calendar.team] = replace(calendar, holidays=kept.holidays if kept else ())

    def add_holidays(self, team: str, holidays: Iterable[Holiday]) -> int:
        kept = self._kept[team]
        added = {holiday.day: holiday for holiday in holidays}
        days = {holiday.day: holiday for holiday in kept.holidays} | added
        self._kept[team] = replace(kept, holidays=tuple(days[day] for day in sorted(days)))
        return len(added)

    def remove_holiday(self, team: str, day: date) -> None:
        kept = self._kept[team]
        self._kept[team] = replace(kept, holidays=tuple(holiday for holiday in kept.holidays if holiday.day != day))

    def remove(self, team: str) -> None:
        self._kept.pop(team, None)


def calendars_that_count(kept: Iterable[TeamCalendar], teams: Iterable[str]) -> dict[str, WorkingCalendar]:
    """The calendar of each of these teams, given every calendar that is kept."""
    by_team = {calendar.team: calendar for calendar in kept}
    chosen = {team: by_team.get(team) or by_team.get(COMMON) for team in teams}
    return {team: calendar.working() if calendar else ALWAYS for team, calendar in chosen.items()}
