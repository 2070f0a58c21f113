"""What PostgreSQL does in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ClassVar

import psycopg
from sqlalchemy import ColumnElement, Text, any_, cast, func, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSON, JSONB, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.dml import Insert

from karaoke_persist.errors import KaraokePersistError
from karaoke_persist.models import Kind
from karaoke_persist.models.json_values import INT64_MAX
from karaoke_persist_postgres.errors import Situation, is_disconnect, translate
from karaoke_persist_postgres.samples import Samples
from karaoke_persist_postgres.search import PostgresSearch
from karaoke_persist_postgres.triggers import counter_triggers, total_triggers
from karaoke_persist_sql import (
    JSON_DECODERS,
    JSON_ENCODERS,
    Activity,
    ColumnTypes,
    Converter,
    CounterNames,
    SQLDialect,
)
from karaoke_persist_sql.types import STANDARD_TYPES

_from_iso = datetime.fromisoformat
_EARLIEST, _LATEST = "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"
_BOOLEANS = {False: "f", True: "t"}
_JSON_KINDS = (Kind.LIST, Kind.OBJECT, Kind.JSON)
_STREAM = "kp_stream"


def time_text(moment: datetime) -> str:
    """ISO 8601 text in UTC."""
    try:
        return moment.astimezone(UTC).isoformat(" ")
    except OverflowError:  # only in a question: stored times keep a day's distance from either end
        return _LATEST if moment.year > 5000 else _EARLIEST


def time_value(text: str) -> datetime:
    """The time of a text of the server's, which every connection of ours has in UTC."""
    moment = _from_iso(text)
    if moment.tzinfo is not UTC:
        raise ValueError(f"{text!r} is not a time in UTC")
    return moment


class PostgresDialect(SQLDialect):
    """PostgreSQL through psycopg."""

    scheme: ClassVar[str] = "postgresql"
    compiler = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    driver = PGDialect_psycopg(dbapi=psycopg)  # type: ignore[no-untyped-call]
    driver_error = psycopg.Error
    no_limit = INT64_MAX
    search = PostgresSearch()
    # JSON keeps the text as it was written; the binary form would forget how numbers were spelled.
    column_types: ColumnTypes = MappingProxyType({**STANDARD_TYPES, **dict.fromkeys(_JSON_KINDS, JSON())})
    streams_need_transaction = True
    encoders: Mapping[Kind, Converter] = {
        **JSON_ENCODERS,
        Kind.TIME: time_text,
        Kind.BOOLEAN: _BOOLEANS.__getitem__,
        Kind.INTEGER: str,
    }
    decoders: Mapping[Kind, Converter] = {**JSON_DECODERS, Kind.TIME: time_value}

    def __init__(self, conninfo: str, database: str, schema: str | None) -> None:
        self._conninfo, self._database, self.schema = conninfo, database, schema
        self._streams = 0
        self.samples = Samples()

    def pack(self, values: Sequence[Any]) -> str:
        """An array in text form, whose type the server infers from the column."""
        return f"{{{','.join([_quoted(value) for value in values])}}}"

    def is_packed(self, column: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the array holds the column's value."""
        return column == any_(cast(parameter, postgresql.ARRAY(column.type)))

    def is_present(self, column: ColumnElement[Any], kind: Kind) -> ColumnElement[bool]:
        """A B-tree seeks what is not NULL."""
        return column.is_not(None)

    def contains(self, column: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """Unlike LIKE, `strpos` has no wildcards."""
        return func.strpos(column, cast(parameter, Text())) > literal_column("0")

    def has_element(self, column: ColumnElement[Any], kind: Kind, parameter: ColumnElement[Any]) -> ColumnElement[bool]:
        """The operator looks at the texts of an array and at the names of an object; the column cannot be broken."""
        found: ColumnElement[bool] = cast(column, JSONB).has_key(cast(parameter, Text()))
        return found

    def insert(self, table: Any) -> Insert:
        """PostgreSQL's INSERT."""
        return insert(table)

    def existing_tables(self, connection: Any, names: Sequence[str]) -> set[str]:
        """Those of the named tables that are in our schema."""
        rows = connection.execute(_TABLES, (self.pack(names), self.schema)).fetchall()
        return {name for (name,) in rows}

    def translate(self, error: Exception, activity: Activity, timeout: float) -> KaraokePersistError:
        """By SQLSTATE."""
        return translate(error, activity, Situation(self._database, timeout, "", self._conninfo))

    def counter_triggers(self, counter: CounterNames) -> Sequence[str]:
        """One trigger for each kind of statement."""
        return counter_triggers(counter, self.qualified)

    def total_triggers(self, counts: str, total: str) -> Sequence[str]:
        """The same for the rows of a table of counts."""
        return total_triggers(counts, total, self.qualified)

    def qualified(self, table: str) -> str:
        """With the schema, if one was named."""
        return table if self.schema is None else f"{quoted_name(self.schema)}.{table}"

    def comparable(self, column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
        """JSON is compared by its text, which is the same for equal values."""
        return cast(column, Text()) if kind in _JSON_KINDS else column

    def is_disconnect(self, error: Exception) -> bool:
        """Told by code and class."""
        return is_disconnect(error)

    def command(self, connection: Any, sql: str) -> None:
        """Past the driver's cursors, which would also forget their prepared statements at a savepoint's rollback."""
        connection.command(sql.encode())

    def stream_cursor(self, connection: Any) -> Any:
        """A cursor on the server."""
        self._streams += 1
        return connection.cursor(name=f"{_STREAM}_{self._streams}")


_TABLES = (
    "SELECT c.relname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND c.relname = ANY (CAST($1 AS text[]))"
    " AND n.nspname = coalesce(CAST($2 AS text), current_schema())"
)


def quoted_name(name: str) -> str:
    """A name as SQL has to quote it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _quoted(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
