"""What a session answers, with the index of its version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, Final

from karaoke_persist.contract import Order, Query
from karaoke_persist.contract import reference as every
from karaoke_persist.contract.reference import search_answers as reference
from karaoke_persist.contract.reference.facets import (
    Facets,
    count_facet,
    merged_counts,
    up_to_cap,
    without_own_filter,
)
from karaoke_persist.contract.reference.search_answers import NOTHING_NEAR, Indexed, Near, Page, Place
from karaoke_persist.contract.search import (
    NORMALISER,
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    Facet,
    FacetCount,
    SearchDocument,
    SearchPlan,
    SearchQuery,
    SearchRequest,
    SearchResult,
    plan_of,
)
from karaoke_persist.contract.search.plan import Needle
from karaoke_persist.contract.search.request import NEAR_BELOW
from karaoke_persist.contract.store import StoreSession
from karaoke_persist.models import Song
from karaoke_persist_memory.search.finding import Candidates, Finding, candidates, number_of
from karaoke_persist_memory.search.grams import ARTIST, SUNG, TITLE, UNSUNG, Sieve, near_sieve, start_sieve
from karaoke_persist_memory.search.index import SearchIndex
from karaoke_persist_memory.table import Table

FEW: Final = 200
"""So many hits are cheaper to sort than to look for tier by tier."""
MANY: Final = 10_000
"""Among so many hits a page is found by walking through all songs in their order."""


class Searching:
    """A version of the songs with its index, and the session that reads it."""

    def __init__(self, session: StoreSession, table: Table, index: SearchIndex) -> None:
        self._session, self._table, self._index = session, table, index

    def search(self, request: SearchRequest) -> SearchResult:
        """A page of songs, and what else is asked for. Missing songs are in no index, and are looked for one by one."""
        if request.missing:
            return every.search(self._session, request)
        plan = plan_of(request.query, NORMALISER, hidden=request.hidden)
        finding = Finding(self._index, plan)
        found = self._count(finding, request)
        return reference.answer(
            self._session,
            request,
            self._page(finding, plan, request),
            found=found,
            facets=self._facets(plan, request.facets),
            near=self._near(plan) if reference.wants_near(plan, request, found) else NOTHING_NEAR,
        )

    def artists(self, request: ArtistSearchRequest) -> list[ArtistHits]:
        """Artists with matching songs."""
        if request.missing:
            return every.search_artists(self._session, request)
        plan = plan_of(request.query, NORMALISER, hidden=request.hidden)
        return reference.artist_hits(self._session, request, Finding(self._index, plan).hits())

    def complete(self, request: CompletionRequest) -> list[Completion]:
        """What a text may be the beginning of."""
        if request.missing:
            return every.complete(self._session, request)
        starts = reference.starts_of(request, NORMALISER)
        if not starts:
            return []
        plan = plan_of(SearchQuery(), NORMALISER, hidden=request.hidden)
        artists = self._passing(plan, start_sieve(ARTIST, starts))
        sung, unsung = (self._passing(plan, start_sieve(TITLE, starts, sign)) for sign in (SUNG, UNSUNG))
        songs = chain(sung, islice(unsung, request.limit))
        return reference.completions(self._session, request, starts, songs, artists)

    def _count(self, finding: Finding, request: SearchRequest) -> int:
        if request.total == "none":
            return sum(1 for _ in islice(finding.hits(), NEAR_BELOW)) if request.near else 0
        return finding.count()

    def _page(self, finding: Finding, plan: SearchPlan, request: SearchRequest) -> Page:
        field = reference.sort_field(request)
        if field is None and finding.at_most > FEW:
            return reference.window(request, islice(finding.ranked(request.after), request.offset, None))
        if field is not None and finding.at_most > MANY:
            return reference.window(request, islice(self._walk(finding, field, request), request.offset, None))
        return reference.page_of(plan, request, (self._indexed(each, field) for each in finding.hits()))

    def _facets(self, plan: SearchPlan, facets: Iterable[Facet]) -> Facets:
        plans: dict[Facet, SearchPlan] = {facet: without_own_filter(plan, facet) for facet in facets}
        wider = (each for each in dict.fromkeys(plans.values()) if not each.is_everything)
        hits = {each: up_to_cap(each, Finding(self._index, each).hits()) for each in wider}
        counts: dict[Facet, tuple[FacetCount, ...] | None] = {
            facet: self._counts(facet, plan.hidden) if each.is_everything else count_facet(facet, hits[each])
            for facet, each in plans.items()
        }
        return MappingProxyType(counts)

    def _counts(self, facet: Facet, hidden: bool) -> tuple[FacetCount, ...]:
        """A facet of all songs."""
        counts = Counter[Any]()
        for chunk in self._index.chunks:
            counts.update(chunk.counted(facet, hidden))
        counts.pop(None, None)
        return merged_counts(facet, counts)

    def _near(self, plan: SearchPlan) -> Near:
        """Among the songs that have the longest needles, or words near them; when they are few, the others can wait."""
        words: dict[Needle, Iterable[str]] = {}
        found: Candidates = []
        for needle in reference.telling(plan):
            words[needle] = self._index.vocabulary.near(needle)
            found = candidates(self._index, plan, near_sieve(plan, words))
            if number_of(found) <= FEW:
                break
        documents = (document for chunk, bitmap in found for document in chunk.documents(bitmap))
        return reference.near_matches(self._session, plan, documents)

    def _walk(self, finding: Finding, field: str, request: SearchRequest) -> Iterator[tuple[Place, str]]:
        """The hits in the order of a field, found by looking at every song in that order."""
        query = Query(Song, order=Order(field, descending=request.descending), after=request.after)
        for row in self._table.iterate(query, lambda _: ()):
            if finding.is_hit(self._index.document(row.key)):
                yield (row.__dict__[field], row.key), row.key

    def _passing(self, plan: SearchPlan, sieve: Sieve) -> Iterator[SearchDocument]:
        found = candidates(self._index, plan, sieve)
        return (document for chunk, bitmap in found for document in chunk.documents(bitmap, sieve))

    def _indexed(self, document: SearchDocument, field: str | None = None) -> Indexed:
        return Indexed(document, None if field is None else self._table.rows[document.id].__dict__[field])
