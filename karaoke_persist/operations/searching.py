"""Finding songs and artists by text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from karaoke_persist.contract.search import (
    NORMALISER,
    NORMALISERS,
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    Facet,
    FacetCount,
    Normaliser,
    SearchPlan,
    SearchQuery,
    SearchRequest,
    SearchResult,
    SearchSort,
    Total,
    plan_of,
)
from karaoke_persist.contract.search.highlights import Span, highlights
from karaoke_persist.contract.search.query import TextField
from karaoke_persist.models import Song
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.guest_view import checked_guest, checked_missing
from karaoke_persist.operations.paging import check_page_size
from karaoke_persist.operations.search_cursors import Mark, decode_place, encode_place, foreign

Text = str | SearchQuery
"""What a person typed, or the same as a value."""

_DOWNWARDS: Final = ("date_added", "plays")


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A song that was found, and where in its title, artist and album the terms are, as spans of code points."""

    song: Song
    highlights: Mapping[TextField, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Some of the songs that were found, the best first, and what else was asked for."""

    items: tuple[SearchHit, ...] = ()
    cursor: str | None = None
    """Of the next page; None at the end."""
    total: int | None = None
    """None if it was not asked for."""
    capped: bool = False
    """Whether counting ended at `total`, and there are more."""
    truncated: bool = False
    """Whether the query had more terms than the 16 that are served."""
    facets: Mapping[Facet, tuple[FacetCount, ...] | None] = field(default_factory=lambda: MappingProxyType({}))
    """The most frequent values first; None for a facet of too many songs to be counted."""
    near: tuple[Song, ...] = ()
    """What was perhaps meant, if hardly anything was found."""
    near_artists: tuple[str, ...] = ()
    """Artists who were perhaps meant."""


class SearchingOperations(Operations):
    """Search, as every guest uses it."""

    @operation("read", lambda: ([], 0))
    def search_songs_paginated(
        self, query: Text, limit: int = 20, offset: int = 0, *, guest: bool = False, missing: bool = False
    ) -> tuple[list[Song], int]:
        """Songs in which every term is found, best first, and the number of all of them.

        Case, accents, width and most punctuation are forgiven. An empty query finds every song.
        Those of which nothing can be played are left out unless `missing` asks for them.
        """
        request = SearchRequest(
            query=_query(query),
            limit=limit,
            offset=offset,
            total="exact",
            hidden=not checked_guest(guest),
            missing=checked_missing(missing),
        )
        result = self.session.search(request)
        return list(result.songs), result.total or 0

    @operation("read")
    def search(
        self,
        query: Text = "",
        *,
        limit: int = 20,
        cursor: str | None = None,
        offset: int = 0,
        sort_by: SearchSort = "relevance",
        descending: bool | None = None,
        total: Total = "none",
        facets: Sequence[Facet] = (),
        near: bool = False,
        guest: bool = False,
        missing: bool = False,
    ) -> SearchPage:
        """A page of the songs that a query finds, from a cursor or an offset on.

        Words, `"a phrase"`, `-without`, `artist:`, `title:`, `album:`, `year:1990..1999`, `language:`, `genre:` and
        `has:lyrics` are understood; whatever is no syntax is plain text. Plays and dates run downwards unless told
        otherwise. With `near`, a first page that finds hardly anything says what may have been meant.
        Songs of which nothing can be played are left out unless `missing` asks for them, at the price of a look at
        every song.
        """
        check_page_size(limit)
        request = SearchRequest(
            query=_query(query),
            limit=limit,
            offset=offset,
            sort=sort_by,
            descending=sort_by in _DOWNWARDS if descending is None else descending,
            total=total,
            facets=tuple(facets),
            near=near,
            hidden=not checked_guest(guest),
            missing=checked_missing(missing),
        )
        if cursor is None:
            return self._page(request, self.session.search(request))
        place, rules = decode_place(request, cursor)
        result = self.session.search(replace(request, after=place))
        if result.rules != rules:
            raise foreign(cursor)
        return self._page(request, result)

    @operation("read")
    def search_by_artist(
        self,
        query: Text = "",
        *,
        limit: int = 20,
        cursor: str | None = None,
        samples: int = 3,
        guest: bool = False,
        missing: bool = False,
    ) -> Page[ArtistHits]:
        """A page of the artists with matching songs, by name: how many there are, and the first few of them."""
        check_page_size(limit)
        request = ArtistSearchRequest(
            query=_query(query),
            limit=limit + 1,
            samples=samples,
            hidden=not checked_guest(guest),
            missing=checked_missing(missing),
        )
        if cursor is not None:
            place, rules = decode_place(request, cursor)
            if rules != NORMALISER.version:
                raise foreign(cursor)
            request = replace(request, after=place[0])
        found = self.session.search_artists(request)
        items = tuple(found[:limit])
        more = (
            encode_place(request, Mark((items[-1].artist,), NORMALISER.version))
            if items and len(found) > limit
            else None
        )
        return Page(items, more)

    @operation("read", list)
    def complete(self, text: str, *, limit: int = 10, guest: bool = False, missing: bool = False) -> list[Completion]:
        """Songs and artists whose name begins with a text: what was sung most, then artists and songs in turn."""
        return self.session.complete(
            CompletionRequest(text=text, limit=limit, hidden=not checked_guest(guest), missing=checked_missing(missing))
        )

    def _page(self, request: SearchRequest, result: SearchResult) -> SearchPage:
        normaliser = NORMALISERS.get(result.rules, NORMALISER)
        plan = plan_of(request.query, normaliser)
        return SearchPage(
            items=tuple(SearchHit(song, _highlights(plan, song, normaliser)) for song in result.songs),
            cursor=None if result.place is None else encode_place(request, Mark(result.place, result.rules)),
            total=result.total,
            capped=result.capped,
            truncated=plan.truncated,
            facets=result.facets,
            near=result.near,
            near_artists=result.near_artists,
        )


def _query(query: Any) -> SearchQuery:
    return query if isinstance(query, SearchQuery) else SearchQuery.parse(query)


def _highlights(plan: SearchPlan, song: Song, normaliser: Normaliser) -> Mapping[TextField, tuple[Span, ...]]:
    texts: dict[TextField, str | None] = {"title": song.title, "artist": song.artist, "album": song.album}
    found: dict[TextField, tuple[Span, ...]] = {}
    for name, text in texts.items():
        if text is not None and (spans := highlights(plan, name, text, normaliser)):
            found[name] = spans
    return MappingProxyType(found)
