"""The shapes in which operations answer, where a plain value is not enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and the cursor of the next page (None at the end)."""

    items: tuple[T, ...] = ()
    cursor: str | None = None


class ArtistCount(NamedTuple):
    """An artist as spelled in the songs, and the number of those songs."""

    artist: str
    songs: int


@dataclass(frozen=True, slots=True)
class ArtistPage:
    """Some artists in alphabetical order, and the number of all that match."""

    items: tuple[ArtistCount, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of the songs of a bulk upsert."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class SongStatistics:
    """The library in numbers. `duration_ms` sums the songs whose length is known."""

    songs: int = 0
    artists: int = 0
    albums: int = 0
    duration_ms: int = 0
    with_lyrics: int = 0
    with_synced_lyrics: int = 0
    with_thumbnail: int = 0
    newest: datetime | None = None
