"""One SQLite file as a store."""

from __future__ import annotations

import sqlite3
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Self, cast

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from karaoke_persist.contract import CONTRACT_VERSION, BackendInfo, Capability, Durability, SchemaState, StoreOptions
from karaoke_persist.errors import BadOption, DataCorrupt, SchemaMismatch
from karaoke_persist_sql import Lease, Leases, SQLStore, create, pool_options, upgrade
from karaoke_persist_sql.leases import RECYCLE_SECONDS
from karaoke_persist_sql.migrations.revisions import HEAD
from karaoke_persist_sqlite.connections import Role, connect, prepare_file, retried
from karaoke_persist_sqlite.dialect import SQLiteDialect
from karaoke_persist_sqlite.location import check_place, path_of
from karaoke_persist_sqlite.turns import turn_of

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

_CAPABILITIES = frozenset({Capability.PERSISTENT, Capability.MULTI_PROCESS, Capability.RELAXED_DURABILITY})


class SQLiteStore(SQLStore):
    """A file in WAL mode: readers on connections that cannot write, and one writer at a time."""

    def __init__(self, url: str, path: str, options: StoreOptions) -> None:
        super().__init__(url, options, SQLiteDialect(path))
        size, ping = pool_options(options)
        self._path = path
        self._durability: Durability = _durability(options)
        self._turn = turn_of(path)
        self.readers = self._leases("reader", size, ping=ping)
        self.writers = self._leases("writer", 1, ping=ping)  # taken by the one whose turn it is

    @classmethod
    def open(cls, url: str, options: StoreOptions) -> Self:
        """Open the file that a URL names; create it and its schema if that is wanted."""
        path = path_of(url)
        pool_options(options)
        _durability(options)
        if not check_place(path) and not options.create_schema:
            raise SchemaMismatch("absent", None, HEAD, url)
        store = cls(url, path, options)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    @property
    def info(self) -> BackendInfo:
        """The facts of this store."""
        return BackendInfo("sqlite", _version(), CONTRACT_VERSION, _CAPABILITIES, self._durability)

    def migrate(self) -> SchemaState:
        """Create or upgrade the schema."""
        self.enter_writer(self.options.timeout)
        try:
            self._migrate()
        except DBAPIError as error:
            cause = error.orig if isinstance(error.orig, sqlite3.Error) else error
            raise self.translated(cause) from cause
        except sqlite3.Error as error:
            raise self.translated(error, "open") from error
        finally:
            self.leave_writer()
        return self.schema()

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

    def _prepare(self) -> None:
        try:
            prepare_file(self._path, self.options.timeout)
        except sqlite3.Error as error:
            raise self.translated(error, "open") from error
        self.prepare_schema()

    def _connect(self, role: Role) -> sqlite3.Connection:
        return connect(self._path, role, self._durability, self.options.timeout)

    def _leases(self, role: Role, size: int, *, ping: bool) -> Leases:
        pool = QueuePool(
            lambda: cast("DBAPIConnection", self._connect(role)),
            pool_size=size,
            max_overflow=0,
            recycle=RECYCLE_SECONDS,
            pre_ping=ping,
            dialect=sqlite.dialect(dbapi=cast("Any", sqlite3)) if ping else None,
            reset_on_return=None,  # a session ends its transaction itself
        )
        return Leases(pool, size, keep=not ping)

    def _migrate(self) -> None:
        engine = create_engine("sqlite://", creator=partial(self._connect, "migration"), poolclass=NullPool)
        event.listen(engine, "begin", _begin_immediate)
        with engine.begin() as connection:
            raw = connection.connection.dbapi_connection
            state = self.schema_state(raw)
            if state.state == "ahead":
                raise SchemaMismatch(state.state, state.found, state.expected, self.url)
            if state.state == "absent":
                create(connection, self.layout)
            elif state.state != "current":
                upgrade(connection, self.layout)
                self._check_references(raw)

    def _check_references(self, connection: Any) -> None:
        """What foreign keys would have refused during the upgrade; a host's own tables are its own affair."""
        for table in self.layout.metadata.tables:
            if connection.execute(f"PRAGMA foreign_key_check({table})").fetchone() is not None:
                raise DataCorrupt(f"{self._path}: {table}", "rows name others that are not there")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _durability(options: StoreOptions) -> Durability:
    if options.durability == "memory":
        raise BadOption("durability", "a file is not memory", 'Choose "full" or "relaxed", or open memory://.')
    return options.durability or "full"


def _version() -> str:
    try:
        return version("karaoke-persist")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"
