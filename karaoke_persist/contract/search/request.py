"""What is asked of a store's search, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

from karaoke_persist.contract.search.folding import NORMALISER
from karaoke_persist.contract.search.query import SearchQuery
from karaoke_persist.models import Song

SearchSort = Literal["relevance", "title", "artist", "album", "year", "date_added", "plays"]
Total = Literal["none", "capped", "exact"]
Facet = Literal["language", "genre", "decade", "artist"]
SORTS: Final[tuple[SearchSort, ...]] = get_args(SearchSort)
TOTALS: Final[tuple[Total, ...]] = get_args(Total)
FACETS: Final[tuple[Facet, ...]] = get_args(Facet)

COUNT_CAP: Final = 1_000
"""Where a capped total stops counting."""
FACET_CAP: Final = 10_000
"""Up to how many hits facets are counted."""
FACET_ARTISTS: Final = 20
NEAR_BELOW: Final = 5
"""Near matches are looked for when fewer songs match."""
NEAR_MOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A page of the songs that a query finds, and what else is wanted beside it."""

    query: SearchQuery
    limit: int = 20
    offset: int = 0
    after: tuple[Any, ...] | None = None
    """The place of the song that the page comes after (`SearchResult.place` of the page before)."""
    sort: SearchSort = "relevance"
    descending: bool = False
    """For every sort but relevance, as `Order` has it; absent values come last either way."""
    total: Total = "none"
    facets: tuple[Facet, ...] = ()
    near: bool = False
    """Whether near matches are wanted if fewer than `NEAR_BELOW` songs match. For the first page only."""
    hidden: bool = True
    """Whether hidden songs are shown."""
    missing: bool = False
    """Whether songs are shown of which nothing can be played."""


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value, as songs have it, and how many of the hits have it."""

    value: str | int
    songs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """A page of songs in order, and what else was asked for."""

    songs: tuple[Song, ...]
    place: tuple[Any, ...] | None = None
    """Where the last song of the page stands, if more may follow; None at the end."""
    total: int | None = None
    """None if it was not asked for. A capped one ends at `COUNT_CAP`."""
    capped: bool = False
    """Whether there are more songs than `total` says."""
    facets: Mapping[Facet, tuple[FacetCount, ...] | None] = field(default_factory=lambda: MappingProxyType({}))
    """None for a facet with more hits than `FACET_CAP`: too broad to be counted."""
    near: tuple[Song, ...] = ()
    near_artists: tuple[str, ...] = ()
    """Names, as they are stored, that the query may have meant."""
    rules: int = NORMALISER.version
    """The version of the rules that found them; `place` means nothing to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtistSearchRequest:
    """A page of the artists that have matching songs, in their own order."""

    query: SearchQuery
    limit: int = 20
    after: str | None = None
    """The name of the artist that the page comes after."""
    samples: int = 3
    hidden: bool = True
    missing: bool = False


@dataclass(frozen=True, slots=True)
class ArtistHits:
    """An artist with the number of matching songs, and the first of them in the order of titles."""

    artist: str
    songs: int
    samples: tuple[Song, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRequest:
    """The songs and artists whose name begins with a text, the most sung first."""

    text: str
    limit: int = 10
    hidden: bool = True
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Completion:
    """What a text may be the beginning of."""

    kind: Literal["song", "artist"]
    text: str
    """The title, or the artist's name, as it is stored."""
    artist: str
    song_id: str | None
    """None for an artist."""
    plays: int
