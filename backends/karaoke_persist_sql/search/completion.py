"""What a text may be the beginning of: first what was sung, the most first; then artists and songs in turn.

Beginnings of up to three characters are looked up. Of longer ones, those with few names are gathered, titles from the
index that orders documents, and the others are found among the names that begin with the same three characters, in
their order.
"""

from __future__ import annotations

from itertools import islice, zip_longest

from karaoke_persist.contract.search import Completion, CompletionRequest, Normaliser
from karaoke_persist.models import Song
from karaoke_persist_sql.search.artist_names import Artists, Named
from karaoke_persist_sql.search.clauses import VISIBLE, Asked, Part, all_of, any_of, begins_with, in_range, not_true
from karaoke_persist_sql.search.further_titles import further_places
from karaoke_persist_sql.search.grams import HIDDEN, SUNG, TITLE, Grams, start_grams
from karaoke_persist_sql.search.hits import Hits, Row
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.tally import LONGEST

FEW = 1_000
_SONG = "d.title, d.artist, d.song_id, d.artist_name, d.plays"


def complete(hits: Hits, request: CompletionRequest) -> list[Completion]:
    """The completions of a text, in order."""
    starts = starts_meant(hits.normaliser, request.text)
    if not starts or not request.limit:
        return []
    artists, songs = Artists(hits, starts, request.limit), Songs(hits, starts, request.limit)
    told = sorted((*artists.sung(), *songs.sung()))[: request.limit]
    if len(told) < request.limit:
        others = zip_longest(artists.others(), songs.others())
        told += islice((each for pair in others for each in pair if each is not None), request.limit - len(told))
    return _told(hits, told)


def starts_meant(normaliser: Normaliser, text: str) -> tuple[str, ...]:
    """The folds of a text, but for those that begin with another; none if there is nothing to begin with."""
    primary, expanded = normaliser.primary(text), normaliser.expanded(text)
    if not primary:
        return ()
    return (primary,) if expanded.startswith(primary) else (primary, expanded)


class Songs:
    """The songs with a title that begins so."""

    def __init__(self, hits: Hits, starts: tuple[str, ...], limit: int) -> None:
        self._hits, self._starts, self._limit = hits, starts, limit
        self._shown = () if hits.plan.hidden else (VISIBLE,)
        self._few = None if any(len(start) <= LONGEST for start in starts) else self._gathered()

    def sung(self) -> list[Named]:
        """Those that were sung, the most first."""
        if self._few is not None:
            return sorted(named for named in self._few if named.rank)[: self._limit]
        found = {row[2]: _song(row) for start in self._starts for row in self._sung_with(start)}
        return sorted(found.values())[: self._limit]

    def others(self) -> list[Named]:
        """Those that were never sung."""
        if self._few is not None:
            return sorted(named for named in self._few if not named.rank)[: self._limit]
        without = (SUNG,) if self._hits.plan.hidden else (SUNG, HIDDEN)
        asked = self._asked(without, self._starts)
        return [_song(row) for row in self._hits.stream(asked, _SONG, limit=self._limit)]

    def _asked(self, without: Grams, starts: tuple[str, ...]) -> Asked:
        begin = any_of(self._hits.tests.begins("title", start) for start in starts)
        return Asked([Part(tuple(start_grams(TITLE, start) for start in starts))], without, [begin])

    def _gathered(self) -> list[Named] | None:
        """If they are few: all that were sung, and the first of the others. None if they are many."""
        hits, begin = self._hits, any_of(begins_with("d.title", start) for start in self._starts)
        if sum(map(self._number_with, self._starts)) > FEW:
            return None
        further = further_places(hits, self._starts, FEW, not_true(begin))
        if further is None:
            return None
        asked = Asked(where=[hits.at(further), *self._shown])
        rows = hits.fetch(*hits.statement(asked, _SONG)) if further else []
        for start in self._starts:
            rows += self._with_first(start)
        return [_song(row) for row in rows]

    def _number_with(self, start: str) -> int:
        where, docs = in_range("d.title", start), self._hits.tables.name(self._hits.tables.docs)
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {docs} AS d WHERE {where.sql} LIMIT ?) AS found"  # noqa: S608
        return int(self._hits.fetch(sql, (*where.parameters, FEW + 1))[0][0])

    def _with_first(self, start: str) -> list[Row]:
        """By their primary title, from the index that orders documents; `plays` has one that would not help here."""
        docs = self._hits.tables.name(self._hits.tables.docs)
        where = all_of([in_range("d.title", start), *self._shown])
        sql = f"SELECT {_SONG} FROM {docs} AS d WHERE {where.sql} AND d.plays + 0"  # noqa: S608
        sung = self._hits.fetch(f"{sql} > 0", where.parameters)
        in_order = f"{sql} = 0 ORDER BY d.title, d.artist, d.song_id LIMIT ?"
        return sung + self._hits.fetch(in_order, (*where.parameters, self._limit))

    def _sung_with(self, start: str) -> list[Row]:
        if len(start) > LONGEST:
            sung = Part(((SUNG,),), Clause("d.plays > 0"))
            few = self._hits.narrowed(self._asked((), (start,)).plus(*self._shown, needed=[sung]), FEW)
            if few is not None:
                return self._hits.fetch(*self._hits.statement(few, _SONG))
        return self._ranked(start)

    def _ranked(self, start: str) -> list[Row]:
        tables = self._hits.tables
        wheres = [Clause("s.start = ? AND d.place = s.place", (start[:LONGEST],)), *self._shown]
        if len(start) > LONGEST:
            wheres.append(self._hits.tests.begins("title", start))
        where = all_of(wheres)
        sql = (
            f"SELECT {_SONG} FROM {tables.name(tables.song_starts)} AS s CROSS JOIN {tables.name(tables.docs)} AS d"  # noqa: S608
            f" WHERE {where.sql} ORDER BY s.rank, s.place LIMIT ?"
        )
        return self._hits.fetch(sql, (*where.parameters, self._limit))


def _song(row: Row) -> Named:
    title, artist, key, name, plays = row
    return Named(-plays, ("song", title, artist, key), name, key)


def _told(hits: Hits, named: list[Named]) -> list[Completion]:
    titles = _titles(hits, [each.song_id for each in named if each.song_id is not None])
    told = []
    for rank, _, artist, key in named:
        if key is None:
            told.append(Completion("artist", artist, artist, None, -rank))
        elif key in titles:
            told.append(Completion("song", titles[key], artist, key, -rank))
    return told


def _titles(hits: Hits, keys: list[str]) -> dict[str, str]:
    """As they are stored."""
    if not keys:
        return {}
    sql = hits.session.plans[Song].columns_of(("id", "title"))
    return dict(hits.session.fetch(sql, (hits.session.plans.dialect.pack(keys),)))
