"""The artists with a name that begins with a text.

Beginnings of up to three characters have their counts. Of longer ones, those with few names are gathered and added up.
Those with many are found among the names that begin with the same three characters: where the primary form goes on as
it should, all songs of the name count; names that begin so in another form only are gathered.
"""

from __future__ import annotations

from typing import NamedTuple

from karaoke_persist_sql.search.clauses import all_of, begins_with, in_range
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.rows import BREAK, unwrapped
from karaoke_persist_sql.search.tally import LONGEST

FEW = 300


class Named(NamedTuple):
    """A song or an artist: how often it was sung, negative; where it stands among equals; and what is told of it."""

    rank: int
    order: tuple[str, ...]
    artist: str
    song_id: str | None = None


class Artists:
    """The artists whose name begins with one of some texts, of which none begins with another."""

    def __init__(self, hits: Hits, starts: tuple[str, ...], limit: int) -> None:
        self._hits, self._starts, self._limit = hits, starts, limit
        tables = hits.tables
        self._names, self._forms = tables.name(tables.artist_starts), tables.name(tables.artist_forms)
        self._artists = tables.name(tables.artists)
        self._songs, self._plays = ("songs", "plays") if hits.plan.hidden else ("visible", "visible_plays")
        self._is_short = len(starts) == 1 and len(starts[0]) <= LONGEST
        self._looks_up = self._is_short or (len(starts) == 1 and self._are_many())
        self._gathered = [] if self._is_short else self._gather()

    def sung(self) -> list[Named]:
        """Those that were sung, the most first."""
        found = [named for named in self._gathered if named.rank]
        which = Clause(f"{self._plays} > 0")
        found += self._looked_up(which, begins_with("form", self._starts[0]), f"{self._plays} DESC, form, name")
        return sorted(found)[: self._limit]

    def others(self) -> list[Named]:
        """Those that were never sung, by name."""
        found = [named for named in self._gathered if not named.rank]
        which = Clause(f"{self._plays} = 0")
        found += self._looked_up(which, in_range("form", self._starts[0]), "form, name")
        return sorted(found)[: self._limit]

    def _looked_up(self, which: Clause, goes_on: Clause, order: str) -> list[Named]:
        """From the counts by beginning; where that is longer, the primary form has to go on as it does."""
        if not self._looks_up:
            return []
        start = self._starts[0]
        where = all_of([Clause("start = ?", (start[:LONGEST],)), which, *([] if self._is_short else [goes_on])])
        if not self._hits.plan.hidden:
            where = all_of([where, self._is_seen(start)])
        sql = f"SELECT form, name, {self._plays} FROM {self._names} AS s WHERE {where.sql} ORDER BY {order} LIMIT ?"  # noqa: S608
        rows = self._hits.fetch(sql, (*where.parameters, self._limit))
        return [_artist(form, name, plays) for form, name, plays in rows]

    def _is_seen(self, start: str) -> Clause:
        """Whether a song that is not hidden has such a form of the artist."""
        begins = self._hits.dialect.contains("a.forms")
        seen = f"SELECT 1 FROM {self._artists} AS a WHERE a.name = s.name AND a.visible > 0 AND {begins}"  # noqa: S608
        return Clause(f"EXISTS ({seen})", (f"{BREAK} {start}",))

    def _are_many(self) -> bool:
        where = in_range("form", self._starts[0])
        sql = f"SELECT 1 FROM {self._forms} WHERE further = 0 AND {where.sql} LIMIT ?"  # noqa: S608
        return len(self._hits.fetch(sql, (*where.parameters, FEW + 1))) > FEW

    def _gather(self) -> list[Named]:
        """The names to be added up: all, or those that the counts do not have."""
        ranges = [in_range("f.form", start) for start in self._starts]
        further = "f.further = 1" if self._looks_up else "f.further IN (0, 1)"
        each = (f"SELECT f.artist_id FROM {self._forms} AS f WHERE {further} AND {where.sql}" for where in ranges)  # noqa: S608
        ids, parameters = " UNION ALL ".join(each), [value for where in ranges for value in where.parameters]
        sql = f"SELECT name, forms, {self._songs}, {self._plays} FROM {self._artists} WHERE id IN ({ids})"  # noqa: S608
        primary: dict[str, str] = {}
        plays: dict[str, int] = {}
        for name, forms, songs, sung in self._hits.fetch(sql, parameters):
            first = unwrapped(forms)[0]
            if songs and not (self._looks_up and first.startswith(self._starts)):
                primary[name], plays[name] = first, plays.get(name, 0) + sung
        return [_artist(primary[name], name, plays[name]) for name in primary]


def _artist(form: str, name: str, plays: int) -> Named:
    return Named(-plays, ("artist", form, name), name)
