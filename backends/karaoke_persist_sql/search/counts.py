"""What is kept beside the documents: counts of facets and artists, and what leads to songs by their titles.

A batch adds up in Python what it changes, and writes each counter once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from karaoke_persist.contract.findings import Finding
from karaoke_persist.models.text import key_fold
from karaoke_persist_sql.search.artist_counts import ArtistTally
from karaoke_persist_sql.search.rows import IndexRow, PlacedRow, unwrapped
from karaoke_persist_sql.search.tables import FACETS, SearchTables
from karaoke_persist_sql.search.tally import Links, Tally, difference, starts_of, words_of


class Tallies:
    """The changes of all counters by some documents that come and go."""

    def __init__(self, tables: SearchTables) -> None:
        self._tables = tables
        self._facets = Tally(tables.facets, FACETS[:-1], FACETS[-1:])
        self._artists = ArtistTally(tables)
        self._sung, self._titles = Links(tables.song_starts), Links(tables.further_titles)
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
        self._link(PlacedRow(old, row), -1)
        self._link(PlacedRow(new, row), 1)

    def write(self, session: Any) -> None:
        """Write all of it."""
        self._artists.read(session)
        with self._tables.dialect.together(session):
            self._facets.write(session, self._tables)
            self._artists.write(session)
            self._sung.write(session, self._tables)
            self._titles.write(session, self._tables)
            self._write_vocabulary(session)

    def differences(self, session: Any) -> Iterator[Finding]:
        """What the tables hold beside what was counted here, from nothing on."""
        tables = self._tables
        yield from difference(session, tables.facets, tables.name(tables.facets), self._facets.rows())
        yield from self._artists.differences(session)
        for links in (self._sung, self._titles):
            yield from difference(session, links.table, tables.name(links.table), links.rows)
        words = session.fetch(f"SELECT length, word FROM {tables.name(tables.words)}", ())  # noqa: S608
        if missing := len(self._vocabulary.difference(map(tuple, words))):
            yield Finding("counts", tables.words.name, f"{missing} words are missing")

    def _count(self, placed: PlacedRow, sign: int) -> None:
        row = placed.row
        for facet, value in facet_values(row):
            self._facets.add((facet, row.hidden, key_fold(value), value), (sign,))
        self._artists.add(row, sign)
        self._link(placed, sign)

    def _link(self, placed: PlacedRow, sign: int) -> None:
        place, row = placed
        self._titles.add(((form, place) for form in dict.fromkeys(unwrapped(row.more_title))), sign)
        if row.plays > 0:
            self._sung.add(((start, -row.plays, place) for start in starts_of(row.title_forms)), sign)

    def _write_vocabulary(self, session: Any) -> None:
        if self._vocabulary:
            into, search = self._tables.name(self._tables.words), self._tables.dialect
            search.put(session, into, ("length", "word"), list(self._vocabulary), "ON CONFLICT DO NOTHING")


def facet_values(row: IndexRow) -> Iterator[tuple[str, str]]:
    """Under what a document counts, as text."""
    if row.language is not None:
        yield "language", row.language
    if row.genre is not None:
        yield "genre", row.genre
    if row.year is not None:
        yield "decade", str(row.year // 10 * 10)
    if row.hidden:
        yield "artist", row.artist_name  # how many songs there are at all is counted beside the songs
