"""What every kind of question needs: the plan's tests, statements, and the songs of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from karaoke_persist.contract.search import Normaliser, SearchPlan
from karaoke_persist.models import Song
from karaoke_persist_sql.search.choosing import Choice, Counts, estimate, everything, grams_in, rarest
from karaoke_persist_sql.search.clauses import Asked, Part, Tests, all_of
from karaoke_persist_sql.search.grams import ANY, HIDDEN, name_gram
from karaoke_persist_sql.search.index import Clause, Source, Stream, those_of
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
        self._counts: dict[str, int] = {}
        self._looked_up: set[str] = set()

    def of(self, plan: SearchPlan) -> Hits:
        """The same for another plan."""
        return Hits(self.session, self.tables, self.normaliser, plan)

    def stream(
        self,
        asked: Asked,
        columns: str,
        *,
        after: int | None = None,
        before: int | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Row]:
        """Rows in the order of places; those from `before` on are not missed."""
        stream = Stream(columns, *self.choice(asked), after, limit, offset, before)
        return self.dialect.stream(self.session, self.tables, stream)

    def scattered(self, asked: Asked, columns: str, *, after: int | None = None, limit: int) -> list[Row]:
        """The same for documents that are few, and of which grams alone are asked."""
        stream = Stream(columns, *self.choice(asked), after, limit, scattered=True)
        return self.dialect.stream(self.session, self.tables, stream)

    def count(self, asked: Asked, cap: int | None = None) -> int:
        """How many documents there are; a cap is where counting may end."""
        return self.dialect.count(self.session, self.tables, *self.choice(asked), cap)

    def narrowed(self, asked: Asked, few: int) -> Asked | None:
        """The same documents by their places, if the grams let few through; None otherwise."""
        grams, where = self.choice(asked)
        places = self.dialect.places(self.session, self.tables, grams, few) if grams.needed else None
        if places is None:
            return None
        return Asked(where=those_of(self.at(places), where))

    def at(self, places: Sequence[int]) -> Clause:
        """That a document is at one of these places."""
        return Clause(self.dialect.among("d.place", "integer"), (self.session.plans.dialect.pack(places),))

    def called(self, names: Sequence[str]) -> Part:
        """By what the documents of artists with one of these names are found."""
        same = Clause(self.dialect.among("d.artist_name", "text"), (self.session.plans.dialect.pack(names),))
        return Part(tuple((name_gram(name),) for name in names), same)

    def total(self, cap: int | None = None) -> int:
        """How many songs match."""
        if self.known_total is not None:
            return self.known_total
        if cap is None and self.plan.is_everything and not self.plan.hidden:
            return self.count(Asked()) - self.count(Asked([Part(((HIDDEN,),), Clause("d.hidden = 1"))]))
        if cap is None and self.plan.excluded:
            wanted = self.of(replace(self.plan, excluded=()))
            return wanted.total() - wanted.count(self.tests.excluded_among(wanted.tests.everything()))
        return self.count(self.tests.everything(), cap)

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows of a statement with question marks."""
        return self.session.fetch(self.dialect.marked(sql), parameters)

    def statement(self, asked: Asked, columns: str, *, thorough: bool = False) -> tuple[str, list[Any]]:
        """A statement about documents in no order, and its parameters; `thorough` if all of many are wanted."""
        source, condition = self.sought(asked, thorough=thorough)
        where = f" WHERE {condition.sql}" if condition.sql else ""
        columns = columns.format(place=source.place)
        return f"SELECT {columns} FROM {source.tables}{where}", list(condition.parameters)  # noqa: S608

    def sought(self, asked: Asked, *, thorough: bool = False) -> tuple[Source, Clause]:
        """Where documents come from, and all that is asked of them."""
        grams, where = self.choice(asked, thorough=thorough)
        source = self.dialect.source(self.tables, grams)
        wheres = those_of(source.where, where)
        return source, all_of(wheres) if wheres else Clause("")

    def choice(self, asked: Asked, *, thorough: bool = False) -> Choice:
        """The grams to ask for, and the conditions that go with them."""
        counts = self._counts_of(asked)
        return everything(asked) if counts is None else rarest(asked, counts, thorough=thorough)

    def estimate(self, asked: Asked) -> int | None:
        """About how many documents there are at most; None if that is not known."""
        counts = self._counts_of(asked)
        return None if counts is None else min((estimate(part, counts) for part in asked.needed), default=None)

    def _counts_of(self, asked: Asked) -> Counts | None:
        """Looked up once for each gram of a question; None where they are never known."""
        if not self.dialect.counts_grams:
            return None
        if unknown := sorted(grams_in(asked.needed) - self._looked_up):
            self._counts.update(self.dialect.gram_counts(self.session, self.tables, [ANY, *unknown]))
            self._looked_up.update(unknown)
        return self._counts

    def songs(self, keys: Sequence[str]) -> list[Song]:
        """The songs with these keys, in their order. Those that cannot be decoded are reported and left out."""
        if not keys:
            return []
        found = self.session.readable(Song, keys)
        return [found[key] for key in keys if key in found]
