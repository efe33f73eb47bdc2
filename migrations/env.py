"""Run by Alembic for every command, on the connection that `migrations.upgrade` hands over."""

from alembic import context

# Without the tables as they should be: only a comparison needs them, and importing them all takes a second of every start.
context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
