"""What a text may be the beginning of: first what was sung, the most first; then artists and songs in turn.

Songs come from the index that orders documents by title, and from that of the other forms of titles, of which there
are few as a rule. Sung ones with a beginning of up to three characters are looked up; they may be many, and so may
those with a longer one, which are found among them then.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice, zip_longest

from karaoke_persist.contract.search import Completion, CompletionRequest, Normaliser
from karaoke_persist.models import Song
from karaoke_persist_sql.search.artist_names import Artists, Named
from karaoke_persist_sql.search.clauses import VISIBLE, Asked, Part, all_of, any_of, in_range
from karaoke_persist_sql.search.further_titles import further_places
from karaoke_persist_sql.search.grams import HIDDEN, SUNG, TITLE, Grams, start_grams
from karaoke_persist_sql.search.hits import Hits, Row
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.tally import LONGEST

FEW = 1_000
"""Up to so many songs that were sung are gathered."""
FURTHER = 200
"""Up to so many other forms of titles are looked at."""
WAS_SUNG, NOT_SUNG = Clause("d.plays != 0"), Clause("d.plays = 0")
"""The first as the index of sung songs by title says it."""
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
        self._docs = f"{hits.tables.name(hits.tables.docs)} AS d"
        self._shown = () if hits.plan.hidden else (VISIBLE,)

    def sung(self) -> list[Named]:
        """Those that were sung, the most first."""
        found = self._few_sung() if all(len(start) > LONGEST for start in self._starts) else None
        if found is None:
            found = [row for start in self._starts for row in self._ranked(start)]
        return self._first(found)

    def others(self) -> list[Named]:
        """Those that were never sung, in their order."""
        if self._further is None:
            without = (SUNG,) if self._hits.plan.hidden else (SUNG, HIDDEN)
            return self._first(self._hits.stream(self._asked(without), _SONG, limit=self._limit))
        rows = self._with_first(NOT_SUNG, self._limit, " ORDER BY d.title, d.artist, d.song_id")
        return self._first(rows + [row for row in self._further if not row[-1]])

    def _first(self, rows: list[Row]) -> list[Named]:
        return sorted({row[2]: _song(row) for row in rows}.values())[: self._limit]

    def _asked(self, without: Grams) -> Asked:
        begin = any_of(self._hits.tests.begins("title", start) for start in self._starts)
        return Asked([Part(tuple(start_grams(TITLE, start) for start in self._starts))], without, [begin])

    def _few_sung(self) -> list[Row] | None:
        """All that were sung, in no order; None if they are many."""
        if self._further is None:
            return None
        rows = self._with_first(WAS_SUNG, FEW + 1)
        return None if len(rows) > FEW else rows + [row for row in self._further if row[-1]]

    def _with_first(self, which: Clause, limit: int, order: str = "") -> list[Row]:
        """Songs by their primary title; for each of the texts no more than so many."""
        rows = []
        for start in self._starts:
            where = all_of([in_range("d.title", start), which, *self._shown])
            sql = f"SELECT {_SONG} FROM {self._docs} WHERE {where.sql}{order} LIMIT ?"  # noqa: S608
            rows += self._hits.fetch(sql, (*where.parameters, limit))
        return rows

    @cached_property
    def _further(self) -> list[Row] | None:
        """Songs by any other form of their title; None if they are many."""
        places = further_places(self._hits, self._starts, FURTHER)
        if places is None:
            return None
        asked = Asked(where=[self._hits.at(places), *self._shown])
        return self._hits.fetch(*self._hits.statement(asked, _SONG)) if places else []

    def _ranked(self, start: str) -> list[Row]:
        """From the songs that were sung by beginning, the most sung first."""
        tables = self._hits.tables
        wheres = [Clause("s.start = ? AND d.place = s.place", (start[:LONGEST],)), *self._shown]
        if len(start) > LONGEST:
            wheres.append(self._hits.tests.begins("title", start))
        where = all_of(wheres)
        sql = (
            f"SELECT {_SONG} FROM {tables.name(tables.song_starts)} AS s CROSS JOIN {self._docs}"  # noqa: S608
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
