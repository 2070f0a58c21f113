"""Rows read a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

from karaoke_persist.errors import DataCorrupt
from karaoke_persist_sql.dialect import SQLDialect
from karaoke_persist_sql.plans import ModelPlan

Row = tuple[Any, ...]


class RowStream:
    """The rows of one statement in lists. From the first text on that cannot be decoded, it reads leniently."""

    def __init__(self, dialect: SQLDialect, connection: Any, statement: tuple[str, Sequence[Any]]) -> None:
        self._dialect, self._connection = dialect, connection
        self._sql, self._parameters = statement
        self._cursor: Any = None
        self._read = 0
        self.lenient = False
        """Whether a row may hold `Undecodable`."""

    def fetch(self, batch: int) -> list[Row]:
        """The next rows."""
        try:
            rows = self._fetch_with_care(batch)
        except self._dialect.driver_error as error:
            raise self._dialect.translate(error, "work", 0) from error
        self._read += len(rows)
        return rows

    def close(self) -> None:
        """Let go of the database's side."""
        if self._cursor is not None:
            self._cursor.close()

    def _fetch_with_care(self, batch: int) -> list[Row]:
        try:
            return self._fetch(batch)
        except self._dialect.driver_error as error:
            if self.lenient or not self._dialect.is_undecodable(error):
                raise
            return self._fetch_leniently(batch)

    def _fetch(self, batch: int) -> list[Row]:
        if self.lenient:
            with self._dialect.lenient_text(self._connection):
                return self._fetch_many(batch)
        return self._fetch_many(batch)

    def _fetch_many(self, batch: int) -> list[Row]:
        if self._cursor is None:
            self._cursor = self._dialect.stream_cursor(self._connection)
            self._cursor.execute(self._sql, self._parameters)
        rows: list[Row] = self._cursor.fetchmany(batch)
        return rows

    def _fetch_leniently(self, batch: int) -> list[Row]:
        """Begin again, skip what was read, and go on; in one snapshot the rows are the same."""
        self.close()
        self._cursor, self.lenient = None, True
        left = self._read
        while left:
            left -= len(self._fetch(min(batch, left)))
        return self._fetch(batch)


class ValueStream:
    """The values of a query in lists of at most `batch`."""

    def __init__(self, rows: RowStream, plan: ModelPlan, batch: int, report: Callable[[DataCorrupt], None]) -> None:
        self._rows, self._codec, self._batch, self._report = rows, plan.codec, batch, report

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[Any]:
        while rows := self._rows.fetch(self._batch):
            if self._rows.lenient:
                rows = self._codec.without_broken_text(self._codec.fields, rows, self._report)
            values = self._codec.decode_all(rows, self._report)
            if values:  # a batch may be corrupt from end to end
                return values
        raise StopIteration

    def close(self) -> None:
        """Let go of the database's side."""
        self._rows.close()
