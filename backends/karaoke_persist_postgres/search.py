"""Grams in PostgreSQL: a GIN index over a function of the document's own row.

The function makes the grams when a row is written, so they are stored in the index alone. The index is asked for a
bitmap, which has no order: where few documents have the grams they are gathered and sorted; where many have them, those
on the page are met soon by walking through the documents in the order of their places. How many have them is told by a
sample (`samples`). See
https://www.postgresql.org/docs/17/gin.html and https://www.postgresql.org/docs/17/indexes-bitmap-scans.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from sqlalchemy import BigInteger, Boolean, Column, Computed

from karaoke_persist_postgres import walks
from karaoke_persist_postgres.gram_codes import index_clauses, key_of
from karaoke_persist_postgres.gram_functions import ARGUMENTS, creation
from karaoke_persist_postgres.gram_tests import unsaid_clauses, without_clauses
from karaoke_persist_postgres.walks import Search, all_of
from karaoke_persist_sql.search import (
    GENRE,
    LANGUAGE,
    Clause,
    Columns,
    Edges,
    GramQuery,
    IndexRow,
    Order,
    PlacedRow,
    Rows,
    SearchDialect,
    SearchTables,
    Source,
    Stream,
    name_gram,
    value_gram,
)

if TYPE_CHECKING:
    from karaoke_persist_postgres.dialect import PostgresDialect
    from karaoke_persist_postgres.session import PostgresWritingSession
    from karaoke_persist_sql.reading import ReadingSession
    from karaoke_persist_sql.session import WritingSession

MANY: Final = 20
"""From how many rows on COPY is worth its message."""
AS_FEW: Final = 2
"""So many times as many as are few may turn out to be few."""
KEYS: Final = ("name_key", "genre_key", "language_key")
_COLUMNS = ("place", *IndexRow._fields, *KEYS)


class PostgresSearch(SearchDialect):
    """GIN over numbers."""

    def more_columns(self) -> Sequence[Column[Any]]:
        """The grams of a name, a genre and a language, which SQL cannot fold; and what `plays` has to do with grams.

        A row whose grams stay the same is written over without touching the index.
        """
        keys = [Column(name, BigInteger) for name in KEYS]
        return (*keys, Column("sung", Boolean, Computed("plays > 0", persisted=True)))

    def creation(self, tables: SearchTables) -> Sequence[str]:
        """The functions, and the index over them."""
        return creation(tables.name(tables.docs))

    def marked(self, sql: str) -> str:
        """PostgreSQL numbers its marks."""
        first, *rest = sql.split("?")
        return first + "".join(f"${number}{part}" for number, part in zip(count(1), rest, strict=False))

    def contains(self, column: str) -> str:
        """Unlike LIKE, `strpos` has no wildcards."""
        return f"strpos({column}, ?) > 0"

    def among(self, column: str, kind: Literal["text", "integer"]) -> str:
        """An array."""
        return f"{column} = ANY (CAST(? AS {'text' if kind == 'text' else 'bigint'}[]))"

    # upkeep

    def store(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """Put documents in, with the keys of their grams."""
        cells = [(place, *row, *_keys(row)) for place, row in rows]
        docs = tables.name(tables.docs)
        if len(rows) >= MANY:
            cast("PostgresWritingSession", session).copy_rows(docs, _COLUMNS, cells)
            return
        marks = ", ".join("?" * len(_COLUMNS))
        session.run_many(self.marked(f"INSERT INTO {docs} ({', '.join(_COLUMNS)}) VALUES ({marks})"), cells)  # noqa: S608

    def remove(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """Take documents out, all at once."""
        sql = f"DELETE FROM {tables.name(tables.docs)} WHERE {self.among('place', 'integer')}"  # noqa: S608
        places = session.plans.dialect.pack([place for place, _ in rows])
        session.run_many(self.marked(sql), [(places,)])

    def store_grams(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """The index makes them itself."""

    def remove_grams(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """They go with their documents."""

    def clear_some(self, session: WritingSession, tables: SearchTables) -> bool:
        """So many rows of each table. TRUNCATE would be quicker, and empty the table for older snapshots too."""
        numbers = [session.fetch(_CLEAR.format(table=tables.name(table)), (CLEARED,))[0][0] for table in tables.all]
        return CLEARED in numbers

    def put(self, session: WritingSession, into: str, columns: Columns, rows: Rows, conflict: str = "") -> None:
        """One statement for all rows, a column of them at a time."""
        sql = f"INSERT INTO {into} ({', '.join(columns)}) SELECT * FROM {_unnested(rows)} AS given {conflict}"  # noqa: S608
        session.run_many(self.marked(sql), [_columns_of(session, rows)])

    def take(self, session: WritingSession, table: str, columns: Columns, rows: Rows, condition: str = "") -> None:
        """One statement for all rows."""
        same = [
            f'{column} = given.{column}_ COLLATE "C"' if isinstance(cell, str) else f"{column} = given.{column}_"
            for column, cell in zip(columns, rows[0], strict=True)
        ]
        which = " AND ".join((*same, *([condition] if condition else ())))
        given = f"{_unnested(rows)} AS given({', '.join(f'{column}_' for column in columns)})"
        session.run_many(self.marked(f"DELETE FROM {table} USING {given} WHERE {which}"), [_columns_of(session, rows)])  # noqa: S608

    def together(self, session: WritingSession) -> AbstractContextManager[Any]:
        """The messages go out without waiting for answers."""
        return cast("PostgresWritingSession", session).pipeline()

    def edges(self, session: WritingSession, tables: SearchTables, orders: Sequence[Order]) -> list[Edges]:
        """One statement for all of them."""
        low, high = (_EDGE.format(docs=tables.name(tables.docs), sign=sign, way=way) for sign, way in _WAYS)
        given = f"{_unnested(orders)} WITH ORDINALITY AS o(title, artist, song_id, number)"
        sql = f"SELECT ({low}), ({high}) FROM {given} ORDER BY number"  # noqa: S608
        return [(before, behind) for before, behind in session.fetch(self.marked(sql), _columns_of(session, orders))]

    # questions

    def source(self, tables: SearchTables, grams: GramQuery, *, docs: bool = True) -> Source:
        """The documents that the index finds."""
        expression = f"{_beside(tables, 'grams')}({_of_document(ARGUMENTS)})"
        wheres = [*index_clauses(expression, grams), *without_clauses(grams)]
        return Source(f"{tables.name(tables.docs)} AS d", all_of(wheres), "d.place")

    def stream(self, session: ReadingSession, tables: SearchTables, asked: Stream) -> list[tuple[Any, ...]]:
        """By walking or by gathering, whichever is less work."""
        source, docs = self.source(tables, asked.grams), tables.name(tables.docs)
        more = [asked.where] if asked.where is not None else []
        bounds = (">", asked.after), ("<", asked.before)
        between = [Clause(f"d.place + 0 {sign} ?", (place,)) for sign, place in bounds if place is not None]
        gathered, columns = all_of([source.where, *between, *more]), asked.columns.format(place=source.place)
        few = asked.limit is None or asked.scattered or asked.before is not None
        number = 0.0 if few else self._number(session, tables, asked.grams)
        if asked.limit is None or number < walks.SOME:
            sql = f"SELECT {columns} FROM {docs} AS d WHERE {gathered.sql} ORDER BY d.place + 0 LIMIT ? OFFSET ?"  # noqa: S608
            return session.fetch(self.marked(sql), (*gathered.parameters, asked.limit, asked.offset))
        search = Search(docs, gathered, all_of([*unsaid_clauses(asked.grams), *more]), asked.after)
        sql, parameters = search.statement(columns, asked.limit, asked.offset, far=number >= walks.MANY)
        return session.fetch(self.marked(sql), parameters)

    def places(self, session: ReadingSession, tables: SearchTables, grams: GramQuery, most: int) -> list[int] | None:
        """The index is not asked if there seem to be many more."""
        if self._number(session, tables, grams) > AS_FEW * most:
            return None
        return super().places(session, tables, grams, most)

    def _number(self, session: ReadingSession, tables: SearchTables, grams: GramQuery) -> float:
        """About how many documents have such grams."""
        dialect = cast("PostgresDialect", session.plans.dialect)
        return dialect.samples.of(session, tables.name(tables.docs)).number_with(grams)


_WAYS = (("<", "DESC"), (">", "ASC"))
CLEARED: Final = 20_000
"""How many rows of a table are taken out at once where others must not wait for long."""
_CLEAR: Final = (
    "WITH gone AS (DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} LIMIT $1)) RETURNING 1)"
    " SELECT count(*) FROM gone"
)
_EDGE = (
    "SELECT d.place FROM {docs} AS d"
    ' WHERE (d.title, d.artist, d.song_id) {sign} (o.title COLLATE "C", o.artist COLLATE "C", o.song_id COLLATE "C")'
    " ORDER BY d.title {way}, d.artist {way}, d.song_id {way} LIMIT 1"
)


def _unnested(rows: Rows) -> str:
    """Arrays, one for each column, as rows."""
    kinds = ("text" if isinstance(cell, str) else "bigint" for cell in rows[0])
    return f"unnest({', '.join(f'CAST(? AS {kind}[])' for kind in kinds)})"


def _columns_of(session: ReadingSession, rows: Rows) -> tuple[Any, ...]:
    return tuple(session.plans.dialect.pack(column) for column in zip(*rows, strict=True))


def _beside(tables: SearchTables, name: str) -> str:
    """The name of a function, in the schema of the tables."""
    return tables.name(tables.docs).removesuffix("docs") + name


def _of_document(arguments: Iterable[str]) -> str:
    return ", ".join(f"d.{name}" for name in arguments)


def _keys(row: IndexRow) -> tuple[int | None, ...]:
    genre = None if row.genre is None else value_gram(GENRE, row.genre)
    language = None if row.language is None else value_gram(LANGUAGE, row.language)
    return key_of(name_gram(row.artist_name)), key_of(genre), key_of(language)
