"""Documents in the order of their places, from an index that has no order.

An index of grams gives a bitmap. Of few documents it is the shortest way: they are fetched and sorted. Of many it is
the longest, and not needed, because some of them soon turn up when documents are walked through in order. How many of
those with the grams meet the whole condition shows only on the way, so that a statement tries one thing after the
other, each if those before did not do:

1. a glance at the next documents;
2. if very many have the grams, and a sample in the server says that many meet the whole condition: a walk;
3. all that the index finds, sorted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from karaoke_persist_sql.search import Clause

GLANCE: Final = 1_000
MOST: Final = 1 << 40
"""More documents than there can be; whoever asks for more is answered as well by so many."""
WALK: Final = 30_000
"""Those that match often stand together, by their first word; so much is spent to come to some."""
SAMPLES: Final = 32
"""So many places, evenly spread, at each of which some documents are looked at."""
SAMPLE: Final = 20
SOME: Final = 3_000
"""Fewer documents are gathered without a glance."""
MANY: Final = 6_000
"""To gather so many documents takes longer than a walk."""


class Search(NamedTuple):
    """What is searched for."""

    docs: str
    """The table of documents."""
    gathered: Clause
    """The whole condition, in terms of the index. It must not offer an order by place."""
    walked: Clause
    """The same in terms of a row that is met."""
    after: int | None
    """The place that the walk begins behind."""

    def statement(self, columns: str, limit: int, offset: int, *, far: bool) -> Clause:
        """The documents of a page; `far` tells whether more than a glance may be worth it."""
        limit, offset = min(limit, MOST), min(offset, MOST)
        wanted = limit + offset
        too_few = [_number("seen", "<", wanted)]
        tables = {"seen": self._walk(max(GLANCE, 2 * wanted), wanted)}
        if far:
            tables["met"] = self._walk(max(WALK, 20 * wanted), wanted, *too_few, are_many(self.docs, self.walked))
            too_few.append(_number("met", "<", wanted))
        enough = [*(_number(name, ">=", wanted) for name in tables), Clause("true")]
        tables["every"] = self._gathered(wanted, too_few)
        parts = list(zip(tables, enough, strict=True))
        withs = ", ".join(f"{name} AS MATERIALIZED ({table.sql})" for name, table in tables.items())
        union = " UNION ALL ".join(f"SELECT * FROM {name} WHERE {where.sql}" for name, where in parts)  # noqa: S608
        sql = f"WITH {withs} SELECT {columns} FROM ({union}) AS d ORDER BY d.place LIMIT ? OFFSET ?"  # noqa: S608
        clauses = [*tables.values(), *(where for _, where in parts)]
        return Clause(sql, (*(value for clause in clauses for value in clause.parameters), limit, offset))

    def _walk(self, length: int, wanted: int, *conditions: Clause) -> Clause:
        """Those of the next documents that meet the condition; nothing is offered that would change the order.

        The length is a literal: of a parameter, a plan for all values would expect too much.
        """
        behind, after = ("", ()) if self.after is None else (" WHERE place > ?", (self.after,))
        where = all_of([self.walked, *conditions])
        sql = (
            f"SELECT d.* FROM (SELECT * FROM {self.docs}{behind} ORDER BY place LIMIT {length}) AS d"  # noqa: S608
            f" WHERE {where.sql} ORDER BY d.place LIMIT ?"
        )
        return Clause(sql, (*after, *where.parameters, wanted))

    def _gathered(self, wanted: int, conditions: Iterable[Clause]) -> Clause:
        where = all_of([self.gathered, *conditions])
        sql = f"SELECT d.* FROM {self.docs} AS d WHERE {where.sql} ORDER BY d.place + 0 LIMIT ?"  # noqa: S608
        return Clause(sql, (*where.parameters, wanted))


def are_many(docs: str, condition: Clause) -> Clause:
    """Whether many documents seem to meet a condition, going by a sample and the server's own count of rows."""
    rows = f"(SELECT reltuples FROM pg_class WHERE oid = (SELECT tableoid FROM {docs} ORDER BY place LIMIT 1))"  # noqa: S608
    sql = (
        f"(SELECT count(*) * {rows} FROM (SELECT min(place) AS low, max(place) AS high FROM {docs}) AS ends,"  # noqa: S608
        f" generate_series(low, high, greatest(1, (high - low) / {SAMPLES})) AS start,"
        f" LATERAL (SELECT * FROM {docs} WHERE place >= start ORDER BY place LIMIT {SAMPLE}) AS d"
        f" WHERE {condition.sql}) >= {MANY * SAMPLES * SAMPLE}"
    )
    return Clause(sql, condition.parameters)


def all_of(clauses: Iterable[Clause]) -> Clause:
    """All of them; true without any."""
    some = [clause for clause in clauses if clause.sql]
    sql = " AND ".join(f"({clause.sql})" for clause in some) or "true"
    values: tuple[Any, ...] = tuple(value for clause in some for value in clause.parameters)
    return Clause(sql, values)


def _number(table: str, sign: str, number: int) -> Clause:
    return Clause(f"(SELECT count(*) FROM {table}) {sign} ?", (number,))  # noqa: S608
