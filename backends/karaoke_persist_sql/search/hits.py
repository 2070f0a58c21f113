"""What every kind of question needs: the plan's tests, statements, and the songs of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from karaoke_persist.contract.search import Normaliser, SearchPlan
from karaoke_persist.models import Song
from karaoke_persist_sql.search.clauses import Asked, Tests
from karaoke_persist_sql.search.grams import HIDDEN
from karaoke_persist_sql.search.index import Clause, Stream
from karaoke_persist_sql.search.tables import SearchTables

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession

Row = tuple[Any, ...]


class Hits:
    """The songs that a plan finds, in a session."""

    def __init__(self, session: ReadingSession, tables: SearchTables, normaliser: Normaliser, plan: SearchPlan) -> None:
        self.session, self.tables, self.normaliser, self.plan = session, tables, normaliser, plan
        self.dialect = tables.dialect
        self.tests = Tests(plan, tables)
        self.known_total: int | None = None
        """How many songs match, once it has come to light."""

    def of(self, plan: SearchPlan) -> Hits:
        """The same for another plan."""
        return Hits(self.session, self.tables, self.normaliser, plan)

    def stream(
        self, asked: Asked, columns: str, *, after: int | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Row]:
        """Rows in the order of places."""
        stream = Stream(columns, asked.grams, asked.where, after, limit, offset)
        return self.dialect.stream(self.session, self.tables, stream)

    def scattered(self, asked: Asked, columns: str, *, after: int | None = None, limit: int) -> list[Row]:
        """The same for documents that are few, and of which grams alone are asked."""
        stream = Stream(columns, asked.grams, asked.where, after, limit, scattered=True)
        return self.dialect.stream(self.session, self.tables, stream)

    def count(self, asked: Asked, cap: int | None = None) -> int:
        """How many documents there are; a cap is where counting may end."""
        return self.dialect.count(self.session, self.tables, asked.grams, asked.where, cap)

    def narrowed(self, asked: Asked, few: int) -> Asked | None:
        """The same documents by their places, if the grams let few through; None otherwise."""
        grams = asked.grams
        places = self.dialect.places(self.session, self.tables, grams, few) if grams.needed else None
        if places is None:
            return None
        return Asked(where=[self.at(places), *asked.wheres])

    def at(self, places: Sequence[int]) -> Clause:
        """That a document is at one of these places."""
        return Clause(self.dialect.among("d.place", "integer"), (self.session.plans.dialect.pack(places),))

    def total(self, cap: int | None = None) -> int:
        """How many songs match."""
        if self.known_total is not None:
            return self.known_total
        if cap is None and self.plan.is_everything and not self.plan.hidden:
            return self.count(Asked()) - self.count(Asked([((HIDDEN,),)]))
        if cap is None and self.plan.excluded:
            wanted = self.of(replace(self.plan, excluded=()))
            return wanted.total() - wanted.count(self.tests.excluded_among(wanted.tests.everything()))
        return self.count(self.tests.everything(), cap)

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows of a statement with question marks."""
        return self.session.fetch(self.dialect.marked(sql), parameters)

    def statement(self, asked: Asked, columns: str) -> tuple[str, list[Any]]:
        """A statement about documents in no order, and its parameters."""
        source = self.dialect.source(self.tables, asked.grams)
        wheres = [clause for clause in (source.where, asked.where) if clause is not None and clause.sql]
        where = f" WHERE {' AND '.join(clause.sql for clause in wheres)}" if wheres else ""
        columns = columns.format(place=source.place)
        return f"SELECT {columns} FROM {source.tables}{where}", [value for each in wheres for value in each.parameters]  # noqa: S608

    def songs(self, keys: Sequence[str]) -> list[Song]:
        """The songs with these keys, in their order. Those that cannot be decoded are reported and left out."""
        if not keys:
            return []
        found = self.session.readable(Song, keys)
        return [found[key] for key in keys if key in found]
