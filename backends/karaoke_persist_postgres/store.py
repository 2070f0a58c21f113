"""One PostgreSQL database as a store."""

from __future__ import annotations

from functools import partial
from typing import Any, Self, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from karaoke_persist.contract import StoreOptions
from karaoke_persist_postgres.connections import PostgresConnection, RawConnection, connect, connect_for_migration
from karaoke_persist_postgres.dialect import PostgresDialect, quoted_name
from karaoke_persist_postgres.location import PostgresOptions, conninfo_of, described
from karaoke_persist_postgres.session import PostgresWritingSession
from karaoke_persist_sql import Lease, SQLStore

WRITER_TABLE = "kp_writer"
"""Locked by whoever writes. Has no rows."""
_MAX_MILLISECONDS = 2**31 - 1
_MIGRATION_LOCK = 0x6B617261  # "kara"
_SNAPSHOT = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1"
# One message each; nothing may take the snapshot before the lock is held. The lock is what makes writers serializable.
# The level of that name adds nothing but false conflicts: who commits lets go of locks before it does of what it read.
_WRITER = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; {settings}LOCK TABLE {table} IN EXCLUSIVE MODE{nowait}"


class PostgresStore(SQLStore):
    """A database with one writer at a time, and readers that neither wait nor keep it waiting."""

    distribution = "karaoke-persist"
    more_options = PostgresOptions._fields
    writing_session = PostgresWritingSession

    def __init__(self, url: str, conninfo: str, options: StoreOptions) -> None:
        chosen = PostgresOptions.of(options)
        database = described(conninfo)
        dialect = PostgresDialect(conninfo, database, chosen.schema)
        super().__init__(url, options, dialect)
        self._conninfo = conninfo
        self._settings = "SET LOCAL synchronous_commit = off; " if self.durability == "relaxed" else ""
        self._table = dialect.qualified(WRITER_TABLE)
        self._at_once = self._writer_message("", " NOWAIT")
        connecting = partial(connect, conninfo, prepare=chosen.prepare)
        self.readers = self.leases(connecting, self.pool.size)
        # The threads of this process wait for each other here, with one connection between them.
        self.writers = self.leases(connecting, 1, f"the writer of {database}")

    @classmethod
    def open(cls, url: str, options: StoreOptions) -> Self:
        """Connect to the database that a URL names; create the schema if that is wanted."""
        return cls(url, conninfo_of(url, options.timeout), options).ready()

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

    def migration_engine(self) -> Engine:
        """On a connection for it alone."""
        return create_engine(
            "postgresql+psycopg://",
            creator=partial(connect_for_migration, self._conninfo),
            poolclass=NullPool,
            use_native_hstore=False,
            isolation_level="READ COMMITTED",  # what another process has just created must be seen
        )

    def begin_migration(self, connection: Connection) -> Any:
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
        raw = RawConnection(cast("psycopg.Connection[Any]", connection.connection.dbapi_connection))
        if self.dialect.existing_tables(raw, [WRITER_TABLE]):
            run(f"LOCK TABLE {self._table} IN EXCLUSIVE MODE")
        return raw


def milliseconds(timeout: float) -> int:
    """A timeout as the server takes it, which understands 0 as for ever."""
    return max(1, min(int(timeout * 1_000), _MAX_MILLISECONDS))
