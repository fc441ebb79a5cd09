"""What Alembic runs for each command: the steps, over the connection it was handed."""

from alembic import context

from gateway.storage import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
