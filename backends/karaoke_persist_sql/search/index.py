"""What a database does in its own way to keep grams and to find documents by them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from sqlalchemy import Column

from karaoke_persist.contract.findings import Finding
from karaoke_persist_sql.search.grams import FURTHER_TITLE, GramQuery
from karaoke_persist_sql.search.rows import IndexRow, Order, PlacedRow

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession
    from karaoke_persist_sql.search.tables import SearchTables
    from karaoke_persist_sql.session import WritingSession


Columns = Sequence[str]
Rows = Sequence[tuple[Any, ...]]
Edges = tuple[int | None, int | None]
Edge = tuple[int, Order] | None


class Clause(NamedTuple):
    """A piece of SQL with its parameters in the order of its question marks."""

    sql: str
    parameters: tuple[Any, ...] = ()


class Source(NamedTuple):
    """Where documents come from: what stands after FROM, the condition on grams, and the column of their places.

    The table of documents is `d` in it, unless only places are asked for.
    """

    tables: str
    where: Clause
    place: str


class Stream(NamedTuple):
    """A question for documents in the order of their places."""

    columns: str
    """What is asked of each: of `{place}`, and of `d`."""
    grams: GramQuery
    where: Clause | None = None
    """What the grams do not say."""
    after: int | None = None
    """Only documents behind this place."""
    limit: int | None = None
    offset: int = 0
    before: int | None = None
    """Documents from this place on need not be told."""
    scattered: bool = False
    """Whether those with the grams are few, and no text tells them: then walking would meet everything else first."""


class GramCheck:
    """Compares the grams that are kept with those of the documents."""

    def see(self, rows: Sequence[PlacedRow]) -> None:
        """Some of the documents; each is seen once."""

    def findings(self) -> Iterator[Finding]:
        """What does not agree."""
        return iter(())


class SearchDialect(ABC):
    """One database's way. Statements have question marks for parameters; `marked` says them its own way."""

    further_title: ClassVar[str] = FURTHER_TITLE
    """The marker of the beginnings of further forms of a title, or, if they are not told from the first, of all."""
    counts_grams: ClassVar[bool] = False
    """Whether it is known which grams are rare (`gram_counts`)."""

    @abstractmethod
    def creation(self, tables: SearchTables) -> Sequence[str]:
        """The statements that run after the table of documents was made."""

    def more_columns(self) -> Sequence[Column[Any]]:
        """Columns of documents that this database needs beside those that all have."""
        return ()

    @abstractmethod
    def marked(self, sql: str) -> str:
        """A statement with the parameters' marks that the driver expects."""

    @abstractmethod
    def contains(self, column: str) -> str:
        """Whether a text expression holds the parameter, as SQL; NULL for NULL."""

    @abstractmethod
    def among(self, column: str, kind: Literal["text", "integer"]) -> str:
        """Whether a column has one of the values of a packed parameter (`SQLDialect.pack`)."""

    # upkeep: `store` and `remove` are called in the transaction that writes the songs

    def store(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """Put documents in, at places that are free."""
        marks = ", ".join("?" * (1 + len(IndexRow._fields)))
        into = f"INSERT INTO {tables.name(tables.docs)} (place, {', '.join(IndexRow._fields)}) VALUES ({marks})"  # noqa: S608
        session.run_many(self.marked(into), [(place, *row) for place, row in rows])
        self.store_grams(session, tables, rows)

    def remove(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """Take documents out, as they were put in."""
        self.remove_grams(session, tables, rows)
        sql = f"DELETE FROM {tables.name(tables.docs)} WHERE place = ?"  # noqa: S608
        session.run_many(self.marked(sql), [(place,) for place, _ in rows])

    def update(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """Write documents over those at the same places, whose grams are the same."""
        columns = ", ".join(f"{name} = ?" for name in IndexRow._fields)
        sql = f"UPDATE {tables.name(tables.docs)} SET {columns} WHERE place = ?"  # noqa: S608
        session.run_many(self.marked(sql), [(*row, place) for place, row in rows])

    @abstractmethod
    def store_grams(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """Add the grams of documents (`grams_of`). Nothing to do where they stand in the documents' own rows."""

    @abstractmethod
    def remove_grams(self, session: WritingSession, tables: SearchTables, rows: Sequence[PlacedRow]) -> None:
        """Take the grams of documents away; the same documents as were stored."""

    def put(self, session: WritingSession, into: str, columns: Columns, rows: Rows, conflict: str = "") -> None:
        """Insert rows, of which each is whole numbers and texts; `conflict` is what stands at the statement's end."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        session.run_many(self.marked(f"INSERT INTO {into} ({names}) VALUES ({marks}) {conflict}"), rows)  # noqa: S608

    def take(self, session: WritingSession, table: str, columns: Columns, rows: Rows, condition: str = "") -> None:
        """Delete the rows whose columns have such values."""
        which = " AND ".join((*(f"{column} = ?" for column in columns), *([condition] if condition else ())))
        session.run_many(self.marked(f"DELETE FROM {table} WHERE {which}"), rows)  # noqa: S608

    def together(self, session: WritingSession) -> AbstractContextManager[Any]:
        """Within it, statements that write need not be answered one by one."""
        return nullcontext()

    def edges(self, session: WritingSession, tables: SearchTables, orders: Sequence[Order]) -> Iterable[Edges]:
        """The places of the documents just before and just behind each of these orders, which ascend."""
        low: Edge = None
        high: Edge = None
        known = False
        for order in orders:
            if not known or (high is not None and order > high[1]):
                low, high = (self._edge(session, tables, order, way) for way in (("<", "DESC"), (">", "")))
                known = True
            yield (low and low[0]), (high and high[0])

    def _edge(self, session: WritingSession, tables: SearchTables, order: Order, way: tuple[str, str]) -> Edge:
        sign, direction = way
        sql = (
            f"SELECT place, title, artist, song_id FROM {tables.name(tables.docs)}"  # noqa: S608
            f" WHERE (title, artist, song_id) {sign} (?, ?, ?)"
            f" ORDER BY title {direction}, artist {direction}, song_id {direction} LIMIT 1"
        )
        rows = session.fetch(self.marked(sql), order)
        return (rows[0][0], rows[0][1:]) if rows else None

    def clear(self, session: WritingSession, tables: SearchTables) -> None:
        """Take everything out."""
        for table in tables.all:
            session.execute(f"DELETE FROM {tables.name(table)}")  # noqa: S608

    def clear_some(self, session: WritingSession, tables: SearchTables) -> bool:
        """Take out as much as one transaction should; whether there may be more."""
        self.clear(session, tables)
        return False

    def settle(self, session: WritingSession, tables: SearchTables) -> None:  # noqa: B027  # most need not
        """Put what was built at once in good order."""

    def gram_check(self, session: ReadingSession, tables: SearchTables) -> GramCheck:
        """What compares grams with documents; nothing where they cannot disagree."""
        return GramCheck()

    # questions

    def gram_counts(self, session: ReadingSession, tables: SearchTables, grams: Sequence[str]) -> Mapping[str, int]:
        """About how many documents have each of these grams, as far as it is known."""
        return {}

    @abstractmethod
    def source(self, tables: SearchTables, grams: GramQuery, *, docs: bool = True) -> Source:
        """The documents with these grams; without `docs`, only their places, if that is less work."""

    def stream(self, session: ReadingSession, tables: SearchTables, asked: Stream) -> list[tuple[Any, ...]]:
        """Rows in the order of places."""
        source = self.source(tables, asked.grams)
        behind = None if asked.after is None else Clause(f"{source.place} > ?", (asked.after,))
        return self.run(session, source, asked, those_of(source.where, asked.where, behind))

    def run(
        self, session: ReadingSession, source: Source, asked: Stream, wheres: Sequence[Clause]
    ) -> list[tuple[Any, ...]]:
        """The statement of a stream. A database that has to be told when to sort and when to walk does so here."""
        where = _where(wheres)
        sql = f"SELECT {asked.columns.format(place=source.place)} FROM {source.tables}{where.sql}"  # noqa: S608
        sql += f" ORDER BY {source.place}"
        parameters = list(where.parameters)
        if asked.limit is not None:
            sql += " LIMIT ? OFFSET ?"
            parameters += [asked.limit, asked.offset]
        return session.fetch(self.marked(sql), parameters)

    def places(self, session: ReadingSession, tables: SearchTables, grams: GramQuery, most: int) -> list[int] | None:
        """The places of the documents with these grams; None if there are, or seem to be, more than so many."""
        source = self.source(tables, grams, docs=False)
        condition = _where([source.where])
        sql = f"SELECT {source.place} FROM {source.tables}{condition.sql} LIMIT ?"  # noqa: S608
        rows = session.fetch(self.marked(sql), (*condition.parameters, most + 1))
        return None if len(rows) > most else [place for (place,) in rows]

    def count(
        self, session: ReadingSession, tables: SearchTables, grams: GramQuery, where: Clause | None, cap: int | None
    ) -> int:
        """How many documents have these grams and meet a condition; a cap is where counting may end."""
        source = self.source(tables, grams, docs=where is not None)
        condition = _where(those_of(source.where, where))
        inner, parameters = f"FROM {source.tables}{condition.sql}", list(condition.parameters)
        if cap is None:
            sql = f"SELECT count(*) {inner}"
        else:
            sql, parameters = f"SELECT count(*) FROM (SELECT 1 {inner} LIMIT ?) AS hits", [*parameters, cap]  # noqa: S608
        return int(session.fetch(self.marked(sql), parameters)[0][0])


def those_of(*clauses: Clause | None) -> list[Clause]:
    """The conditions that there are."""
    return [clause for clause in clauses if clause is not None and clause.sql]


def _where(clauses: Sequence[Clause]) -> Clause:
    """What a statement says behind its tables so that all of them hold; nothing without any."""
    sql = " AND ".join(f"({clause.sql})" for clause in clauses)
    return Clause(f" WHERE {sql}" if sql else "", tuple(value for clause in clauses for value in clause.parameters))
