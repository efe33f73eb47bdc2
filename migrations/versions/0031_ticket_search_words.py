"""The words of tickets in a table of their own on PostgreSQL, where row-level security lets an index find them.

Reading all tickets takes a minute where there are hundreds of thousands, and meanwhile people go on writing: the trigger, which
has to stop them for a moment, comes after, and then what changed in between is read again.
"""

from alembic import op
from sqlalchemy import text

from services.crm.search_tables import FUNCTIONS_ON_POSTGRESQL, TABLE_ON_POSTGRESQL, TRIGGERS_ON_POSTGRESQL, WORDS, WORDS_TABLE

revision = "0031_ticket_search_words"
down_revision = "0030_schema_step"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for statement in (*TABLE_ON_POSTGRESQL, *FUNCTIONS_ON_POSTGRESQL):
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    began = connection.execute(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")).scalar_one()
    read = (
        f"INSERT INTO {WORDS_TABLE} SELECT number, tenant_id, {WORDS.format('')} FROM ticket WHERE {{}} "
        "ON CONFLICT (ticket_number) DO UPDATE SET tenant_id = EXCLUDED.tenant_id, words = EXCLUDED.words"
    )
    connection.execute(text(read.format("true")))
    for statement in TRIGGERS_ON_POSTGRESQL:
        connection.exec_driver_sql(statement)
    connection.execute(text(read.format("age(xmin) <= age(CAST(:began AS xid))")), {"began": began})
    connection.execute(
        text(f"DELETE FROM {WORDS_TABLE} w WHERE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.number = w.ticket_number)")
    )
    # It was never used under row-level security.
    op.execute("DROP INDEX IF EXISTS ticket_search")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ticket_search_keep ON ticket")
        op.execute("DROP FUNCTION ticket_search_keep()")
        op.execute("DROP FUNCTION ticket_numbers_with(tsquery)")
        op.execute(f"DROP TABLE {WORDS_TABLE}")
