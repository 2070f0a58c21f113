"""How Alembic runs here: on a connection of ours, in its transaction, with a version table of our own."""

from __future__ import annotations

from alembic import context

from karaoke_persist_sql.names import PREFIX, VERSION_TABLE


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    """A host's own tables in the same database are none of our business."""
    del parents
    return kind != "table" or (name is not None and name.startswith(PREFIX))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    include_name=_is_ours,
    version_table=VERSION_TABLE,
)
context.run_migrations()
