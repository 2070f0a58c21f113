"""Connections that say BEGIN, COMMIT and ROLLBACK with as little ado as possible."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import pq
from psycopg.adapt import AdaptersMap
from psycopg.rows import TupleRow

from karaoke_persist.errors import Unsupported

_UTC: Final = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'"
_FINE: Final = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


class PostgresConnection(psycopg.Connection[TupleRow]):
    """A connection in autocommit, on which transactions are begun by a message of ours.

    A message without parameters goes to libpq directly: the driver's cursors cost more than a short round trip.
    """

    def command(self, message: bytes) -> None:
        """Send one or several statements without parameters, and forget their answers."""
        result = self.pgconn.exec_(message)
        if result.status not in _FINE:
            raise self._error(result)

    def patient_command(self, message: bytes) -> None:
        """The same for what may wait for a lock: an interrupt ends it."""
        self.execute(message, prepare=False)

    def commit(self) -> None:
        """End the transaction, if there is one."""
        if self.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            self.command(b"COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        if self.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            self.command(b"ROLLBACK")

    def _error(self, result: Any) -> psycopg.Error:
        if self.pgconn.status == pq.ConnStatus.BAD and result.error_field(pq.DiagnosticField.SQLSTATE) is None:
            return psycopg.OperationalError("the connection was lost")
        return psycopg.errors.error_from_result(result)


def connect(conninfo: str, *, prepare: bool) -> PostgresConnection:
    """A connection with the settings that reading and writing rely on."""
    connection = PostgresConnection.connect(
        conninfo, autocommit=True, cursor_factory=psycopg.RawCursor, context=_adapters()
    )
    try:
        _check_encoding(connection)
        if not prepare:
            connection.prepare_threshold = None
        connection.server_cursor_factory = psycopg.RawServerCursor
        connection.command(_UTC.encode())
    except BaseException:
        connection.close()
        raise
    return connection


def connect_for_migration(conninfo: str) -> psycopg.Connection[TupleRow]:
    """A connection as SQLAlchemy expects one, on which values travel in the same way."""
    connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, context=_adapters())
    connection.execute(_UTC)
    connection.autocommit = False
    return connection


class RawConnection:
    """A connection of SQLAlchemy's under the interface of our own."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.pipeline = connection.pipeline

    def cursor(self) -> psycopg.RawCursor[Any]:
        """A cursor whose parameters are numbered."""
        return psycopg.RawCursor(self._connection)

    def execute(self, sql: str, parameters: Any = None) -> psycopg.RawCursor[Any]:
        """Run a statement."""
        return self.cursor().execute(sql.encode(), parameters)

    def command(self, message: bytes) -> None:
        """Send statements without parameters."""
        self.cursor().execute(message)


def _check_encoding(connection: psycopg.Connection[Any]) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Unsupported("postgresql", f"a database in the encoding {encoding}", "Create it with ENCODING 'UTF8'.")


_made: list[AdaptersMap] = []


def _adapters() -> AdaptersMap:
    """How values travel: as text whose type the server infers, so that a statement is prepared once for all values."""
    if not _made:
        adapters = AdaptersMap(psycopg.adapters)
        integers = adapters.get_dumper_by_oid(psycopg.adapters.types["int8"].oid, pq.Format.TEXT)
        adapters.register_dumper(int, integers)
        text = adapters.get_loader(psycopg.adapters.types["text"].oid, pq.Format.TEXT)
        assert text is not None
        for name in ("timestamptz", "json"):
            adapters.register_loader(name, text)
        _made.append(adapters)
    return _made[0]
