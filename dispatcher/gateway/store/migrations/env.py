"""What Alembic runs: the steps over the connection that it was given."""

from alembic import context

from dispatcher.gateway.calls import tables as of_desk
from dispatcher.gateway.staff import tables as of_staff
from dispatcher.gateway.store.metadata import METADATA

DECLARED = (of_desk, of_staff)
"""Whoever looks at METADATA has to have imported these."""

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=context.config.attributes["version_table"],
    render_as_batch=True,  # SQLite alters tables by making them anew
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
