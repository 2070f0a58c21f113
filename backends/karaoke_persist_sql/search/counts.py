"""What is counted beside the documents: artists, their words, what names begin with, and facets.

A batch adds up in Python what it changes, and writes each counter once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Table

from karaoke_persist.models.text import key_fold
from karaoke_persist_sql.search.rows import IndexRow, PlacedRow, wrapped
from karaoke_persist_sql.search.tables import COUNTS, SearchTables

STARTS = (1, 2, 3)
"""The lengths of the beginnings under which names are kept."""

LONGEST = STARTS[-1]
Numbers = tuple[int, ...]


class Tally:
    """Changes of the counters of one table, by key."""

    def __init__(self, table: Table, key: tuple[str, ...], numbers: tuple[str, ...]) -> None:
        self.table, self.key, self.numbers = table, key, numbers
        self.changes: dict[tuple[Any, ...], Numbers] = {}

    def add(self, key: tuple[Any, ...], numbers: Numbers) -> None:
        """Add to what is counted under a key."""
        there = self.changes.get(key)
        self.changes[key] = numbers if there is None else tuple(map(int.__add__, there, numbers))

    def write(self, session: Any, tables: SearchTables) -> None:
        """Write every counter that changed, and delete those that count nothing any more."""
        changes = [(*key, *numbers) for key, numbers in self.changes.items() if any(numbers)]
        if not changes:
            return
        name, search = tables.name(self.table), session.plans.dialect.search
        sums = ", ".join(f"{number} = t.{number} + excluded.{number}" for number in self.numbers)
        conflict = f"ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {sums}"
        search.put(session, f"{name} AS t", (*self.key, *self.numbers), changes, conflict)
        fewer = [change[: len(self.key)] for change in changes if change[len(self.key)] < 0]
        if fewer:
            search.take(session, name, self.key, fewer, "songs < 1")


class Tallies:
    """The changes of all counters by some documents that come and go."""

    def __init__(self, tables: SearchTables) -> None:
        self._tables = tables
        songs = ("songs",)
        self._facets = Tally(tables.facets, ("facet", "hidden", "fold", "value"), songs)
        self._artists = Tally(tables.artists, ("further", "form", "name", "forms"), COUNTS)
        self._words = Tally(tables.artist_words, ("word", "name", "forms"), songs)
        self._starts = Tally(tables.artist_starts, ("start", "form", "name"), COUNTS)
        self._sung: Counter[tuple[str, int, int]] = Counter()
        self._vocabulary: set[tuple[int, str]] = set()

    def come(self, rows: Iterable[PlacedRow]) -> None:
        """Count documents."""
        for placed in rows:
            self._count(placed, 1)
            row = placed.row
            self._vocabulary.update((len(word), word) for word in words_of((*row.title_forms, *row.artist_forms)))

    def go(self, rows: Iterable[PlacedRow]) -> None:
        """Count documents no more."""
        for placed in rows:
            self._count(placed, -1)

    def move(self, row: IndexRow, old: int, new: int) -> None:
        """A document has another place, and is otherwise the same."""
        if row.plays > 0:
            for start in starts_of(row.title_forms):
                self._sung[start, -row.plays, old] -= 1
                self._sung[start, -row.plays, new] += 1

    def write(self, session: Any) -> None:
        """Write all of it."""
        with session.plans.dialect.search.together(session):
            for tally in (self._facets, self._artists, self._words, self._starts):
                tally.write(session, self._tables)
            self._write_sung(session)
            self._write_vocabulary(session)

    def _count(self, placed: PlacedRow, sign: int) -> None:
        row = placed.row
        for facet, value in facet_values(row):
            self._facets.add((facet, row.hidden, key_fold(value), value), (sign,))
        forms, name = row.artist_forms, row.artist_name
        if forms:
            visible = sign * (not row.hidden)
            numbers = (sign, visible, sign * row.plays, visible * row.plays)
            together = wrapped(forms) or ""
            for further, form in enumerate(forms):
                self._artists.add((min(further, 1), form, name, together), numbers)
            for word in words_of(forms):
                self._words.add((word, name, together), (sign,))
            for start in starts_of(forms):
                self._starts.add((start, row.artist, name), numbers)
        if row.plays > 0:
            for start in starts_of(row.title_forms):
                self._sung[start, -row.plays, placed.place] += sign

    def _write_sung(self, session: Any) -> None:
        name, search = self._tables.name(self._tables.song_starts), session.plans.dialect.search
        gone = [key for key, number in self._sung.items() if number < 0]
        come = [key for key, number in self._sung.items() if number > 0]
        columns = ("start", "rank", "place")
        if gone:
            search.take(session, name, columns, gone)
        if come:
            search.put(session, name, columns, come)

    def _write_vocabulary(self, session: Any) -> None:
        if self._vocabulary:
            into, search = self._tables.name(self._tables.words), session.plans.dialect.search
            search.put(session, into, ("length", "word"), list(self._vocabulary), "ON CONFLICT DO NOTHING")


def facet_values(row: IndexRow) -> Iterator[tuple[str, str]]:
    """Under what a document counts, as text."""
    if row.language is not None:
        yield "language", row.language
    if row.genre is not None:
        yield "genre", row.genre
    if row.year is not None:
        yield "decade", str(row.year // 10 * 10)
    yield "artist", row.artist_name


def words_of(forms: Iterable[str]) -> set[str]:
    """The words of several forms."""
    return {word for form in forms for word in form.split()}


def starts_of(forms: Iterable[str]) -> set[str]:
    """What several forms begin with."""
    return {form[:length] for form in forms for length in STARTS}
