"""Where a database's schema stands, and how it is brought up to date.

Alembic is imported only when there is something to do: opening a current database must stay cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from karaoke_persist.contract import SchemaState
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.layout import Layout
from karaoke_persist_sql.migrations.revisions import HEAD, REVISIONS
from karaoke_persist_sql.names import VERSION_TABLE

if TYPE_CHECKING:
    from sqlalchemy import Connection


def state_of(connection: Any, dialect: SQLDialect, layout: Layout) -> SchemaState:
    """What a raw connection finds: no schema, an older or a newer one, or the one needed."""
    added = [table.name for table in layout.added_tables]
    existing = dialect.existing_tables(connection, [VERSION_TABLE, *added])
    sql = f"SELECT version_num FROM {dialect.qualified(VERSION_TABLE)}"  # noqa: S608
    found = [row[0] for row in connection.execute(sql).fetchall()] if VERSION_TABLE in existing else []
    if not found:
        return SchemaState("absent", None, HEAD)
    if unknown := [revision for revision in found if revision not in REVISIONS]:
        return SchemaState("ahead", unknown[0], HEAD)
    # The tables of models beyond the package's own have no revisions; they are there or not.
    current = found == [HEAD] and existing.issuperset(added)
    return SchemaState("current" if current else "behind", found[0], HEAD)


def upgrade(connection: Connection, layout: Layout) -> None:
    """Bring the schema up to date, within the transaction that the connection has begun."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "karaoke_persist_sql:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    layout.metadata.create_all(connection, tables=layout.added_tables, checkfirst=True)


def create(connection: Connection, layout: Layout) -> None:
    """Make the schema of an empty database straight from the models, stamped with the newest revision.

    It is what the history would give, only sooner and without loading Alembic. For databases whose triggers do not have
    to name a schema.
    """
    for statement in layout.creation(connection.dialect):
        connection.exec_driver_sql(statement)
    key = f"CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num)"  # as Alembic itself has it
    connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, {key})")
    connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} VALUES ('{HEAD}')")  # noqa: S608
