"""How many documents have a gram, roughly: counted in one document of 32. Which ones is decided by their songs' ids.

It is enough to tell a rare gram from a common one, and costs a thirty-second part of counting them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from zlib import crc32

from karaoke_persist_sql.search import ANY, PlacedRow, grams_of

ONE_OF: Final = 32


def creation_of(table: str) -> str:
    """The statement that makes a table of counts."""
    columns = "gram TEXT NOT NULL PRIMARY KEY, docs INTEGER NOT NULL"
    return f"CREATE TABLE {table} ({columns}) STRICT, WITHOUT ROWID"


def add(session: Any, table: str, rows: Iterable[PlacedRow]) -> None:
    """Count documents that come."""
    more = "ON CONFLICT (gram) DO UPDATE SET docs = docs + excluded.docs"
    if counts := sampled(rows):
        session.run_many(f"INSERT INTO {table} VALUES (?, ?) {more}", sorted(counts.items()))  # noqa: S608


def subtract(session: Any, table: str, rows: Iterable[PlacedRow]) -> None:
    """Count documents that go no more."""
    if counts := sorted(sampled(rows).items()):
        fewer = [(number, gram) for gram, number in counts]
        session.run_many(f"UPDATE {table} SET docs = docs - ? WHERE gram = ?", fewer)  # noqa: S608
        session.run_many(f"DELETE FROM {table} WHERE gram = ? AND docs < 1", [(gram,) for gram, _ in counts])  # noqa: S608


def counts_of(session: Any, table: str, grams: Sequence[str]) -> Mapping[str, int]:
    """About how many documents have each of these grams."""
    sql = f"SELECT gram, docs * {ONE_OF} FROM {table} WHERE gram IN (SELECT value FROM json_each(?))"  # noqa: S608
    return dict(session.fetch(sql, (session.plans.dialect.pack(grams),)))


def sampled(rows: Iterable[PlacedRow]) -> Counter[str]:
    """The grams of those documents that count, and how many these are."""
    counts: Counter[str] = Counter()
    for _, row in rows:
        if crc32(row.song_id.encode()) % ONE_OF == 0:
            counts.update((ANY, *grams_of(row)))
    return counts
