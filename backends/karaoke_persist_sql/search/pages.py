"""A page by relevance.

A question with few candidates is answered at once: all hits with their tiers, sorted here. For any other, one tier
after the other is read in the order of places until the page is full, so that the number of hits does not matter.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from karaoke_persist.contract.search import SearchRequest
from karaoke_persist.contract.search.plan import LAST_TIER
from karaoke_persist_sql.search.clauses import Asked
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.index import Clause
from karaoke_persist_sql.search.tiers import COLUMNS, Mark, Tiers, Window

FEW = 200
"""Up to so many candidates, all are looked at."""


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
    few = hits.narrowed(hits.tests.everything(), FEW)
    everything = None if few is None else _all_of_few(hits, few)
    found = _by_tiers(hits, request) if everything is None else _window(hits, request, everything)
    page = found[: request.limit]
    last = page[-1] if page and len(found) > len(page) else None
    place = None if last is None else (last.tier, last.title, last.artist, last.song_id)
    return Found([hit.song_id for hit in page], place, None if everything is None else len(everything))


def _all_of_few(hits: Hits, few: Asked) -> list[Hit]:
    number = hits.tests.tier_number() if hits.plan.whole else Clause(str(LAST_TIER))
    sql, parameters = hits.statement(few, f"{number.sql}, {COLUMNS}")
    return sorted(Hit(*row) for row in hits.fetch(sql, (*number.parameters, *parameters)))


def _window(hits: Hits, request: SearchRequest, found: list[Hit]) -> list[Hit]:
    if request.after is not None:
        tier, *order = request.after
        mark = (tier, _place_of(hits, order))
        found = [hit for hit in found if hit[:2] > mark]
    return found[request.offset : request.offset + request.limit + 1]


def _by_tiers(hits: Hits, request: SearchRequest) -> list[Hit]:
    after: Mark | None = None
    first = 0
    if request.after is not None:
        first, *order = request.after
        after = Mark(_place_of(hits, order), (order[0], order[1], order[2]))
    found: list[Hit] = []
    wanted, offset, tiers = request.limit + 1, request.offset, Tiers(hits)
    for tier in range(first, LAST_TIER + 1) if hits.plan.whole else (LAST_TIER,):
        rows, passed = tiers.rows(tier, Window(after, offset, wanted - len(found)))
        found += [Hit(tier, *row) for row in rows]
        if len(found) == wanted:
            break
        offset, after = offset - passed, None
    return found


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
