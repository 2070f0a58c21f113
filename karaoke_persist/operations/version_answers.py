"""The shapes in which the operations on versions answer."""

from __future__ import annotations

from dataclasses import dataclass

from karaoke_persist.models import Song


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Songs that seem to be the same, the most played first, and of those the oldest."""

    songs: tuple[Song, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, as `merge_songs(ids[0], ids[1:])` takes them."""
        return tuple(song.id for song in self.songs)
