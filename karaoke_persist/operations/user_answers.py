"""The shapes in which the operations on users, favourites and singers answer, where a model is not enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from karaoke_persist.models import Song


class LikedSong(NamedTuple):
    """A song that a user likes, and since when; None if that is not known."""

    song: Song
    added_at: datetime | None


@dataclass(frozen=True, slots=True)
class MergedSinger:
    """What moved from one singer to another."""

    entries: int = 0
    """Entries of queues."""
    performances: int = 0
    favorites: int = 0
    """Songs and artists, those that both liked among them."""
    playlists: int = 0
