"""Triggers that keep a locked month as it is, whatever writes: this program, another one, or somebody with a SQL prompt.

On PostgreSQL the refusal names month, person and lock; SQLite's triggers can only say fixed words, so there they say where to
look. A writer holds a shared advisory lock of its month and whoever locks the month an exclusive one, so that no transaction
that began before the lock commits after it. A lock is never deleted, and only ever changed into an unlocked one with two names.

On SQLite a row can also go without a word: `INSERT OR REPLACE` and `UPDATE OR REPLACE` take away whatever row has the same key,
and no trigger of deletion hears of it. So what would stand in a key of a kept row is refused before it is written.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, MetaData

# Tables whose rows belong to a month by their column `month`, with what no two rows have in common.
GUARDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "finance_posting": (("number",), ("posting_id",)),
    "finance_plan_line": (("tenant_id", "version_id", "month", "project_id", "article_id"),),
    "finance_daily_rate": (("tenant_id", "currency", "day"),),
    "finance_manual_rate": (("number",),),
    "finance_note": (("number",), ("note_id",)),
    "finance_deviation": (("tenant_id", "month", "project_id", "article_id"),),
}
LOCK_KEYS = (("number",), ("lock_id",))
# What the texts of refusals begin with.
MARK = "FINANCE_MONTH_LOCKED"
LOCK_MARK = "FINANCE_LOCK_KEPT"

_LOCK_COLUMNS = ("lock_id", "tenant_id", "month", "close_id", "checked_by", "locked_by", "locked_at", "digest")
_CHANGED = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _LOCK_COLUMNS)
_SQLITE_WORDS = f"{MARK}: this month is locked; finance_lock says by whom and since when"
_KEPT_WORDS = f"{LOCK_MARK}: a lock is never deleted or rewritten; unlocking takes a reason and two people"


def statements(dialect: str) -> Iterator[str]:
    """What creates the triggers on SQLite or PostgreSQL."""
    return _postgresql() if dialect == "postgresql" else _sqlite()


def create_triggers(_target: MetaData, connection: Connection, **_options: Any) -> None:  # noqa: ANN401  # what the event passes
    for statement in statements(connection.dialect.name):
        # As it stands: neither a colon nor a percent sign in it means a parameter.
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _sqlite() -> Iterator[str]:
    for table in GUARDED:
        for action, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_{action.lower()}_{row.lower()}_locked BEFORE {action} ON {table} "  # noqa: S608  # names of ours
                f"WHEN EXISTS (SELECT 1 FROM finance_lock WHERE tenant_id = {row}.tenant_id AND month = {row}.month "
                f"AND unlocked_at IS NULL) BEGIN SELECT RAISE(ABORT, '{_SQLITE_WORDS}'); END"
            )
        yield from _never_replaced(table)
    yield (
        "CREATE TRIGGER IF NOT EXISTS finance_lock_delete_kept BEFORE DELETE ON finance_lock "
        f"BEGIN SELECT RAISE(ABORT, '{_KEPT_WORDS}'); END"
    )
    yield (
        f"CREATE TRIGGER IF NOT EXISTS finance_lock_update_kept BEFORE UPDATE ON finance_lock "
        f"WHEN OLD.unlocked_at IS NOT NULL OR {_CHANGED} BEGIN SELECT RAISE(ABORT, '{_KEPT_WORDS}'); END"
    )

    same = f"({_same(LOCK_KEYS)} OR tenant_id = NEW.tenant_id AND month = NEW.month AND unlocked_at IS NULL)"
    yield (
        "CREATE TRIGGER IF NOT EXISTS finance_lock_insert_kept BEFORE INSERT ON finance_lock "  # noqa: S608  # names of ours
        f"WHEN EXISTS (SELECT 1 FROM finance_lock WHERE {same}) BEGIN SELECT RAISE(ABORT, '{_KEPT_WORDS}'); END"
    )
    yield (
        "CREATE TRIGGER IF NOT EXISTS finance_lock_number_kept BEFORE UPDATE ON finance_lock "
        f"WHEN NEW.number <> OLD.number BEGIN SELECT RAISE(ABORT, '{_KEPT_WORDS}'); END"
    )


def _never_replaced(table: str) -> Iterator[str]:
    """What refuses a row in whose place one of a locked month stands."""
    for action, another in (("INSERT", ""), ("UPDATE", "held.rowid <> OLD.rowid AND ")):
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {table}_{action.lower()}_over_locked BEFORE {action} ON {table} "  # noqa: S608  # names of ours
            f"WHEN EXISTS (SELECT 1 FROM {table} AS held JOIN finance_lock AS lock ON lock.tenant_id = held.tenant_id "
            f"AND lock.month = held.month AND lock.unlocked_at IS NULL WHERE {another}({_same(GUARDED[table], 'held.')})) "
            f"BEGIN SELECT RAISE(ABORT, '{_SQLITE_WORDS}'); END"
        )


def _same(keys: tuple[tuple[str, ...], ...], of: str = "") -> str:
    """That a row has a key of NEW, be it SQLite's own number of rows; where that is not given, it is below 0."""
    own = f"NEW.rowid > 0 AND {of}rowid = NEW.rowid"
    return " OR ".join([own, *(" AND ".join(f"{of}{column} = NEW.{column}" for column in key) for key in keys)])


