"""How many of the hits have each language, genre, decade and artist.

Facets that count the same songs read them once. Of all songs there are counters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final

from karaoke_persist.contract.reference.facets import Facets, facet_counts, merged_counts, without_own_filter
from karaoke_persist.contract.search import Facet, FacetCount, SearchPlan
from karaoke_persist.contract.search.request import FACET_ARTISTS, FACET_CAP
from karaoke_persist.models import Song
from karaoke_persist_sql.search.artists import missing_songs
from karaoke_persist_sql.search.hits import Hits, Row

_PAGE = 100
_COLUMNS: Final[Mapping[Facet, str]] = MappingProxyType(
    {"language": "d.language", "genre": "d.genre", "decade": "d.year", "artist": "d.artist_name"}
)


def count_facets(hits: Hits, facets: Iterable[Facet]) -> Facets:
    """Each facet of the songs that match, its own filter left out."""
    groups: dict[SearchPlan, list[Facet]] = {}
    for facet in dict.fromkeys(facets):
        groups.setdefault(without_own_filter(hits.plan, facet), []).append(facet)
    counts: dict[Facet, tuple[FacetCount, ...] | None] = {}
    for plan, some in groups.items():
        if plan.is_everything:
            counts.update((facet, _of_all(hits, facet)) for facet in some)
        else:
            counts.update(_of_hits(hits.of(plan), some))
    return MappingProxyType(counts)


def _of_hits(hits: Hits, facets: list[Facet]) -> Iterable[tuple[Facet, tuple[FacetCount, ...] | None]]:
    columns = ", ".join(_COLUMNS[facet] for facet in facets)
    sql, parameters = hits.statement(hits.tests.everything(), columns, thorough=True)
    rows = hits.fetch(f"{sql} LIMIT ?", (*parameters, FACET_CAP + 1))
    if len(rows) > FACET_CAP:
        return [(facet, None) for facet in facets]
    return [(facet, facet_counts(facet, _values(facet, rows, place))) for place, facet in enumerate(facets)]


def _values(facet: Facet, rows: list[Row], place: int) -> Iterable[Any]:
    values = map(itemgetter(place), rows)
    if facet == "decade":
        return (None if year is None else year // 10 * 10 for year in values)
    return values


def _of_all(hits: Hits, facet: Facet) -> tuple[FacetCount, ...]:
    if facet == "artist":
        return tuple(FacetCount(name, songs) for name, songs in _artists_of_all(hits))
    which = "" if hits.plan.hidden else " AND hidden = 0"
    sql = f"SELECT value, songs FROM {hits.tables.name(hits.tables.facets)} WHERE facet = ?{which}"  # noqa: S608
    counts = Counter[Any]()
    for value, songs in hits.fetch(sql, (facet,)):
        counts[int(value) if facet == "decade" else value] += songs
    return merged_counts(facet, counts)


def _artists_of_all(hits: Hits) -> Iterator[Row]:
    """The first of the artists by number of songs, from the counters beside the songs.

    Of missing songs, and to guests of hidden ones, an artist has as many fewer. So the order is another, but nobody
    moves up: the list is read until what follows can only come behind.
    """
    layout, dialect = hits.session.plans.layout, hits.session.plans.dialect
    counts = dialect.qualified(layout.counters[Song, "artist"].name)
    unseen = Counter[str](dict(hits.fetch(missing_songs(hits))))
    if not hits.plan.hidden:
        unseen.update(dict(_hidden_artists(hits)))
    sql = f"SELECT -n, value_fold, value FROM {counts} ORDER BY n DESC, value_fold, value LIMIT ? OFFSET ?"  # noqa: S608
    best: list[Row] = []
    for page in count():
        rows = hits.fetch(sql, (_PAGE, page * _PAGE))
        seen = [(n + unseen[name], fold, name) for n, fold, name in rows]
        best = sorted([*best, *(row for row in seen if row[0])])[:FACET_ARTISTS]
        if len(rows) < _PAGE or (len(best) == FACET_ARTISTS and best[-1] <= rows[-1]):
            break
    return ((name, -n) for n, _, name in best)


def _hidden_artists(hits: Hits) -> list[Row]:
    facets = hits.tables.name(hits.tables.facets)
    return hits.fetch(f"SELECT value, songs FROM {facets} WHERE facet = 'artist' AND hidden = 1")  # noqa: S608
