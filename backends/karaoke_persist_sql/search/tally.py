"""Counters of one table, or rows that come and go in one.

A batch adds up in Python what it changes, and writes each counter or row once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Table

from karaoke_persist.contract.findings import Finding
from karaoke_persist_sql.search.tables import SearchTables

STARTS = (1, 2, 3)
"""The lengths of the beginnings under which names are kept."""

LONGEST = STARTS[-1]
Numbers = tuple[int, ...]


class Tally:
    """Changes of the counters of one table, by key."""

    def __init__(
        self, table: Table, key: tuple[str, ...], numbers: tuple[str, ...], more: tuple[str, ...] = ()
    ) -> None:
        """`more` are columns that stand behind those of the key and never change with them."""
        self.table, self.key, self.more, self.numbers = table, key, more, numbers
        self.changes: dict[tuple[Any, ...], Numbers] = {}

    def add(self, key: tuple[Any, ...], numbers: Numbers) -> None:
        """Add to what is counted under a key."""
        there = self.changes.get(key)
        self.changes[key] = numbers if there is None else tuple(map(int.__add__, there, numbers))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows of a table that was empty before these changes."""
        return ((*key, *numbers) for key, numbers in self.changes.items())

    def write(self, session: Any, tables: SearchTables) -> None:
        """Write every counter that changed, and delete those that count nothing any more."""
        changes = [(*key, *numbers) for key, numbers in self.changes.items() if any(numbers)]
        if not changes:
            return
        name, search = tables.name(self.table), tables.dialect
        sums = ", ".join(f"{number} = t.{number} + excluded.{number}" for number in self.numbers)
        conflict = f"ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {sums}"
        search.put(session, f"{name} AS t", (*self.key, *self.more, *self.numbers), changes, conflict)
        first = len(self.key) + len(self.more)
        fewer = [change[: len(self.key)] for change in changes if change[first] < 0]
        if fewer:
            search.take(session, name, self.key, fewer, f"{self.numbers[0]} < 1")


class Links:
    """Rows of a table that lead from something to a document; each is there once or not at all."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: Counter[tuple[Any, ...]] = Counter()

    def add(self, rows: Iterable[tuple[Any, ...]], sign: int) -> None:
        """Let rows come, or go."""
        for row in rows:
            self.rows[row] += sign

    def write(self, session: Any, tables: SearchTables) -> None:
        """Write what is left of it; rows that go make way first."""
        name, columns = tables.name(self.table), [column.name for column in self.table.columns]
        gone = [row for row, number in self.rows.items() if number < 0]
        come = [row for row, number in self.rows.items() if number > 0]
        if gone:
            tables.dialect.take(session, name, columns, gone)
        if come:
            tables.dialect.put(session, name, columns, come)


def difference(session: Any, table: Table, name: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[Finding]:
    """Where a table does not hold just these rows."""
    columns = ", ".join(column.name for column in table.columns)
    there = {tuple(row) for row in session.fetch(f"SELECT {columns} FROM {name}", ())}  # noqa: S608
    if wrong := len(there.symmetric_difference(rows)):
        yield Finding("counts", table.name, f"{wrong} rows too many or too few for the documents")


def words_of(forms: Iterable[str]) -> set[str]:
    """The words of several forms."""
    return {word for form in forms for word in form.split()}


def starts_of(forms: Iterable[str]) -> set[str]:
    """What several forms begin with."""
    return {form[:length] for form in forms for length in STARTS}
