"""Songs that match, grouped by artist: the groups, then the samples of a page of them."""

from __future__ import annotations

from karaoke_persist.contract.search import ArtistHits, ArtistSearchRequest
from karaoke_persist.models import Song
from karaoke_persist.models.text import key_fold
from karaoke_persist_sql.search.clauses import Asked
from karaoke_persist_sql.search.hits import Hits, Row

FEW = 3_000
"""Up to so many candidates, the groups of all are made."""
BATCHES = (64, 128, 256)
"""So many artists are looked at, one batch after the other, before the groups of all hits are made."""


def search_artists(hits: Hits, request: ArtistSearchRequest) -> list[ArtistHits]:
    """The artists that have matching songs, in the order of their names."""
    groups = _groups_of_all(hits, request) if hits.plan.is_everything else _groups_of_hits(hits, request)
    samples = _samples(hits, [name for name, _ in groups], request.samples)
    songs = {song.id: song for song in hits.songs([key for keys in samples.values() for key in keys])}
    return [
        ArtistHits(name, number, tuple(songs[key] for key in samples.get(name, ()) if key in songs))
        for name, number in groups
    ]


def _groups_of_hits(hits: Hits, request: ArtistSearchRequest) -> list[Row]:
    """Of few hits, or of hits of few artists, all groups are made; of any other, those that come first."""
    asked = hits.tests.everything()
    few = hits.narrowed(asked, FEW)
    found = _first_groups(hits, request) if few is None and request.limit <= BATCHES[0] else None
    if found is not None:
        return found
    counts = _counted(hits, asked if few is None else few)
    ranked = sorted(counts, key=lambda group: _name_order(group[0]))
    if request.after is not None:
        mark = _name_order(request.after)
        ranked = [group for group in ranked if _name_order(group[0]) > mark]
    return ranked[: request.limit]


def _counted(hits: Hits, asked: Asked) -> list[Row]:
    sql, parameters = hits.statement(asked, "d.artist_name, count(*)")
    return hits.fetch(f"{sql} GROUP BY d.artist_name", parameters)


def _first_groups(hits: Hits, request: ArtistSearchRequest) -> list[Row] | None:
    """The artists in their order, some at a time, until enough have hits; None if that would take too long."""
    groups, looked = list[Row](), 0
    after = None if request.after is None else _name_order(request.after)
    for size in BATCHES:
        names = _names(hits, after, size)
        asked = hits.tests.everything().plus(needed=[hits.called([name for _, name in names])])
        counts = dict[str, int](_counted(hits, asked) if names else [])
        groups += [(name, counts[name]) for _, name in names if name in counts]
        if len(groups) >= request.limit or len(names) < size:
            return groups[: request.limit]
        after, looked = names[-1], looked + size
        if len(groups) * sum(BATCHES) < request.limit * looked:
            return None
    return None


def _names(hits: Hits, after: tuple[str, str] | None, number: int) -> list[tuple[str, str]]:
    """The folds and names of artists of any songs, in their order."""
    layout, dialect = hits.session.plans.layout, hits.session.plans.dialect
    where = "" if after is None else " WHERE (value_fold, value) > (?, ?)"
    counts = dialect.qualified(layout.counters[Song, "artist"].name)
    sql = f"SELECT value_fold, value FROM {counts}{where} ORDER BY value_fold, value LIMIT ?"  # noqa: S608
    return [(fold, name) for fold, name in hits.fetch(sql, (*(after or ()), number))]


def _groups_of_all(hits: Hits, request: ArtistSearchRequest) -> list[Row]:
    """From the counters beside the songs, less what is missing, and to guests less what is hidden."""
    layout, dialect = hits.session.plans.layout, hits.session.plans.dialect
    counts, facets = dialect.qualified(layout.counters[Song, "artist"].name), hits.tables.name(hits.tables.facets)
    tables = f"{counts} AS c LEFT JOIN ({missing_songs(hits)}) AS m ON m.artist = c.value"
    songs = "c.n - coalesce(m.songs, 0)"
    if not hits.plan.hidden:
        same = "h.facet = 'artist' AND h.hidden = 1 AND h.fold = c.value_fold AND h.value = c.value"
        tables += f" LEFT JOIN {facets} AS h ON {same}"
        songs += " - coalesce(h.songs, 0)"
    wheres, parameters = [f"{songs} > 0"], list[object]()
    if request.after is not None:
        wheres.append("(c.value_fold, c.value) > (?, ?)")
        parameters += _name_order(request.after)
    where = " AND ".join(wheres)
    sql = f"SELECT c.value, {songs} FROM {tables} WHERE {where} ORDER BY c.value_fold, c.value LIMIT ?"  # noqa: S608
    return hits.fetch(sql, (*parameters, request.limit))


def missing_songs(hits: Hits) -> str:
    """How many missing songs the artists have, who are counted beside the songs and are no part of the index."""
    songs = hits.session.plans.dialect.qualified(hits.session.plans[Song].table.name)
    return f"SELECT artist, count(*) AS songs FROM {songs} WHERE missing_since IS NOT NULL GROUP BY artist"  # noqa: S608


def _samples(hits: Hits, names: list[str], number: int) -> dict[str, list[str]]:
    """The keys of the first songs of each artist."""
    if not names or not number:
        return {}
    asked = hits.tests.everything().plus(needed=[hits.called(names)])
    numbered = "d.artist_name, d.song_id, row_number() OVER (PARTITION BY d.artist_name ORDER BY {place}) AS number"
    inner, parameters = hits.statement(asked, numbered)
    sql = f"SELECT artist_name, song_id FROM ({inner}) AS numbered WHERE number <= ? ORDER BY artist_name, number"  # noqa: S608
    found: dict[str, list[str]] = {}
    for name, key in hits.fetch(sql, (*parameters, number)):
        found.setdefault(name, []).append(key)
    return found


def _name_order(name: str) -> tuple[str, str]:
    return key_fold(name), name
