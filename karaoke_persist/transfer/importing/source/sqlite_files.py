"""SQLite files of other applications: opened to be read, their tables and columns as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from karaoke_persist.contract.importing import Convert, Raw, SourceTable
from karaoke_persist.errors import DataCorrupt, InvalidValue

_AT_ONCE: Final = 500


class SourceDatabase:
    """A database that is only read. Names of tables and columns do not mind case, as in SQLite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        self._names: dict[str, str] = {name.lower(): name for (name,) in names}

    @property
    def tables(self) -> list[str]:
        """The names of all tables, in lower case."""
        return sorted(self._names)

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns, in lower case; none, if it is not there."""
        if table not in self._names:
            return []
        return [row[1].lower() for row in self._connection.execute(f"PRAGMA table_info({self._quoted(table)})")]

    def count(self, table: str) -> int:
        """The number of rows; 0, if the table is not there."""
        if table not in self._names:
            return 0
        return int(self.select(f"SELECT COUNT(*) FROM {self._quoted(table)}")[0][0])  # noqa: S608 - quoted

    def rows(self, table: str, order: str = "rowid") -> Iterator[Raw]:
        """Every row, by column in lower case, with its number as `rowid`; none, if the table is not there."""
        if table not in self._names:
            return
        columns = self.columns(table)
        chosen = ", ".join(["rowid", *map(_quoted, columns)])
        cursor = self._connection.execute(f"SELECT {chosen} FROM {self._quoted(table)} ORDER BY {order}")  # noqa: S608
        while some := cursor.fetchmany(_AT_ONCE):
            for row in some:
                yield dict(zip(["rowid", *columns], row, strict=True))

    def select(self, statement: str) -> list[Any]:
        """What a statement answers, at once."""
        return self._connection.execute(statement).fetchall()

    def select_rows(self, statement: str) -> list[Raw]:
        """The same, by column in lower case."""
        cursor = self._connection.execute(statement)
        columns = [each[0].lower() for each in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor]

    def source_table(
        self,
        table: str,
        convert: Convert,
        *,
        key: str = "id",
        order: str = "rowid",
        join: Mapping[str, Mapping[Any, Any]] | None = None,
    ) -> SourceTable:
        """A table to be imported. Its rows are named by the key column, or where that is NULL by their number.

        `join` adds columns, each with its values by key.
        """

        def rows() -> Iterable[tuple[str, Raw]]:
            for row in self.rows(table, order):
                value = row.get(key)
                more = {name: values.get(value) for name, values in (join or {}).items()}
                yield f"rowid {row['rowid']}" if value is None else str(value), {**_without_number(row), **more}

        return SourceTable(table, self.count(table), rows, convert, distinct=self._is_unique(table, key))

    def selected_table(self, name: str, statement: str, key: str, convert: Convert) -> SourceTable:
        """What a statement answers, as a table of this name."""
        rows = self.select_rows(statement)
        return SourceTable(name, len(rows), lambda: ((str(row[key]), row) for row in rows), convert)

    def unread(self, read: Iterable[str]) -> dict[str, int]:
        """The tables that were not named, with the number of their rows, if there are any."""
        rest = {name: self.count(name) for name in self.tables if name not in set(read)}
        return {name: count for name, count in rest.items() if count}

    def require(self, table: str, *columns: str) -> None:
        """Refuse, as `InvalidValue`, a file without this table and these columns."""
        missing = [column for column in columns if column not in self.columns(table)]
        if table not in self._names or missing:
            what = f"no column {', '.join(missing)} in its table" if table in self._names else "no table"
            raise InvalidValue(
                "source", ", ".join(self.tables), f"it has {what} {table}: it is no database of this kind"
            )

    def _is_unique(self, table: str, key: str) -> bool:
        if table not in self._names:
            return True
        info = self._connection.execute(f"PRAGMA table_info({self._quoted(table)})").fetchall()
        if [row[1].lower() for row in info if row[5]] == [key]:
            return all(row[3] or row[2].upper() == "INTEGER" for row in info if row[5])  # others may be NULL
        return False

    def _quoted(self, table: str) -> str:
        return _quoted(self._names[table])


@contextmanager
def source_database(path: Path) -> Iterator[SourceDatabase]:
    """Open the private copy of a database. What is none, or damaged, is `DataCorrupt`."""
    try:
        _recover(path)
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = _text
            _check(connection, path)
            yield SourceDatabase(connection)
    except sqlite3.DatabaseError as error:
        raise DataCorrupt(path.name, f"SQLite says {error}") from error


def _recover(path: Path) -> None:
    """Let SQLite bring in what stands beside the copy, which it cannot while it may only read."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    problems = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    damage = [problem for problem in problems if problem != "ok" and not str(problem).startswith("NULL value in")]
    if damage:
        raise DataCorrupt(path.name, f"it is damaged ({damage[0]})")


def _text(data: bytes) -> str | bytes:
    """Text, or the bytes where they are no UTF-8: one such value must not hide its row."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _without_number(row: Raw) -> Raw:
    """The number of a row is no part of what it holds: it changes when the file is made anew."""
    return {name: value for name, value in row.items() if name != "rowid"}
