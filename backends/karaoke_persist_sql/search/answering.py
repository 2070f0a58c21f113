"""The answers of an index, one for each question of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karaoke_persist.contract.reference.search_answers import NOTHING_NEAR, Near, counted, wants_near
from karaoke_persist.contract.search import (
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    SearchQuery,
    SearchRequest,
    SearchResult,
    plan_of,
)
from karaoke_persist.contract.search.request import COUNT_CAP, NEAR_BELOW
from karaoke_persist_sql.search import artists, completion
from karaoke_persist_sql.search.facets import count_facets
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.near_songs import NearMatches
from karaoke_persist_sql.search.pages import page_by_relevance
from karaoke_persist_sql.search.sorted_pages import page_by_field

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession
    from karaoke_persist_sql.search.indexes import Index


class Answers:
    """What a session can be asked."""

    def __init__(self, session: ReadingSession, index: Index) -> None:
        self._session, (self._tables, self._normaliser) = session, index

    def search(self, request: SearchRequest) -> SearchResult:
        """A page of songs, and what else is wanted beside it."""
        hits = self._hits(request.query, hidden=request.hidden)
        page = page_by_relevance if request.sort == "relevance" else page_by_field
        found = page(hits, request)
        if found.total is not None:
            hits.known_total = found.total
        total, capped = _total(hits, request)
        near = _near(hits, request)
        return SearchResult(
            songs=tuple(hits.songs(found.keys)),
            place=found.place,
            total=total,
            capped=capped,
            facets=count_facets(hits, request.facets),
            near=near.songs,
            near_artists=near.artists,
            rules=self._normaliser.version,
        )

    def search_artists(self, request: ArtistSearchRequest) -> list[ArtistHits]:
        """The same grouped by artist."""
        return artists.search_artists(self._hits(request.query, hidden=request.hidden), request)

    def complete(self, request: CompletionRequest) -> list[Completion]:
        """What a text may be the beginning of."""
        return completion.complete(self._hits(SearchQuery(), hidden=request.hidden), request)

    def _hits(self, query: SearchQuery, *, hidden: bool) -> Hits:
        return Hits(self._session, self._tables, self._normaliser, plan_of(query, self._normaliser, hidden=hidden))


def _total(hits: Hits, request: SearchRequest) -> tuple[int | None, bool]:
    if request.total == "none":
        return None, False
    return counted(hits.total(COUNT_CAP + 1 if request.total == "capped" else None), request.total)


def _near(hits: Hits, request: SearchRequest) -> Near:
    if not wants_near(hits.plan, request, found=0) or hits.total(NEAR_BELOW) >= NEAR_BELOW:
        return NOTHING_NEAR
    matches = NearMatches(hits)
    return Near(tuple(hits.songs(matches.songs())), tuple(matches.artists()))
