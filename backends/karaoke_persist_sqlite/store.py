"""One SQLite file as a store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from karaoke_persist.contract import SchemaState, StoreOptions
from karaoke_persist.errors import DataCorrupt, SchemaMismatch
from karaoke_persist_sql import Lease, SQLStore, create
from karaoke_persist_sql.migrations.revisions import HEAD
from karaoke_persist_sqlite.connections import Role, connect, copy_file, prepare_file, retried
from karaoke_persist_sqlite.dialect import SQLiteDialect
from karaoke_persist_sqlite.location import check_place, path_of
from karaoke_persist_sqlite.turns import turn_of


class SQLiteStore(SQLStore):
    """A file in WAL mode: readers on connections that cannot write, and one writer at a time."""

    distribution = "karaoke-persist"
    file_suffix = ".db"

    def __init__(self, url: str, path: str, options: StoreOptions) -> None:
        super().__init__(url, options, SQLiteDialect(path))
        self._path = path
        self._turn = turn_of(path)
        self.readers = self.leases(partial(self._connect, "reader"), self.pool.size)
        self.writers = self.leases(partial(self._connect, "writer"), 1)  # taken by the one whose turn it is

    @classmethod
    def open(cls, url: str, options: StoreOptions) -> Self:
        """Open the file that a URL names; create it and its schema if that is wanted."""
        return cls(url, path_of(url), options).ready()

    def begin_snapshot(self, lease: Lease, timeout: float) -> None:
        """The first read is what takes the snapshot."""
        connection = lease.connection
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()

    def begin_writing(self, lease: Lease, timeout: float) -> None:
        """With the writer's lock from the start: to ask for it later can fail at once."""
        retried(lambda: lease.connection.execute("BEGIN IMMEDIATE"), timeout)

    def enter_writer(self, timeout: float) -> float:
        """Wait behind the other threads of this process."""
        return self._turn.take(timeout)

    def leave_writer(self) -> None:
        """Let the next thread in."""
        self._turn.end()

    def prepare(self) -> None:
        """See to the file, and then to the schema."""
        if not check_place(self._path) and not self.options.create_schema:
            raise SchemaMismatch("absent", None, HEAD, self.url)
        try:
            prepare_file(self._path, self.options.timeout)
        except sqlite3.Error as error:
            raise self.translated(error, "open") from error
        super().prepare()

    def copy_file(self, path: str, tell: Callable[[int, int], object]) -> None:
        """By SQLite's online backup."""
        try:
            copy_file(self._path, path, tell)
        except sqlite3.Error as error:
            raise self.translated(error, "open") from error

    def migration_engine(self) -> Engine:
        """On a connection for it alone, with the writer's lock from the start."""
        engine = create_engine("sqlite://", creator=partial(self._connect, "migration"), poolclass=NullPool)
        event.listen(engine, "begin", _begin_immediate)
        return engine

    def begin_migration(self, connection: Connection) -> Any:
        """BEGIN has waited for everybody."""
        return connection.connection.dbapi_connection

    def upgrade_schema(self, connection: Connection, state: SchemaState) -> None:
        """Make it, or bring it up to date and see what foreign keys would have refused meanwhile."""
        if state.state == "absent":
            create(connection, self.layout)
            return
        super().upgrade_schema(connection, state)
        self._check_references(connection.connection.dbapi_connection)

    def _connect(self, role: Role) -> sqlite3.Connection:
        return connect(self._path, role, self.durability, self.options.timeout)

    def _check_references(self, connection: Any) -> None:
        """A host's own tables are its own affair."""
        for table in self.layout.metadata.tables:
            if connection.execute(f"PRAGMA foreign_key_check({table})").fetchone() is not None:
                raise DataCorrupt(f"{self._path}: {table}", "rows name others that are not there")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
