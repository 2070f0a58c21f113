"""What SQLite does in its own way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ClassVar, cast

from sqlalchemy import ColumnElement, Integer, Text, case, exists, false, func, literal_column, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.dml import Insert

from karaoke_persist.errors import KaraokePersistError
from karaoke_persist.models import Kind
from karaoke_persist_sql import (
    JSON_DECODERS,
    JSON_ENCODERS,
    Activity,
    ColumnTypes,
    Converter,
    CounterNames,
    SQLDialect,
    Undecodable,
)
from karaoke_persist_sqlite.errors import translate
from karaoke_persist_sqlite.search import SQLiteSearch
from karaoke_persist_sqlite.triggers import counter_triggers, total_triggers

_from_iso = datetime.fromisoformat
_BOOLEANS = {0: False, 1: True}
_TIME_LENGTH = len("0001-01-02T00:00:00.000000+00:00")
_EARLIEST, _LATEST = "0001-01-01T00:00:00.000000+00:00", "9999-12-31T23:59:59.999999+00:00"
_LEAST = {Kind.INTEGER: "-9223372036854775808", Kind.BOOLEAN: "0"}
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))"


def time_text(moment: datetime) -> str:
    """Fixed-width ISO 8601 text in UTC, which sorts as the times do."""
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError:  # only in a question: stored times keep a day's distance from either end
        return _LATEST if moment.year > 5000 else _EARLIEST


def time_value(text: str) -> datetime:
    """The time of a stored text."""
    moment = _from_iso(text)
    if moment.tzinfo is not UTC or len(text) != _TIME_LENGTH:
        raise ValueError(f"{text!r} is not a time in UTC to the microsecond")
    return moment


class SQLiteDialect(SQLDialect):
    """SQLite through Python's own `sqlite3`."""

    scheme: ClassVar[str] = "sqlite"
    compiler = sqlite.dialect()
    driver = sqlite.dialect(dbapi=cast("Any", sqlite3))
    driver_error = sqlite3.Error
    no_limit = -1
    # SQLite compares text byte by byte unless told otherwise.
    column_types: ColumnTypes = MappingProxyType(
        {**dict.fromkeys(Kind, Text()), **dict.fromkeys((Kind.INTEGER, Kind.BOOLEAN), Integer())}
    )
    table_options: Mapping[str, Any] = MappingProxyType({"sqlite_strict": True})
    counter_options: Mapping[str, Any] = MappingProxyType({"sqlite_strict": True, "sqlite_with_rowid": False})
    sum_part_count = 2
    search = SQLiteSearch()
    row_place = "_rowid_"  # of its three names the one that no field can have
    encoders: Mapping[Kind, Converter] = {**JSON_ENCODERS, Kind.TIME: time_text, Kind.BOOLEAN: int}
    decoders: Mapping[Kind, Converter] = {
        **JSON_DECODERS,
        Kind.TIME: time_value,
        Kind.BOOLEAN: _BOOLEANS.__getitem__,
    }

    def __init__(self, path: str) -> None:
        self._path = path

    def pack(self, values: Sequence[Any]) -> str:
        """A JSON array, which takes one parameter however long it is."""
        return json.dumps(list(values), ensure_ascii=False)

    def is_packed(self, column: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the array holds the column's value."""
        return column.in_(select(func.json_each(parameter).table_valued("value").c.value))

    def is_present(self, column: ColumnElement[Any], kind: Kind) -> ColumnElement[bool]:
        """Compared with the least value there is: an index seeks that, but walks over NULLs one by one."""
        return column >= literal_column(_LEAST.get(kind, "''"))

    def contains(self, column: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """Unlike LIKE, `instr` has no wildcards and knows upper from lower case."""
        return func.instr(column, parameter) > literal_column("0")

    def has_element(self, column: ColumnElement[Any], kind: Kind, parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """A look through the array's values or the object's names; broken JSON would end the whole statement."""
        elements = func.json_each(column).table_valued("key", "value")
        sought = elements.c.value if kind is Kind.LIST else elements.c.key
        found = exists(select(literal_column("1")).select_from(elements).where(sought == parameter))
        return case((func.json_valid(column), found), else_=false())

    def counter_triggers(self, counter: CounterNames) -> Sequence[str]:
        """One trigger for each kind of change, row by row."""
        return counter_triggers(counter)

    def total_triggers(self, counts: str, total: str) -> Sequence[str]:
        """The same for the rows of a table of counts."""
        return total_triggers(counts, total)

    def insert(self, table: Any) -> Insert:
        """SQLite's INSERT."""
        return insert(table)

    def sum_parts(self, column: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
        """Two sums, because one would overflow 64 bits, and SQLite then fails."""
        width: ColumnElement[int] = literal_column("32")
        mask: ColumnElement[int] = literal_column(str(2**32 - 1))
        low = func.sum(column.bitwise_and(mask))
        high = func.sum(column.bitwise_rshift(width))
        return high + low.bitwise_rshift(width), low.bitwise_and(mask)

    def existing_tables(self, connection: Any, names: Sequence[str]) -> set[str]:
        """Those of the named tables that are in the file."""
        return {name for (name,) in connection.execute(_TABLES, (self.pack(names),)).fetchall()}

    def translate(self, error: Exception, activity: Activity, timeout: float) -> KaraokePersistError:
        """By SQLite's result code."""
        return translate(error, self._path, committing=activity == "commit", timeout=timeout)

    def is_undecodable(self, error: Exception) -> bool:
        """The one operational error that comes from the driver itself and so has no code of SQLite's."""
        return isinstance(error, sqlite3.OperationalError) and not hasattr(error, "sqlite_errorcode")

    def lenient_text(self, connection: Any) -> AbstractContextManager[None]:
        """Decode text here, cell by cell."""
        return _lenient_text(connection)


@contextmanager
def _lenient_text(connection: sqlite3.Connection) -> Iterator[None]:
    connection.text_factory = _text_or_bytes
    try:
        yield
    finally:
        connection.text_factory = str


def _text_or_bytes(stored: bytes) -> str | Undecodable:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return Undecodable(stored)
