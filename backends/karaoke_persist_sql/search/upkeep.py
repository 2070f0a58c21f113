"""Keeping the index in step with the songs, within the transaction that writes them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice, repeat
from typing import TYPE_CHECKING, Any, TypeVar, cast

from karaoke_persist.contract.search import SOURCE_FIELDS, document_of, is_missing
from karaoke_persist.errors import DataCorrupt
from karaoke_persist.models import Song
from karaoke_persist_sql.search.counts import Tallies
from karaoke_persist_sql.search.index import Edges
from karaoke_persist_sql.search.indexes import Index
from karaoke_persist_sql.search.places import Move, between, spread_anew
from karaoke_persist_sql.search.rows import IndexRow, Order, PlacedRow, placed_rows, row_of

if TYPE_CHECKING:
    from karaoke_persist_sql.session import WritingSession

BATCH = 1_000
T = TypeVar("T")
_SOURCES = frozenset(SOURCE_FIELDS)
COLUMNS = ", ".join(("place", *IndexRow._fields))


class Upkeep:
    """Writes an index for one session."""

    def __init__(self, session: WritingSession, index: Index, *, empty: bool = False) -> None:
        """An index that is `empty` only ever grows by this, which then need not ask what comes last."""
        self._session, (self._tables, self._normaliser) = session, index
        self._grows, self._last = empty, cast("PlacedRow | None", None)
        self._dialect = session.plans.dialect
        self._search = self._tables.dialect
        self._docs = self._tables.name(self._tables.docs)

    def inserted(self, songs: Iterable[Mapping[str, Any]]) -> None:
        """Songs that were not there before, by their fields."""
        for batch in batches(songs):
            self.replace([], self._rows(batch))

    def changed(self, keys: Iterable[str]) -> None:
        """Songs whose rows were written over. Those that cannot be decoded are not found any more."""
        for batch in batches(keys):
            self.replace(self.documents(batch), self.rows_of_songs(batch))

    def deleted(self, keys: Iterable[str]) -> None:
        """Songs that are gone."""
        for batch in batches(keys):
            self.replace(self.documents(batch), [])

    def _rows(self, songs: Iterable[Mapping[str, Any]]) -> list[IndexRow]:
        """The rows that songs should have: missing ones none, for whom nothing is kept and who are never found."""
        return [row_of(document_of(values, self._normaliser)) for values in songs if not is_missing(values)]

    def rows_of_songs(self, keys: Sequence[str]) -> list[IndexRow]:
        """The rows that songs should have, from what is stored of them."""
        plan = self._session.plans[Song]
        columns = (*SOURCE_FIELDS, plan.key_name)
        sql, packed = plan.columns_of(columns), (self._dialect.pack(keys),)
        cells = self._session.read(plan, columns, sql, packed, ignored)
        songs = plan.codec.decode_fields(SOURCE_FIELDS, cells, ignored)
        return self._rows(dict(zip(SOURCE_FIELDS, song, strict=True)) for song in songs)

    def documents(self, keys: Sequence[str]) -> list[PlacedRow]:
        """The documents of songs, as far as there are any."""
        sql = f"SELECT {COLUMNS} FROM {self._docs} WHERE {self._search.among('song_id', 'text')}"  # noqa: S608
        return placed_rows(self._session.fetch(self._search.marked(sql), (self._dialect.pack(keys),)))

    def replace(self, old: Sequence[PlacedRow], new: Sequence[IndexRow]) -> None:
        """Put documents in the place of others, which may be of the same songs."""
        wanted = {row.song_id: row for row in new}
        there = {placed.row.song_id: placed for placed in old}
        same = [placed for placed in old if wanted.get(placed.row.song_id) == placed.row]
        for placed in same:
            del wanted[placed.row.song_id], there[placed.row.song_id]
        if not wanted and not there:
            return
        tallies = Tallies(self._tables)
        tallies.go(there.values())
        self._update(there, wanted, tallies)
        if there:
            self._search.remove(self._session, self._tables, list(there.values()))
        self._put(there, wanted, tallies)
        tallies.write(self._session)

    def _update(self, there: dict[str, PlacedRow], wanted: dict[str, IndexRow], tallies: Tallies) -> None:
        """Write over documents that keep their place and their grams; nothing is left to do for them."""
        updated = [
            PlacedRow(placed.place, wanted[key])
            for key, placed in there.items()
            if key in wanted and placed.row.found_by == wanted[key].found_by
        ]
        if updated:
            self._search.update(self._session, self._tables, updated)
            tallies.come(updated)
        for _, row in updated:
            del there[row.song_id], wanted[row.song_id]

    def _put(self, there: Mapping[str, PlacedRow], wanted: Mapping[str, IndexRow], tallies: Tallies) -> None:
        """Store documents: where they were if their order is the same, otherwise where they belong."""
        pending = [
            PlacedRow(there[key].place, row)
            for key, row in wanted.items()
            if key in there and there[key].row.order == row.order
        ]
        kept = {row.song_id for _, row in pending}
        moving = sorted((row for key, row in wanted.items() if key not in kept), key=lambda row: row.order)
        if moving and pending:
            self._store(pending, tallies)  # they may be neighbours
            pending = []
        while moving:
            for (low, high), group in self._gaps(moving):
                moving = moving[len(group) :]
                places = between(low, high, len(group))
                if places is None:
                    self._store(pending, tallies)
                    pending = []
                    self._make_room(group, tallies)
                    break  # others were moved too
                pending += map(PlacedRow, places, group)
        self._store(pending, tallies)

    def _gaps(self, rows: Sequence[IndexRow]) -> Iterator[tuple[Edges, list[IndexRow]]]:
        """Rows in order, by the two documents between which they come."""
        edges = self._edges([row.order for row in rows])
        for between_them, group in groupby(zip(edges, rows, strict=True), key=lambda pair: pair[0]):
            yield between_them, [row for _, row in group]

    def _edges(self, orders: Sequence[Order]) -> Iterator[Edges]:
        """Those at a known end are not asked for: PostgreSQL would look through all that was cleared before."""
        last, within = self._last, len(orders)
        if self._grows:
            within = 0 if last is None else bisect_left(orders, last.row.order)
        if within:
            yield from self._search.edges(self._session, self._tables, orders[:within])
        yield from repeat((None if last is None else last.place, None), len(orders) - within)

    def _make_room(self, rows: list[IndexRow], tallies: Tallies) -> None:
        placed, moves = spread_anew(rows, self)
        self._move(moves, tallies)
        self._store(placed, tallies)

    def _move(self, moves: Sequence[Move], tallies: Tallies) -> None:
        self._search.remove(self._session, self._tables, [move.old for move in moves])
        moved = [PlacedRow(move.place, move.old.row) for move in moves]
        self._search.store(self._session, self._tables, moved)
        self._note(moved)
        for move in moves:
            tallies.move(move.old.row, move.old.place, move.place)

    def _store(self, rows: Sequence[PlacedRow], tallies: Tallies) -> None:
        if rows:
            self._search.store(self._session, self._tables, rows)
            self._note(rows)
            tallies.come(rows)

    def _note(self, rows: Sequence[PlacedRow]) -> None:
        if self._grows:
            known = rows if self._last is None else (self._last, *rows)
            self._last = max(reversed(known), key=lambda placed: placed.row.order)  # a moved one is its newer self

    # neighbours

    def before(self, order: Order, count: int) -> list[PlacedRow]:
        """The last documents before a place in the order, the nearest first."""
        return placed_rows(self._beside(order, ("<", "DESC"), COLUMNS, count))

    def behind(self, order: Order, count: int) -> list[PlacedRow]:
        """The first documents behind it."""
        return placed_rows(self._beside(order, (">", ""), COLUMNS, count))

    def _beside(self, order: Order, side: tuple[str, str], columns: str, count: int) -> list[tuple[Any, ...]]:
        sign, direction = side
        sorting = ", ".join(f"{column} {direction}" for column in ("title", "artist", "song_id"))
        sql = (
            f"SELECT {columns} FROM {self._docs} WHERE (title, artist, song_id) {sign} (?, ?, ?)"  # noqa: S608
            f" ORDER BY {sorting} LIMIT ?"
        )
        return self._session.fetch(self._search.marked(sql), (*order, count))


def is_searched(fields: Collection[str]) -> bool:
    """Whether one of these fields of a song is among those that its document is made of."""
    return not _SOURCES.isdisjoint(fields)


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """So many at a time that neither statements nor memory are burdened."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def ignored(error: DataCorrupt) -> None:
    """A row that cannot be decoded is told of by those who ask for it."""
