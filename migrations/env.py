"""Run by Alembic for every command, on the connection that `migrations.upgrade` hands over."""

from alembic import context

from migrations.targets import TARGETS

context.configure(connection=context.config.attributes["connection"], target_metadata=TARGETS, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
