"""A page by relevance.

A question with few candidates is answered at once: all hits with their tiers, sorted here. For any other, one tier
after the other is read in the order of places until the page is full, so that the number of hits does not matter. The
better tiers are found by what titles and artists begin with. If they do not fill the page, the words decide, which
costs more; so there, more candidates are few.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from karaoke_persist.contract.search import SearchRequest
from karaoke_persist.contract.search.plan import LAST_TIER
from karaoke_persist_sql.search.clauses import Asked
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.tiers import COLUMNS, Mark, Tiers, Window

FEW = 300
"""Up to so many candidates, all are looked at."""
FEW_BY_WORDS = 1_000
"""The same once the better tiers have not filled the page, where it is known which grams are rare."""
BY_WORDS = 4
"""The first tier that words decide."""


class Found(NamedTuple):
    """A page of songs by their keys."""

    keys: list[str]
    place: tuple[Any, ...] | None
    """Of the last one, if there are more."""
    total: int | None = None
    """How many match, if it came to light."""


class Hit(NamedTuple):
    """A song of a page."""

    tier: int
    place: int
    song_id: str
    title: str
    artist: str


def page_by_relevance(hits: Hits, request: SearchRequest) -> Found:
    """The page that a request asks for."""
    asked = hits.tests.everything()
    everything = _all_of_few(hits, asked, FEW) if (hits.estimate(asked) or 0) <= FEW else None
    found = _by_tiers(hits, asked, request) if everything is None else _window(hits, request, everything)
    page = found[: request.limit]
    last = page[-1] if page and len(found) > len(page) else None
    place = None if last is None else (last.tier, last.title, last.artist, last.song_id)
    return Found([hit.song_id for hit in page], place, None if everything is None else len(everything))


def _all_of_few(hits: Hits, asked: Asked, most: int) -> list[Hit] | None:
    """All hits in order; None if there are more candidates than that."""
    few = hits.narrowed(asked, most)
    if few is None:
        return None
    number = hits.tests.tier_number() if hits.plan.whole else Clause(str(LAST_TIER))
    sql, parameters = hits.statement(few, f"{number.sql}, {COLUMNS}")
    return sorted(Hit(*row) for row in hits.fetch(sql, (*number.parameters, *parameters)))


def _window(hits: Hits, request: SearchRequest, found: list[Hit]) -> list[Hit]:
    if request.after is not None:
        tier, *order = request.after
        mark = (tier, _place_of(hits, order))
        found = [hit for hit in found if hit[:2] > mark]
    return found[request.offset : request.offset + request.limit + 1]


def _by_tiers(hits: Hits, asked: Asked, request: SearchRequest) -> list[Hit]:
    after: Mark | None = None
    first = 0 if hits.plan.whole else LAST_TIER
    if request.after is not None:
        first, *order = request.after
        after = Mark(_place_of(hits, order), (order[0], order[1], order[2]))
    found: list[Hit] = []
    wanted, offset, tiers = request.limit + 1, request.offset, Tiers(hits)
    for tier in range(first, LAST_TIER + 1):
        if tier == max(first, BY_WORDS) and (rest := _rest(hits, asked, tier, after)) is not None:
            return found + rest[offset : offset + wanted - len(found)]
        rows, passed = tiers.rows(tier, Window(after, offset, wanted - len(found)))
        found += [Hit(tier, *row) for row in rows]
        if len(found) == wanted:
            break
        offset, after = offset - passed, None
    return found


def _rest(hits: Hits, asked: Asked, tier: int, after: Mark | None) -> list[Hit] | None:
    """All hits from a tier on, perhaps only those of it behind a mark; None if there are many candidates."""
    rest = _all_of_few(hits, asked, FEW_BY_WORDS) if hits.dialect.counts_grams else None
    begin = (tier, _BEFORE_ALL if after is None else after.place)
    return None if rest is None else [hit for hit in rest if hit[:2] > begin]


def _place_of(hits: Hits, order: list[Any]) -> int:
    """The place of the last document up to one, which may be gone."""
    docs = hits.tables.name(hits.tables.docs)
    sql = (
        f"SELECT place FROM {docs} WHERE (title, artist, song_id) <= (?, ?, ?)"  # noqa: S608
        " ORDER BY title DESC, artist DESC, song_id DESC LIMIT 1"
    )
    rows = hits.fetch(sql, order)
    return int(rows[0][0]) if rows else _BEFORE_ALL


_BEFORE_ALL = -(1 << 63)
