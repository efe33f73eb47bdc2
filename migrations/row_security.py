"""PostgreSQL's row-level security: each transaction sees the rows of its tenant alone, whatever a query forgot to ask.

Policies are looked over after every upgrade, so no table with a tenant can be left out. A row without a tenant of its own
belongs to the row it refers to. `app.tenant` is set per transaction (`history.database`); unset it shows nothing, `*` all:
for the projection, job workers and background tasks, which work for every tenant. FORCE holds the owner to it as well.
"""

import hashlib
import re

from sqlalchemy import Connection, inspect, text

# Rows that belong to another table's without a foreign key: table -> (its column, whose row, by which column).
BELONGS = {
    "finance_import_row": ("import_id", "finance_import", "import_id"),
    "process_element": ("process_definition_key", "process_definition", "key"),
}
# Kept for the installation as a whole: no person's, no process's, nothing that was entered.
INSTALLATION = {
    "background_lease": "which process keeps the clock",
    "background_schedule": "when each task of the clock ran last, for all tenants in turn",
    "exported_chunk": "the record stream of the whole engine as it came; each record in it names its tenant",
    "exported_counter": "how many records of each kind a partition sent",
    "exported_gap": "which records of a partition never came",
    "exported_partition": "how far a partition was taken in",
    "notification_cursor": "how far the messages to the bot, and the news of each tenant, were read",
    "pending_sign_in": "somebody who is about to sign in: nobody knows yet who, let alone whose",
    "projection": "how far a partition was projected",
    "projection_topic": "when something of a kind changed last, so that pages ask again",
    "schema_step": "which migrations this database took",
    "sign_in_failure": "failed attempts by hashed name or address, whether there is such an account or not",
}
# Asked through a function that looks at the tenant itself (`services.crm.search_tables`); a policy would hide its index.
HIDDEN = {"ticket_search_words"}
SEEN = "current_setting('app.tenant', true)"
ROLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


class RoleRefused(Exception):
    """The application's role has a name that cannot be written into a grant, or may pass over row-level security."""


def protect(connection: Connection) -> None:
    """Make the policies of every table."""
    columns = {name: {column["name"] for column in inspect(connection).get_columns(name)} for name in _tables(connection)}
    owned = {name for name, names in columns.items() if "tenant_id" in names} - HIDDEN
    for table in sorted(owned):
        _policy(connection, table, f"tenant_id = {SEEN} OR {SEEN} = '*'")
    for table in sorted(set(columns) - owned - HIDDEN):
        condition = _belongs(connection, table, owned)
        if condition:
            _policy(connection, table, condition)


def grant(connection: Connection, role: str) -> None:
    """Let the application's role work with the rows, not with the tables.

    Raises:
        RoleRefused: its name is no plain identifier, or it would pass over the policies.
    """
    if not ROLE_NAME.fullmatch(role):
        raise RoleRefused(f"the role {role!r} of PENSTOCK_DATABASE_URL is no plain name of letters, digits and _")
    found = connection.execute(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :role"), {"role": role})
    if found.scalar():
        raise RoleRefused(f"the role {role} passes over row-level security: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS")
    for statement in (
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"',
        *(f'REVOKE ALL ON "{table}" FROM "{role}"' for table in sorted(HIDDEN & set(_tables(connection)))),
    ):
        connection.exec_driver_sql(statement)


def is_granted(connection: Connection, role: str) -> bool:
    """Whether the role may work with every row; one that has just been named, or made, may with none."""
    missing = connection.execute(
        text(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(:hidden) AND NOT EXISTS "
            "(SELECT 1 FROM pg_roles WHERE rolname = :role "
            "AND has_table_privilege(oid, format('%I.%I', schemaname, tablename), 'DELETE'))"
        ),
        {"role": role, "hidden": list(HIDDEN)},
    )
    return int(missing.scalar_one()) == 0


def _tables(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != "alembic_version"]


def _belongs(connection: Connection, table: str, owned: set[str]) -> str:
    """That the row this one refers to can be seen; empty where it refers to none with a tenant."""
    keys = inspect(connection).get_foreign_keys(table)
    references = [(key["referred_table"], key["constrained_columns"], key["referred_columns"]) for key in keys]
    if table in BELONGS:
        column, parent, of_parent = BELONGS[table]
        references.append((parent, [column], [of_parent]))
    for parent, here, there in references:
        if parent in owned:
            same = " AND ".join(f'p."{b}" = "{table}"."{a}"' for a, b in zip(here, there, strict=True))
            # Names of tables and columns as the database itself tells them.
            return f"{SEEN} = '*' OR EXISTS (SELECT 1 FROM \"{parent}\" p WHERE {same})"  # noqa: S608
    return ""


def _policy(connection: Connection, table: str, condition: str) -> None:
    """Make the table's policy where it has not just this one: making it takes the table from everybody for a moment."""
    # PostgreSQL keeps a condition in words of its own, so ours goes beside it as a comment.
    wanted = hashlib.sha256(condition.encode()).hexdigest()
    if _found(connection, table) == wanted:
        return
    for statement in (
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS tenant_rows ON "{table}"',
        f'CREATE POLICY tenant_rows ON "{table}" USING ({condition}) WITH CHECK ({condition})',
        f"COMMENT ON POLICY tenant_rows ON \"{table}\" IS '{wanted}'",
    ):
        connection.exec_driver_sql(statement)


def _found(connection: Connection, table: str) -> str | None:
    """The comment of the table's policy while it is in force; None where it is not."""
    found: str | None = connection.execute(
        text(
            "SELECT obj_description(p.oid, 'pg_policy') FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
            "WHERE p.polname = 'tenant_rows' AND c.relname = :table AND c.relnamespace = 'public'::regnamespace "
            "AND c.relrowsecurity AND c.relforcerowsecurity"
        ),
        {"table": table},
    ).scalar()
    return found
