"""The shapes in which the playlists answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from karaoke_persist.models import Playlist, PlaylistEntry, Song

MatchedBy = Literal["id", "path", "artist and title"]


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    """A song at its position, counted from 1. In a smart list it has no entry."""

    position: int
    song: Song
    entry: PlaylistEntry | None = None


@dataclass(frozen=True, slots=True)
class PlaylistPage:
    """Some items in their order, the `rev` at which they stood so, and the position that the next page starts with."""

    items: tuple[PlaylistItem, ...] = ()
    rev: int = 0
    next_start: int | None = None


@dataclass(frozen=True, slots=True)
class AddedSongs:
    """The entries that songs have become, and the ids of songs that a list without duplicates has skipped."""

    entries: tuple[PlaylistEntry, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaylistDuration:
    """How long a playlist lasts: the songs of known length, and how many have none."""

    songs: int = 0
    known_ms: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class TrackMatch:
    """What became of a track of a file: one song, several that it may be, or none."""

    line: int
    """Where the track stands in the file; in JSON, its number in the list."""
    shown: str
    """How the file calls it."""
    song_id: str | None = None
    by: MatchedBy | None = None
    candidates: tuple[str, ...] = ()
    """Songs that match equally well. None of them is taken."""
    repeats: bool = False
    """Whether it was left out because a track before it is the same song, and the list wants none twice."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The playlist that was made of a file, and what became of each track."""

    playlist: Playlist
    tracks: tuple[TrackMatch, ...] = ()

    @property
    def matched(self) -> tuple[TrackMatch, ...]:
        """The tracks whose songs are in the playlist."""
        return tuple(each for each in self.tracks if each.song_id is not None)

    @property
    def ambiguous(self) -> tuple[TrackMatch, ...]:
        """The tracks that may be several songs, and were left out."""
        return tuple(each for each in self.tracks if each.candidates)

    @property
    def repeated(self) -> tuple[TrackMatch, ...]:
        """Those of the matched tracks that were left out, because the list has their song already."""
        return tuple(each for each in self.tracks if each.repeats)

    @property
    def unmatched(self) -> tuple[TrackMatch, ...]:
        """The tracks that no song matches."""
        return tuple(each for each in self.tracks if each.song_id is None and not each.candidates)
