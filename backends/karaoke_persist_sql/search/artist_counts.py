"""The artists of the documents: a row for each name with all forms that go with it, numbered, and what leads there.

A song more of an artist who is known changes one counter. Only artists who come or go change what their forms, words
and beginnings lead to; and only songs that were sung change what is kept of that by beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from karaoke_persist.contract.findings import Finding
from karaoke_persist_sql.search.rows import IndexRow, unwrapped, wrapped
from karaoke_persist_sql.search.tables import COUNTS, SUNG, SearchTables
from karaoke_persist_sql.search.tally import Links, Tally, difference, starts_of, words_of

Artist = tuple[str, str]
"""A name, and all the forms that go with it, as one text."""


class ArtistTally:
    """The changes of artists by some documents."""

    def __init__(self, tables: SearchTables) -> None:
        self._tables = tables
        self._counts = Tally(tables.artists, ("id",), COUNTS, more=("name", "forms"))
        self._starts = Tally(tables.artist_starts, ("start", "form", "name"), SUNG)
        self._changes: dict[Artist, tuple[int, ...]] = {}
        self._there: dict[Artist, tuple[int, int]] = {}
        self._next = 0

    def add(self, row: IndexRow, sign: int) -> None:
        """Count a document, or count it no more."""
        forms = wrapped(row.artist_forms)
        if forms is None:
            return
        visible = 0 if row.hidden else sign
        numbers = (sign, visible, sign * row.plays, visible * row.plays)
        before = self._changes.get((row.artist_name, forms))
        self._changes[row.artist_name, forms] = numbers if before is None else tuple(map(int.__add__, before, numbers))

    def read(self, session: Any) -> None:
        """See which of the artists are there, and how many songs they have."""
        self._changes = {artist: numbers for artist, numbers in self._changes.items() if any(numbers)}
        if not self._changes:
            return
        table, search = self._tables.name(self._tables.artists), self._tables.dialect
        names = session.plans.dialect.pack(sorted({name for name, _ in self._changes}))
        sql = f"SELECT name, forms, id, songs FROM {table} WHERE {search.among('name', 'text')}"  # noqa: S608
        rows = session.fetch(search.marked(sql), (names,))
        self._there = {(name, forms): (number, songs) for name, forms, number, songs in rows}
        if any(artist not in self._there for artist in self._changes):
            self._next = 1 + session.fetch(f"SELECT coalesce(max(id), 0) FROM {table}", ())[0][0]  # noqa: S608

    def write(self, session: Any) -> None:
        """Write what changed."""
        forms_of, words = Links(self._tables.artist_forms), Links(self._tables.artist_words)
        for (name, forms), numbers in self._changes.items():
            number, before = self._there.get((name, forms), (self._next, 0))
            after, single = before + numbers[0], unwrapped(forms)
            if before > 0 or after > 0:
                self._counts.add((number, name, forms), numbers)
            more = (after > 0) - (before > 0)
            if more:
                self._next += more > 0
                forms_of.add(_forms(number, single), more)
                words.add(_words(number, single), more)
            self._count_starts(name, single, more, numbers)
        self._counts.write(session, self._tables)
        self._starts.write(session, self._tables)
        for links in (forms_of, words):
            links.write(session, self._tables)

    def differences(self, session: Any) -> Iterator[Finding]:
        """What the tables hold beside what was counted here, from nothing on; artists are numbered as they are."""
        self.read(session)
        tables, there = self._tables, {artist: number for artist, (number, _) in self._there.items()}
        numbered = [(there.get(artist, 0), artist, numbers) for artist, numbers in self._changes.items()]
        for _, (name, forms), numbers in numbered:
            self._count_starts(name, unwrapped(forms), 1, numbers)
        expected = (
            (tables.artists, ((number, *artist, *numbers) for number, artist, numbers in numbered)),
            (tables.artist_starts, self._starts.rows()),
            (
                tables.artist_forms,
                (link for number, artist, _ in numbered for link in _forms(number, unwrapped(artist[1]))),
            ),
            (
                tables.artist_words,
                (link for number, artist, _ in numbered for link in _words(number, unwrapped(artist[1]))),
            ),
        )
        for table, rows in expected:
            yield from difference(session, table, tables.name(table), rows)

    def _count_starts(self, name: str, forms: tuple[str, ...], more: int, numbers: tuple[int, ...]) -> None:
        changes = (more, *numbers[2:])
        if any(changes):
            for start in starts_of(forms):
                self._starts.add((start, forms[0], name), changes)


def _forms(number: int, forms: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [(min(place, 1), form, number) for place, form in enumerate(forms)]


def _words(number: int, forms: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return [(word, number) for word in words_of(forms)]
