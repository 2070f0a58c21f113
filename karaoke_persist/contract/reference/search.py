"""Search over any session: the rules in their plainest form, and the default for backends without an index.

It makes the document of every song once, and sorts those that match. The tiers stand in
`karaoke_persist.contract.search.plan`; within a tier songs come by folded title, folded artist, id.
"""

from __future__ import annotations

from dataclasses import replace

from karaoke_persist.contract.query import IsNull, Query
from karaoke_persist.contract.reference.facets import count_facets
from karaoke_persist.contract.reference.search_answers import (
    NOTHING_NEAR,
    Indexed,
    answer,
    artist_hits,
    completions,
    near_matches,
    page_of,
    sort_field,
    starts_of,
    wants_near,
)
from karaoke_persist.contract.search.document import SOURCE_FIELDS, document_of
from karaoke_persist.contract.search.folding import NORMALISER, Normaliser
from karaoke_persist.contract.search.plan import matches, plan_of
from karaoke_persist.contract.search.request import (
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    SearchRequest,
    SearchResult,
)
from karaoke_persist.contract.store import StoreSession
from karaoke_persist.models import Song


def search(session: StoreSession, request: SearchRequest, normaliser: Normaliser = NORMALISER) -> SearchResult:
    """Answer a search by looking at every song once."""
    everything = _read(session, normaliser, request.missing, sort_field(request))
    plan = plan_of(request.query, normaliser, hidden=request.hidden)
    found = [each for each in everything if matches(plan, each.document)]
    documents = [each.document for each in everything]
    near = near_matches(session, plan, documents) if wants_near(plan, request, len(found)) else NOTHING_NEAR
    facets = count_facets(plan, documents, request.facets)
    result = answer(session, request, page_of(plan, request, found), found=len(found), facets=facets, near=near)
    return replace(result, rules=normaliser.version)


def search_artists(
    session: StoreSession, request: ArtistSearchRequest, normaliser: Normaliser = NORMALISER
) -> list[ArtistHits]:
    """The artists that have matching songs, in the order of their names."""
    plan = plan_of(request.query, normaliser, hidden=request.hidden)
    documents = (each.document for each in _read(session, normaliser, request.missing))
    return artist_hits(session, request, (document for document in documents if matches(plan, document)))


def complete(
    session: StoreSession, request: CompletionRequest, normaliser: Normaliser = NORMALISER
) -> list[Completion]:
    """What a text may be the beginning of: first what was sung, the most first; then artists and songs in turn."""
    documents = (each.document for each in _read(session, normaliser, request.missing))
    shown = [document for document in documents if request.hidden or not document.hidden]
    starts = starts_of(request, normaliser)
    return completions(session, request, starts, shown, shown) if starts else []


class PlainSearch:
    """The whole of search for a session that keeps no index: a base class that needs `rows` and `get`."""

    def search(self: StoreSession, request: SearchRequest) -> SearchResult:
        """Songs by text."""
        return search(self, request)

    def search_artists(self: StoreSession, request: ArtistSearchRequest) -> list[ArtistHits]:
        """The same grouped by artist."""
        return search_artists(self, request)

    def complete(self: StoreSession, request: CompletionRequest) -> list[Completion]:
        """What a text may be the beginning of."""
        return complete(self, request)


def _read(session: StoreSession, normaliser: Normaliser, missing: bool, sort: str | None = None) -> list[Indexed]:
    songs = Query(Song, None if missing else IsNull("missing_since"))
    fields = (*SOURCE_FIELDS, *(() if sort in SOURCE_FIELDS or sort is None else (sort,)))
    rows = (dict(zip(fields, row, strict=True)) for row in session.rows(songs, fields))
    return [Indexed(document_of(row, normaliser), None if sort is None else row[sort]) for row in rows]
