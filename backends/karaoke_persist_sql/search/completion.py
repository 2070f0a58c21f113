"""What a text may be the beginning of: first what was sung, the most first; then artists and songs in turn.

Beginnings of up to three characters are looked up. Of longer ones, those with few names are gathered, and the others
are found among the names that begin with the same three characters, in their order.
"""

from __future__ import annotations

from itertools import islice, zip_longest

from karaoke_persist.contract.search import Completion, CompletionRequest, Normaliser
from karaoke_persist.models import Song
from karaoke_persist_sql.search.artist_names import Artists, Named
from karaoke_persist_sql.search.clauses import VISIBLE, Asked, all_of, any_of
from karaoke_persist_sql.search.grams import HIDDEN, SUNG, TITLE, start_grams
from karaoke_persist_sql.search.hits import Hits, Row
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.tally import LONGEST

FEW = 300
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

    def sung(self) -> list[Named]:
        """Those that were sung, the most first."""
        found = {row[2]: _song(row) for start in self._starts for row in self._sung_with(start)}
        return sorted(found.values())[: self._limit]

    def others(self) -> list[Named]:
        """Those that were never sung."""
        without = (SUNG,) if self._hits.plan.hidden else (SUNG, HIDDEN)
        begin = any_of(self._hits.tests.begins("title", start) for start in self._starts)
        asked = Asked([tuple(start_grams(TITLE, start) for start in self._starts)], without, [begin])
        return [_song(row) for row in self._hits.stream(asked, _SONG, limit=self._limit)]

    def _sung_with(self, start: str) -> list[Row]:
        if len(start) > LONGEST:
            asked = Asked([(start_grams(TITLE, start),), ((SUNG,),)], (), [self._hits.tests.begins("title", start)])
            if self._hits.candidates(asked, FEW + 1) <= FEW:
                return self._hits.stream(asked.plus(*self._shown), _SONG)
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
