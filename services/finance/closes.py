"""Closing a month: opened, collected project by project, explained, checked, approved by somebody else, locked.

The order of this work is `processes/month_close`; here is what each step does and may not do. Every step may come twice. What
people decide is kept first and announced to the engine afterwards (`Outbox`).
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from services.finance.auditing import note_down
from services.finance.close_nouns import (
    UNFINISHED,
    AlreadyClosing,
    Announcement,
    Close,
    CloseState,
    Deviation,
    InputsChanged,
    Verdict,
)
from services.finance.close_rows import announcement_row, close_of_row, close_row, deviation_of_row, deviation_row
from services.finance.ledger import facts_of
from services.finance.locks import Locks, lock_of, writing
from services.finance.moments import utc_now
from services.finance.months import Month
from services.finance.nouns import DEFAULT_TENANT, Article, Invalid, Lock, NotFound, Refused
from services.finance.plan_fact import PlanFact, RateTable, digest, plan_fact
from services.finance.rates import RateMissing, Rates
from services.finance.tables import announcement, close, deviation
from services.finance.versions import Versions

MAX_EXPLANATION = 4000


@dataclass(frozen=True, slots=True)
class Closes:
    """The closes of one tenant."""

    engine: Engine
    rates: Rates
    versions: Versions
    locks: Locks
    articles: Callable[[], Sequence[Article]]
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def open(self, month: Month, person: str, process_instance_key: int) -> Close:
        """Begin a month's close; the same process instance again gets the same one.

        Raises:
            AlreadyClosing: the month is locked, or another instance closes it.
        """
        with self.engine.begin() as connection:
            latest = self._latest(connection, month)
            if latest is not None and latest.process_instance_key == process_instance_key:
                return latest
            standing = lock_of(connection, self.tenant_id, month)
            if standing is not None:
                raise AlreadyClosing(f"{month} is locked (lock {standing.lock_id})")
            if latest is not None and latest.state in UNFINISHED:
                raise AlreadyClosing(f"{month} is being closed by process instance {latest.process_instance_key}")
            current = self.versions.current()
            found = Close(
                uuid.uuid4().hex[:12],
                month,
                CloseState.COLLECTING,
                current.version_id if current else "",
                person,
                self.clock(),
                process_instance_key,
            )
            connection.execute(insert(close).values(**close_row(found, self.tenant_id)))
            note_down(connection, self.tenant_id, month, found.opened_at, person, "close_opened", found.close_id)
            return found

    def close(self, close_id: str) -> Close:
        """Raises `NotFound`."""
        with self.engine.connect() as connection:
            return self._require(connection, close_id)

    def latest(self, month: Month) -> Close | None:
        with self.engine.connect() as connection:
            return self._latest(connection, month)

    def recent(self, *, limit: int = 24) -> Sequence[Close]:
        """The newest first."""
        mine = select(close).where(close.c.tenant_id == self.tenant_id).order_by(close.c.number.desc()).limit(limit)
        with self.engine.connect() as connection:
            return [close_of_row(row) for row in connection.execute(mine).mappings()]

    def abandon(self, close_id: str, person: str, why: str) -> None:
        """For a close whose process instance was cancelled: the month can be closed anew."""
        with self.engine.begin() as connection:
            found = self._require(connection, close_id)
            if found.state not in UNFINISHED:
                raise Refused(f"this close is {found.state.value} already")
            self._change(connection, found, state=CloseState.ABANDONED)
            note_down(connection, self.tenant_id, found.month, self.clock(), person, "close_abandoned", why[:2000])

    def begin_collecting(self, close_id: str) -> Close:
        """What was sent back is collected anew."""
        with self.engine.begin() as connection:
            found = self._require(connection, close_id)
            if found.state is not CloseState.RETURNED:
                return found
            return self._change(connection, found, state=CloseState.COLLECTING)

    def collect(self, close_id: str, project_id: str) -> Sequence[Deviation]:
        """A project's articles whose plan or fact is not nothing.

        Raises:
            RateMissing: there are amounts in a currency without a rate.
        """
        with self.engine.connect() as connection:
            found = self._require(connection, close_id)
            table, rates = self._table(connection, found)
        deviations = []
        for (project, article_id, month), cell in table.cells.items():
            if project != project_id:
                continue
            if cell.missing:
                raise RateMissing(rates[cell.missing[0], month].currency, month)
            if cell.plan or cell.fact:
                deviations.append(Deviation(month, project, article_id, cell.plan, cell.fact))
        return deviations

    def projects_with_amounts(self, close_id: str) -> Sequence[str]:
        """The projects that planned or booked anything."""
        with self.engine.connect() as connection:
            table, _rates = self._table(connection, self._require(connection, close_id))
        return sorted({project for project, _article, _month in table.cells})

    def judge(
        self, close_id: str, project_id: str, deviations: Sequence[Deviation], verdicts: Mapping[str, tuple[Verdict, str]]
    ) -> int:
        """Keep what the table of tolerances says; returns how many wait for an explanation.

        An explanation stands as long as its numbers do; where they moved, its text stays to be confirmed. Raises `MonthLocked`.
        """
        found = self.close(close_id)
        with writing(self.engine, self.tenant_id, [found.month]) as connection:
            known = {each.article_id: each for each in self._deviations(connection, found.month, project_id)}
            judged = []
            for each in deviations:
                verdict, reason = verdicts.get(each.article_id, (Verdict.EXPLAIN, "NOT_JUDGED"))
                judged.append(_kept(replace(each, verdict=verdict, reason=reason[:100]), known.get(each.article_id)))
            mine = (deviation.c.tenant_id == self.tenant_id) & (deviation.c.month == str(found.month))
            connection.execute(delete(deviation).where(mine, deviation.c.project_id == project_id))
            if judged:
                rows = [deviation_row(each, close_id, self.tenant_id, self.rates.base) for each in judged]
                connection.execute(insert(deviation), rows)
        return sum(each.is_open for each in judged)

    def deviations(self, month: Month, project_id: str | None = None) -> Sequence[Deviation]:
        with self.engine.connect() as connection:
            return self._deviations(connection, month, project_id)

    def explain(self, close_id: str, project_id: str, article_id: str, text: str, person: str) -> int:
        """Say why an article deviates; returns how many of the project still wait.

        Raises:
            Invalid: no text. NotFound: no such deviation. MonthLocked: too late.
        """
        if not text.strip():
            raise Invalid("an explanation needs words")
        found = self.close(close_id)
        with writing(self.engine, self.tenant_id, [found.month]) as connection:
            before = {each.article_id: each for each in self._deviations(connection, found.month, project_id)}
            if article_id not in before:
                raise NotFound(f"{project_id} has no deviation in {article_id} in {found.month}")
            now = self.clock()
            explained = replace(
                before[article_id], explanation=text[:MAX_EXPLANATION].strip(), explained_by=person, explained_at=now
            )
            row = deviation_row(explained, close_id, self.tenant_id, self.rates.base)
            key = [deviation.c[name] == row.pop(name) for name in ("tenant_id", "month", "project_id", "article_id")]
            connection.execute(update(deviation).where(*key).values(**row))
            left = sum(each.is_open for each in {**before, article_id: explained}.values())
            if not left:
                self._announce(connection, "deviations_explained", f"{close_id}:{project_id}", {"project_id": project_id})
        return left

    def check(self, close_id: str, person: str, *, is_right: bool, note: str = "") -> Close:
        """The controller has looked: right, or back to collecting. What was seen is kept as a digest.

        Raises:
            Refused: there are open explanations, or numbers that were not collected, or the close is past this step.
            Invalid: sent back without a word.
        """
        _require_note(note, is_right=is_right)
        with self.engine.begin() as connection:
            found = self._require(connection, close_id)
            if found.state is not CloseState.COLLECTING:
                raise Refused(f"this close is {found.state.value}: it is not waiting for a check")
            table, rates = self._table(connection, found)
            if is_right:
                _require_explained(found.month, table, self._deviations(connection, found.month))
            state = CloseState.APPROVING if is_right else CloseState.RETURNED
            seen = {"checked_by": person, "digest": digest(table, rates)} if is_right else {"checked_by": "", "digest": ""}
            changed = self._change(connection, found, state=state, note=note[:2000], **seen)
            action = "checked" if is_right else "sent_back"
            note_down(connection, self.tenant_id, found.month, self.clock(), person, action, note[:2000])
            self._announce(connection, "close_checked", close_id, {"close_decision": "checked" if is_right else "returned"})
            return changed

    def approve(self, close_id: str, person: str, *, is_right: bool, note: str = "") -> Close:
        """Somebody other than the controller approves, or sends back.

        Raises:
            Refused: it is the controller, or the close is not waiting for approval.
            Invalid: sent back without a word.
        """
        _require_note(note, is_right=is_right)
        with self.engine.begin() as connection:
            found = self._require(connection, close_id)
            if found.state is not CloseState.APPROVING:
                raise Refused(f"this close is {found.state.value}: it is not waiting for approval")
            if person == found.checked_by:
                raise Refused(f"{person} checked {found.month}, so somebody else must approve it")
            if is_right:
                changed = self._change(connection, found, state=CloseState.APPROVED, approved_by=person, note=note[:2000])
            else:
                changed = self._change(connection, found, state=CloseState.RETURNED, checked_by="", digest="", note=note[:2000])
            action = "approved" if is_right else "sent_back"
            note_down(connection, self.tenant_id, found.month, self.clock(), person, action, note[:2000])
            self._announce(connection, "close_approved", close_id, {"close_decision": "approved" if is_right else "returned"})
            return changed

    def lock(self, close_id: str) -> Lock:
        """Lock the month as it was approved; done twice, the first lock stands.

        Raises:
            InputsChanged: the numbers are not those that were checked; the close collects again.
            Refused: it was not approved.
        """
        try:
            with self.engine.begin() as connection:
                return self._lock(connection, self._require(connection, close_id))
        except InputsChanged:
            with self.engine.begin() as connection:
                again = {"state": CloseState.RETURNED, "checked_by": "", "approved_by": "", "digest": ""}
                self._change(connection, self._require(connection, close_id), **again)
            raise

    def _lock(self, connection: Connection, found: Close) -> Lock:
        standing = lock_of(connection, self.tenant_id, found.month)
        if standing is not None and standing.close_id == found.close_id:
            return standing
        if found.state is not CloseState.APPROVED:
            raise Refused(f"{found.month} was not approved: its close is {found.state.value}")
        # First the lock, then the look: from here on nobody else writes.
        made = self.locks.put(connection, found.month, found.close_id, found.checked_by, found.approved_by, found.digest)
        if digest(*self._table(connection, found)) != found.digest:
            raise InputsChanged(found.month)
        self._change(connection, found, state=CloseState.LOCKED)
        return made

    def _table(self, connection: Connection, found: Close) -> tuple[PlanFact, RateTable]:
        months = (found.month,)
        facts = facts_of(connection, self.tenant_id, months)
        plan = self.versions.within(connection, found.version_id, months)
        rates = self.rates.within(connection, {currency for *_cell, currency in facts}, months)
        return plan_fact(self.rates.base, months, self.articles(), facts, plan, rates), rates

    def _deviations(self, connection: Connection, month: Month, project_id: str | None = None) -> Sequence[Deviation]:
        query = select(deviation).where(deviation.c.tenant_id == self.tenant_id, deviation.c.month == str(month))
        if project_id is not None:
            query = query.where(deviation.c.project_id == project_id)
        rows = connection.execute(query.order_by(deviation.c.project_id, deviation.c.article_id)).mappings()
        return [deviation_of_row(row, self.rates.base) for row in rows]

    def _latest(self, connection: Connection, month: Month) -> Close | None:
        mine = select(close).where(close.c.tenant_id == self.tenant_id, close.c.month == str(month))
        row = connection.execute(mine.order_by(close.c.number.desc()).limit(1)).mappings().first()
        return None if row is None else close_of_row(row)

    def _require(self, connection: Connection, close_id: str) -> Close:
        mine = select(close).where(close.c.tenant_id == self.tenant_id, close.c.close_id == close_id)
        row = connection.execute(mine).mappings().first()
        if row is None:
            raise NotFound(f"there is no close {close_id[:80]!r}")
        return close_of_row(row)

    def _change(self, connection: Connection, found: Close, **values: object) -> Close:
        connection.execute(update(close).where(close.c.close_id == found.close_id).values(**values))
        return self._require(connection, found.close_id)

    def _announce(self, connection: Connection, name: str, correlation_key: str, variables: Mapping[str, str]) -> None:
        told = Announcement(f"{name}:{uuid.uuid4().hex}", name, correlation_key, variables)
        connection.execute(insert(announcement).values(**announcement_row(told, self.tenant_id)))


def _require_note(note: str, *, is_right: bool) -> None:
    if not is_right and not note.strip():
        raise Invalid("a close is sent back with a note: say what to mend")


def _require_explained(month: Month, table: PlanFact, deviations: Sequence[Deviation]) -> None:
    """What the controller calls right is what was collected, and every deviation of it is explained."""
    waiting = sum(each.is_open for each in deviations)
    if waiting:
        left = "1 deviation is" if waiting == 1 else f"{waiting} deviations are"
        raise Refused(f"{left} not explained yet in {month}: ask their owners, or send the close back")
    collected = {(each.project_id, each.article_id): (each.plan, each.fact) for each in deviations}
    there = {(key[0], key[1]): (cell.plan, cell.fact) for key, cell in table.cells.items() if cell.plan or cell.fact}
    if collected != there or any(cell.missing for cell in table.cells.values()):
        raise Refused(f"the numbers of {month} are not those that were collected: send the close back to collect them again")


def _kept(judged: Deviation, before: Deviation | None) -> Deviation:
    if before is None or not before.explanation:
        return judged
    is_same = (before.plan, before.fact) == (judged.plan, judged.fact)
    by, at = (before.explained_by, before.explained_at) if is_same else ("", None)
    return replace(judged, explanation=before.explanation, explained_by=by, explained_at=at)
