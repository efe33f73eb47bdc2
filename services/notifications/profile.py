"""When somebody wants to hear: their time zone, quiet hours and digests, as pure arithmetic.

Hours are those of the clock on the wall. Quiet hours that end in an hour that a clock change leaves out end as much later; an
hour that comes twice is quiet both times.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ONE_DAY = timedelta(days=1)


class InvalidProfile(ValueError):
    """A zone that does not exist, or quiet hours with one end."""


class DigestPace(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Profile:
    """`quiet_from` later than `quiet_to` spans midnight; both None: no quiet hours."""

    zone_name: str = "UTC"
    quiet_from: time | None = None
    quiet_to: time | None = None
    digest: DigestPace = DigestPace.DAILY
    # When the daily one comes.
    digest_at: time = time(8)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone_name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidProfile(f"no time zone is called {self.zone_name[:80]!r}") from error
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise InvalidProfile("quiet hours need a beginning and an end")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)

    def quiet_until(self, now: datetime) -> datetime | None:
        """When the quiet hours end that this moment lies in; None when it lies in none."""
        if self.quiet_from is None or self.quiet_to is None or self.quiet_from == self.quiet_to:
            return None
        local = now.astimezone(self.zone)
        spans_midnight = self.quiet_from > self.quiet_to
        wall = local.time()
        if spans_midnight and wall >= self.quiet_from:
            return self._at(local, self.quiet_to, days=1)
        if wall < self.quiet_to and (spans_midnight or wall >= self.quiet_from):
            return self._at(local, self.quiet_to)
        return None

    def next_digest(self, now: datetime) -> datetime:
        """The first moment after this one at which a digest goes out."""
        if self.digest is DigestPace.HOURLY:
            hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            return hour + timedelta(hours=1)
        local = now.astimezone(self.zone)
        today = self._at(local, self.digest_at)
        return today if today > now else self._at(local, self.digest_at, days=1)

    def _at(self, local: datetime, wall: time, *, days: int = 0) -> datetime:
        """A wall-clock time of a local day, in UTC: the second of two that come twice, the later reading of one left out."""
        named = datetime.combine(local.date() + days * ONE_DAY, wall, self.zone)
        return max(named.astimezone(UTC), named.replace(fold=1).astimezone(UTC))


NO_WISHES = Profile()
