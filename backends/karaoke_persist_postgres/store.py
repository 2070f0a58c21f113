"""One PostgreSQL database as a store."""

from __future__ import annotations

from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Self, cast

import psycopg
from sqlalchemy import Connection, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from karaoke_persist.contract import CONTRACT_VERSION, BackendInfo, Capability, Durability, SchemaState, StoreOptions
from karaoke_persist.errors import BadOption, SchemaMismatch
from karaoke_persist_postgres.connections import PostgresConnection, connect
from karaoke_persist_postgres.dialect import PostgresDialect, quoted_name
from karaoke_persist_postgres.location import PostgresOptions, conninfo_of, described
from karaoke_persist_postgres.session import PostgresWritingSession
from karaoke_persist_sql import Lease, Leases, SQLStore, upgrade
from karaoke_persist_sql.leases import RECYCLE_SECONDS
from karaoke_persist_sql.names import WRITER_TABLE

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

_CAPABILITIES = frozenset({Capability.PERSISTENT, Capability.MULTI_PROCESS, Capability.RELAXED_DURABILITY})
_MAX_MILLISECONDS = 2**31 - 1
_MIGRATION_LOCK = 0x6B617261  # "kara"
_SNAPSHOT = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1"
# One message each; nothing may take the snapshot before the lock is held.
_WRITER = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; {settings}LOCK TABLE {table} IN EXCLUSIVE MODE{nowait}"


class PostgresStore(SQLStore):
    """A database with one writer at a time, and readers that neither wait nor keep it waiting."""

    writing_session = PostgresWritingSession

    def __init__(self, url: str, conninfo: str, options: StoreOptions) -> None:
        chosen = PostgresOptions.of(options)
        database = described(conninfo)
        dialect = PostgresDialect(conninfo, database, chosen.schema)
        super().__init__(url, options, dialect)
        self._conninfo = conninfo
        self._durability: Durability = _durability(options)
        self._settings = "SET LOCAL synchronous_commit = off; " if self._durability == "relaxed" else ""
        self._table = dialect.qualified(WRITER_TABLE)
        self._at_once = self._writer_message("", " NOWAIT")
        self.readers = self._leases(chosen, chosen.pool_size, "a connection of the pool")
        # The threads of this process wait for each other here, with one connection between them.
        self.writers = self._leases(chosen, 1, f"the writer of {database}")

    @classmethod
    def open(cls, url: str, options: StoreOptions) -> Self:
        """Connect to the database that a URL names; create the schema if that is wanted."""
        store = cls(url, conninfo_of(url, options.timeout), options)
        try:
            store.prepare_schema()
        except BaseException:
            store.close()
            raise
        return store

    @property
    def info(self) -> BackendInfo:
        """The facts of this store."""
        return BackendInfo("postgresql", _version(), CONTRACT_VERSION, _CAPABILITIES, self._durability)

    def migrate(self) -> SchemaState:
        """Create or upgrade the schema."""
        try:
            self._migrate()
        except DBAPIError as error:
            cause = error.orig if isinstance(error.orig, psycopg.Error) else error
            raise self.translated(cause) from cause
        except psycopg.Error as error:
            raise self.translated(error, "open") from error
        return self.schema()

    def begin_snapshot(self, lease: Lease, timeout: float) -> None:
        """The first read, in the same message, takes the snapshot."""
        lease.connection.command(_SNAPSHOT)

    def begin_writing(self, lease: Lease, timeout: float) -> None:
        """Nearly always nobody is in the way; only then is it worth waiting in a way that can be interrupted."""
        connection: PostgresConnection = lease.connection
        try:
            connection.command(self._at_once)
        except psycopg.errors.LockNotAvailable:
            if timeout <= 0:
                raise
            wait = f"SET LOCAL lock_timeout = '{milliseconds(timeout)}ms'; "
            connection.patient_command(b"ROLLBACK; " + self._writer_message(wait, ""))

    def _writer_message(self, wait: str, nowait: str) -> bytes:
        return _WRITER.format(settings=wait + self._settings, table=self._table, nowait=nowait).encode()

    def _leases(self, chosen: PostgresOptions, size: int, what: str) -> Leases:
        pool = QueuePool(
            lambda: cast("DBAPIConnection", connect(self._conninfo, prepare=chosen.prepare)),
            pool_size=size,
            max_overflow=0,
            recycle=RECYCLE_SECONDS,
            pre_ping=chosen.pre_ping,
            dialect=PGDialect_psycopg(dbapi=psycopg),  # type: ignore[no-untyped-call]
            reset_on_return=None,  # a session ends its transaction itself
        )
        return Leases(pool, size, keep=not chosen.pre_ping, what=what)

    def _migrate(self) -> None:
        engine = create_engine(
            "postgresql+psycopg://",
            creator=partial(psycopg.connect, self._conninfo, prepare_threshold=None),
            poolclass=NullPool,
            use_native_hstore=False,
            isolation_level="READ COMMITTED",  # what another process has just created must be seen
        )
        try:
            with engine.begin() as connection:
                self._enter_migration(connection)
                raw: Any = connection.connection.dbapi_connection
                state = self.schema_state(_Raw(raw))
                if state.state == "ahead":
                    raise SchemaMismatch(state.state, state.found, state.expected, self.url)
                if state.state != "current":
                    upgrade(connection, self.layout)
        finally:
            engine.dispose()

    def _enter_migration(self, connection: Connection) -> None:
        """Wait for other processes that migrate, and then for the writer."""
        run = connection.exec_driver_sql
        run(f"SET LOCAL lock_timeout = '{milliseconds(self.options.timeout)}ms'")
        run(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        if self.dialect.schema is not None:
            name = quoted_name(self.dialect.schema)
            there = run("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (self.dialect.schema,)).first()
            if there is None:
                run(f"CREATE SCHEMA {name}")
            run(f"SET LOCAL search_path = {name}")
        raw: Any = connection.connection.dbapi_connection
        if self.dialect.existing_tables(_Raw(raw), [WRITER_TABLE]):
            run(f"LOCK TABLE {self._table} IN EXCLUSIVE MODE")


class _Raw:
    """A connection of Alembic's under the interface of our own."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Any = None) -> Any:
        """Run a statement whose parameters are numbered."""
        return psycopg.RawCursor(self._connection).execute(sql.encode(), parameters)


def milliseconds(timeout: float) -> int:
    """A timeout as the server takes it, which understands 0 as for ever."""
    return max(1, min(int(timeout * 1_000), _MAX_MILLISECONDS))


def _durability(options: StoreOptions) -> Durability:
    if options.durability == "memory":
        raise BadOption("durability", "a server is not memory", 'Choose "full" or "relaxed", or open memory://.')
    return options.durability or "full"


def _version() -> str:
    try:
        return version("karaoke-persist")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"
