"""Change sets in SQL, on SQLite or PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.changes.ledger import ItemChanged, SetPage
from services.changes.nouns import Announcement, ChangeEvent, ChangeItem, ChangeNotFound, ChangeSet, ItemState, SetState
from services.changes.sql_rows import (
    announcement_of_row,
    announcement_row,
    event_of_row,
    event_row,
    item_of_row,
    item_row,
    set_of_row,
    set_row,
)
from services.changes.states import set_state_of
from services.changes.tables import change_announcement, change_event, change_item, change_set

DEFAULT_TENANT = "<default>"
# SQLite and PostgreSQL take many more parameters in one statement than this.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SqlChangeLedger:
    """`ChangeLedger` over one tenant's rows."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT

    def add(self, change_set_: ChangeSet, events: Sequence[ChangeEvent], announcements: Sequence[Announcement]) -> ChangeSet:
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(change_set), set_row(change_set_, self.tenant_id))
                connection.execute(insert(change_item), [item_row(item) for item in change_set_.items])
                self._keep(connection, events, announcements)
        except IntegrityError:
            with self.engine.connect() as connection:
                mine = (change_set.c.tenant_id == self.tenant_id) & (change_set.c.request_id == change_set_.request_id)
                known = connection.scalar(select(change_set.c.set_id).where(mine))
            if known is None:
                raise
            return self.change_set(known)
        return change_set_

    def change_set(self, set_id: str) -> ChangeSet:
        ordered = select(change_item).where(change_item.c.set_id == set_id).order_by(change_item.c.position)
        with self.engine.connect() as connection:
            row = connection.execute(select(change_set).where(self._mine(), change_set.c.set_id == set_id)).mappings().first()
            if row is None:
                raise ChangeNotFound(set_id)
            items = tuple(item_of_row(each) for each in connection.execute(ordered).mappings())
        return replace(set_of_row(row), items=items)

    def item(self, item_id: str) -> ChangeItem:
        one = select(change_item).join(change_set, change_set.c.set_id == change_item.c.set_id)
        with self.engine.connect() as connection:
            row = connection.execute(one.where(self._mine(), change_item.c.item_id == item_id)).mappings().first()
        if row is None:
            raise ChangeNotFound(item_id)
        return item_of_row(row)

    def sets(self, states: Sequence[SetState] = (), *, limit: int = 50, before: str = "") -> SetPage:
        query = select(change_set).where(self._mine()).order_by(change_set.c.number.desc()).limit(limit + 1)
        if states:
            query = query.where(change_set.c.state.in_(states))
        if before:
            shown = select(change_set.c.number).where(change_set.c.set_id == before).scalar_subquery()
            query = query.where(change_set.c.number < shown)
        with self.engine.connect() as connection:
            found = [set_of_row(row) for row in connection.execute(query).mappings()]
            counts = self._item_counts(connection, [each.set_id for each in found])
        page = tuple(replace(each, counts=counts.get(each.set_id, {})) for each in found[:limit])
        return SetPage(page, page[-1].set_id if len(found) > limit else "")

    def counts(self) -> dict[SetState, int]:
        query = select(change_set.c.state, func.count()).where(self._mine()).group_by(change_set.c.state)
        with self.engine.connect() as connection:
            return {SetState(state): count for state, count in connection.execute(query)}

    def reverting(self, item_ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        with self.engine.connect() as connection:
            for start in range(0, len(item_ids), AT_ONCE):
                pairs = select(change_item.c.reverts_item_id, change_item.c.set_id)
                query = pairs.where(
                    change_item.c.reverts_item_id.in_(item_ids[start : start + AT_ONCE]),
                    change_item.c.state != ItemState.REFUSED,
                )
                found.update((row.reverts_item_id, row.set_id) for row in connection.execute(query))
        return found

    def save(
        self,
        items: Sequence[ChangeItem],
        events: Sequence[ChangeEvent] = (),
        announcements: Sequence[Announcement] = (),
    ) -> tuple[ChangeItem, ...]:
        saved = tuple(replace(item, revision=item.revision + 1) for item in items)
        with self.engine.begin() as connection:
            # One order for everybody: two that save the same sets at once wait for each other, never both.
            for set_id in sorted({item.set_id for item in saved}):
                connection.execute(
                    update(change_set).where(self._mine(), change_set.c.set_id == set_id).values(title=change_set.c.title)
                )
            for item in saved:
                same = (change_item.c.item_id == item.item_id) & (change_item.c.revision == item.revision - 1)
                if connection.execute(update(change_item).where(same).values(**item_row(item))).rowcount != 1:
                    raise ItemChanged(item.item_id)
            for set_id, counts in self._item_counts(connection, sorted({item.set_id for item in saved})).items():
                connection.execute(update(change_set).where(change_set.c.set_id == set_id).values(state=set_state_of(counts)))
            self._keep(connection, events, announcements)
        return saved

    def note(self, events: Sequence[ChangeEvent]) -> None:
        with self.engine.begin() as connection:
            self._keep(connection, events, ())

    def started(self, set_id: str, process_instance_key: int) -> None:
        with self.engine.begin() as connection:
            one = update(change_set).where(self._mine(), change_set.c.set_id == set_id)
            if connection.execute(one.values(process_instance_key=process_instance_key)).rowcount != 1:
                raise ChangeNotFound(set_id)

    def timeline(self, set_id: str, *, limit: int = 500) -> Sequence[ChangeEvent]:
        query = select(change_event).where(change_event.c.set_id == set_id).order_by(change_event.c.number.desc()).limit(limit)
        with self.engine.connect() as connection:
            return [event_of_row(row) for row in connection.execute(query).mappings()]

    def pending(self, *, limit: int = 200) -> Sequence[Announcement]:
        mine = select(change_announcement).where(change_announcement.c.tenant_id == self.tenant_id)
        with self.engine.connect() as connection:
            oldest = connection.execute(mine.order_by(change_announcement.c.number).limit(limit))
            return [announcement_of_row(row) for row in oldest.mappings()]

    def announced(self, message_ids: Sequence[str]) -> None:
        if message_ids:
            with self.engine.begin() as connection:
                connection.execute(delete(change_announcement).where(change_announcement.c.message_id.in_(message_ids)))

    def _mine(self) -> ColumnElement[bool]:
        return change_set.c.tenant_id == self.tenant_id

    def _item_counts(self, connection: Connection, set_ids: Sequence[str]) -> dict[str, dict[ItemState, int]]:
        columns = change_item.c
        query = select(columns.set_id, columns.state, func.count()).where(columns.set_id.in_(set_ids))
        counts: dict[str, dict[ItemState, int]] = {}
        for set_id, state, count in connection.execute(query.group_by(columns.set_id, columns.state)):
            counts.setdefault(set_id, {})[ItemState(state)] = count
        return counts

    def _keep(self, connection: Connection, events: Sequence[ChangeEvent], announcements: Sequence[Announcement]) -> None:
        if events:
            connection.execute(insert(change_event), [event_row(event) for event in events])
        for each in announcements:
            row: dict[str, Any] = announcement_row(each, self.tenant_id)
            known = select(change_announcement.c.number).where(change_announcement.c.message_id == each.message_id)
            if connection.execute(known).first() is None:
                connection.execute(insert(change_announcement), row)
