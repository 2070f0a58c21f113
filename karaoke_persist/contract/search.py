"""What is asked of a text search, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from karaoke_persist.models import Song


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """Songs whose title, artist, album or an alias hold every term of `text`, best first."""

    text: str
    limit: int
    offset: int = 0
    count: bool = True
    """Whether the total is asked for."""
    hidden: bool = True
    """Whether hidden songs are shown; without them they are not counted either."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of songs in rank order, and the number of all that match (None if it was not asked for)."""

    songs: tuple[Song, ...]
    total: int | None