def _postgresql() -> Iterator[str]:
    yield _POSTGRESQL_FUNCTIONS
    for table in GUARDED:
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_locked BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION finance_refuse_locked()"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_truncate_locked BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse_truncate()"
        )
    yield (
        "CREATE OR REPLACE TRIGGER finance_lock_kept BEFORE INSERT OR UPDATE OR DELETE ON finance_lock "
        "FOR EACH ROW EXECUTE FUNCTION finance_keep_lock()"
    )
    yield (
        "CREATE OR REPLACE TRIGGER finance_lock_truncate_kept BEFORE TRUNCATE ON finance_lock "
        "FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse_truncate()"
    )


_POSTGRESQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION finance_require_open(the_tenant text, the_month text) RETURNS void AS $$
DECLARE
    found finance_lock%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('finance ' || the_tenant), hashtext(the_month));
    SELECT * INTO found FROM finance_lock
        WHERE tenant_id = the_tenant AND month = the_month AND unlocked_at IS NULL;
    IF found.lock_id IS NOT NULL THEN
        RAISE EXCEPTION '{MARK}: % is locked: % locked it on % UTC (lock %)', found.month, found.locked_by,
            to_char(to_timestamp(found.locked_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), found.lock_id
            USING ERRCODE = 'check_violation',
            HINT = 'Book into an open month, or have it unlocked with a reason by two people.';
    END IF;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION finance_refuse_locked() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM finance_require_open(OLD.tenant_id, OLD.month);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    PERFORM finance_require_open(NEW.tenant_id, NEW.month);
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION finance_refuse_truncate() RETURNS trigger AS $$
DECLARE
    found finance_lock%ROWTYPE;
    -- Emptying a table asks no row-level security, so neither may the look whether that is allowed.
    the_tenant text = coalesce(current_setting('app.tenant', true), '');
BEGIN
    PERFORM set_config('app.tenant', '*', true);
    SELECT * INTO found FROM finance_lock WHERE unlocked_at IS NULL ORDER BY month, number LIMIT 1;
    PERFORM set_config('app.tenant', the_tenant, true);
    IF found.lock_id IS NOT NULL THEN
        RAISE EXCEPTION '{MARK}: % is locked: % locked it on % UTC (lock %), so % cannot be emptied', found.month,
            found.locked_by, to_char(to_timestamp(found.locked_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
            found.lock_id, TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION finance_keep_lock() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock(hashtext('finance ' || NEW.tenant_id), hashtext(NEW.month));
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.unlocked_at IS NOT NULL OR {_CHANGED} THEN
        RAISE EXCEPTION '{_KEPT_WORDS}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""  # noqa: S608  # names of ours
