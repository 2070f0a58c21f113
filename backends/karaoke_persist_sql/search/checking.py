"""Proof that the index and the songs agree, and the mending of what does not.

The documents are compared with those that the songs should have, one by one; their order is read; grams and counts are
made once more from the documents and compared with what is kept. An index that is found to be wrong is made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from karaoke_persist.contract.findings import Finding, Progress
from karaoke_persist.models import Song
from karaoke_persist.models.readings import lacks_readings
from karaoke_persist_sql.search.building import build, keys_of_songs, number_of_songs
from karaoke_persist_sql.search.counts import Tallies
from karaoke_persist_sql.search.indexes import Index, SearchIndexes
from karaoke_persist_sql.search.rows import PlacedRow, placed_rows
from karaoke_persist_sql.search.upkeep import BATCH, COLUMNS, Upkeep, ignored

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession
    from karaoke_persist_sql.session import WritingSession

_READ = (("title", "title_readings"), ("artist", "artist_readings"))


class Check:
    """One look at everything, in one transaction."""

    def __init__(self, session: ReadingSession, indexes: SearchIndexes, progress: Progress | None) -> None:
        self._session, self._indexes, self._progress = session, indexes, progress
        self._state, plans = indexes.state_in(session), session.plans
        tables = indexes.places[self._state.place]
        self._index = Index(tables, plans.rules.get(self._state.version, plans.normaliser))
        self._tables, self._dialect = tables, tables.dialect
        self._upkeep = Upkeep(cast("WritingSession", session), self._index)

    def findings(self, *, repair: bool) -> list[Finding]:
        """What is wrong; mended if that is wanted."""
        readings, wrong = list(self._readings()), list(self._wrong())
        if repair:
            self._repair(cast("WritingSession", self._session), [finding.key for finding in readings], bool(wrong))
        return [*readings, *wrong]

    def _repair(self, session: WritingSession, unread: Sequence[str], wrong: bool) -> None:
        for key in unread:
            self._read_again(session, key)
        if wrong:
            build(session, self._index, self._progress)
            self._indexes.note(session, self._state._replace(version=self._index.normaliser.version))
        for upkeep in session.upkeep_of_songs():
            upkeep.changed(unread)

    # readings

    def _readings(self) -> Iterator[Finding]:
        fields = tuple(name for pair in _READ for name in pair)
        for song_id, *cells in self._rows(fields):
            values = dict(zip(fields, cells, strict=True))
            lacking = [own for own, readings in _READ if lacks_readings(values[own], values[readings])]
            if lacking:
                yield Finding("readings", song_id, f"readings of its {' and '.join(lacking)} are missing")

    def _rows(self, fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Some fields of all songs that can be decoded, behind their keys."""
        plan = self._session.plans[Song]
        columns = ("id", *fields, "id")
        sql = plan.columns_of(columns)
        for keys in keys_of_songs(self._session, self._tables):
            cells = self._session.read(plan, columns, sql, (self._session.plans.dialect.pack(keys),), ignored)
            yield from plan.codec.decode_fields(columns[:-1], cells, ignored)

    def _read_again(self, session: WritingSession, key: str) -> None:
        """Fill what is derived; the row's revision stays, for it says the same as before."""
        plan, integrity = session.plans[Song], Song.integrity
        song = session.get(Song, [key])[key]
        made = plan.codec.cells(integrity.derive(song.__dict__))
        changes = ", ".join(f"{name} = ?" for name in made)
        table = session.plans.dialect.qualified(plan.table.name)
        session.run_many(self._dialect.marked(f"UPDATE {table} SET {changes} WHERE id = ?"), [(*made.values(), key)])  # noqa: S608

    # the index

    def _wrong(self) -> Iterator[Finding]:
        yield from self._documents()
        yield from self._superfluous()
        tallies = Tallies(self._tables)
        yield from self._order(tallies)
        yield from tallies.differences(self._session)

    def _documents(self) -> Iterator[Finding]:
        done, number = 0, number_of_songs(self._session)
        for keys in keys_of_songs(self._session, self._tables):
            there = {row.song_id: row for _, row in self._upkeep.documents(keys)}
            wanted = {row.song_id: row for row in self._upkeep.rows_of_songs(keys)}
            for key in keys:
                if there.get(key) != wanted.get(key):
                    yield Finding("document", key, _difference(there.get(key), wanted.get(key)))
            done += len(keys)
            if self._progress is not None:
                self._progress(done, number)

    def _superfluous(self) -> Iterator[Finding]:
        docs = self._tables.name(self._tables.docs)
        songs = self._session.plans.dialect.qualified(self._session.plans[Song].table.name)
        sql = f"SELECT song_id FROM {docs} WHERE song_id NOT IN (SELECT id FROM {songs})"  # noqa: S608
        for (key,) in self._session.fetch(sql, ()):
            yield Finding("document", key, "there is no such song")

    def _order(self, tallies: Tallies) -> Iterator[Finding]:
        """Whether places run as titles do; on the way, everything is counted, and grams are gathered."""
        grams = self._dialect.gram_check(self._session, self._tables)
        last: PlacedRow | None = None
        for rows in self._places():
            for placed in rows:
                if last is not None and placed.row.order <= last.row.order:
                    yield Finding("document", placed.row.song_id, "it stands in the wrong place")
                last = placed
            tallies.come(rows)
            grams.see(rows)
        yield from grams.findings()

    def _places(self) -> Iterator[list[PlacedRow]]:
        docs, marked = self._tables.name(self._tables.docs), self._dialect.marked
        place = None
        while True:
            behind = "" if place is None else " WHERE place > ?"
            sql = f"SELECT {COLUMNS} FROM {docs}{behind} ORDER BY place LIMIT ?"  # noqa: S608
            rows = placed_rows(self._session.fetch(marked(sql), (*(() if place is None else (place,)), BATCH)))
            if not rows:
                return
            place = rows[-1].place
            yield rows


def _difference(there: object, wanted: object) -> str:
    if there is None:
        return "it is not in the index"
    return (
        "it is missing or cannot be decoded, and is in the index"
        if wanted is None
        else "the index has another text of it"
    )
