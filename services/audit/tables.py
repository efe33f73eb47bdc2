"""The audit log's table, and the triggers that refuse to change it."""

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, MetaData, String, Table, Text, event

metadata = MetaData()

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("tenant_id", String(255), nullable=False),
    Column("actor", String(255), nullable=False),
    Column("way", String(16), nullable=False),
    Column("action", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("outcome", Integer, nullable=False),
    # JSON objects.
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("sum", String(64), nullable=False),
    Index("audit_entry_actor", "actor", "sequence"),
    Index("audit_entry_at", "at"),
    Index("audit_entry_by_tenant", "tenant_id", "sequence"),
)

REFUSAL = "the audit log can only grow"
_NO_REPLACE = (
    "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry WHEN EXISTS (SELECT 1 FROM audit_entry "  # noqa: S608  # words of ours
    f"WHERE sequence = NEW.sequence OR NEW.rowid > 0 AND rowid = NEW.rowid) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
)
TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for verb in ("UPDATE", "DELETE")
    ]
    # INSERT OR REPLACE takes the row away without a word to the trigger of deletion.
    + [_NO_REPLACE],
    "postgresql": [
        (
            "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        ),
        (
            "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry "
            "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()"
        ),
        (
            "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
        ),
    ],
}
for _dialect, _statements in TRIGGERS.items():
    for _statement in _statements:
        event.listen(audit_entry, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]  # only not annotated
