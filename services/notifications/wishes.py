"""What each person wishes: by event and channel, and when. Only what differs from the defaults is kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Protocol

from sqlalchemy import Connection, Engine, Row, delete, insert, select

from services.notifications.events import CHOSEN_EVENTS, ChannelName, Event, Mode, default_mode
from services.notifications.profile import NO_WISHES, DigestPace, Profile
from services.notifications.tables import preference
from services.notifications.tables import profile as profile_table

type Choices = Mapping[tuple[Event, ChannelName], Mode]
DEFAULT_TENANT = "<default>"


class InvalidChoice(ValueError):
    """A digest by a channel that has none."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """One person's."""

    choices: Choices
    profile: Profile = NO_WISHES

    def mode(self, event: Event, channel: ChannelName) -> Mode:
        return self.choices.get((event, channel), default_mode(event, channel))


NOTHING_CHOSEN = Wishes({})


class WishBook(Protocol):
    """Where wishes are kept. Calls are short and blocking."""

    def wishes(self, account_id: str) -> Wishes: ...

    def choose(self, account_id: str, choices: Choices) -> None:
        """Replace the matrix. Raises `InvalidChoice`."""
        ...

    def set_profile(self, account_id: str, wished: Profile) -> None: ...


@dataclass(frozen=True, slots=True)
class SqlWishBook:
    """`WishBook` of one tenant."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT

    def wishes(self, account_id: str) -> Wishes:
        with self.engine.connect() as connection:
            return self.of_all(connection, [account_id]).get(account_id, NOTHING_CHOSEN)

    def of_all(self, connection: Connection, account_ids: Collection[str]) -> dict[str, Wishes]:
        """The wishes of those who have any."""
        chosen: dict[str, dict[tuple[Event, ChannelName], Mode]] = {}
        mine = preference.c.tenant_id == self.tenant_id
        for row in connection.execute(select(preference).where(mine, preference.c.account_id.in_(account_ids))):
            # An event or channel of a later release means nothing here.
            if row.event in Event and row.channel in ChannelName and row.mode in Mode:
                chosen.setdefault(row.account_id, {})[Event(row.event), ChannelName(row.channel)] = Mode(row.mode)
        found = select(profile_table).where(
            profile_table.c.tenant_id == self.tenant_id, profile_table.c.account_id.in_(account_ids)
        )
        profiles = {row.account_id: _profile(row) for row in connection.execute(found)}
        return {
            account_id: Wishes(chosen.get(account_id, {}), profiles.get(account_id, NO_WISHES))
            for account_id in chosen.keys() | profiles.keys()
        }

    def choose(self, account_id: str, choices: Choices) -> None:
        require_possible(choices)
        key = {"tenant_id": self.tenant_id, "account_id": account_id}
        rows = [
            {**key, "event": event.value, "channel": channel.value, "mode": mode.value}
            for (event, channel), mode in choices.items()
            if event in CHOSEN_EVENTS and mode is not default_mode(event, channel)
        ]
        with self.engine.begin() as connection:
            mine = (preference.c.tenant_id == self.tenant_id) & (preference.c.account_id == account_id)
            connection.execute(delete(preference).where(mine))
            if rows:
                connection.execute(insert(preference), rows)

    def set_profile(self, account_id: str, wished: Profile) -> None:
        row = {
            "tenant_id": self.tenant_id,
            "account_id": account_id,
            "zone_name": wished.zone_name,
            "quiet_from": _written(wished.quiet_from),
            "quiet_to": _written(wished.quiet_to),
            "digest": wished.digest.value,
            "digest_at": _written(wished.digest_at),
        }
        mine = (profile_table.c.tenant_id == self.tenant_id) & (profile_table.c.account_id == account_id)
        with self.engine.begin() as connection:
            connection.execute(delete(profile_table).where(mine))
            connection.execute(insert(profile_table), row)


def require_possible(choices: Choices) -> None:
    for (event, channel), mode in choices.items():
        if mode is Mode.DIGEST and channel is not ChannelName.EMAIL:
            raise InvalidChoice(f"{event.value}: only e-mail comes as a digest, not {channel.value}")


def _written(wall: time | None) -> str:
    return "" if wall is None else wall.strftime("%H:%M")


def _read(written: str) -> time | None:
    return time.fromisoformat(written) if written else None


def _profile(row: Row[tuple[object, ...]]) -> Profile:
    return Profile(
        row.zone_name, _read(row.quiet_from), _read(row.quiet_to), DigestPace(row.digest), _read(row.digest_at) or time(8)
    )
