"""What a user likes: songs, and artists."""

from __future__ import annotations

from typing import ClassVar

from karaoke_persist.models.fields import Id, IndexedText, Text, Time
from karaoke_persist.models.integrity import Integrity, Reference, Sorted, Unique
from karaoke_persist.models.record import Record


class FavoriteSong(Record):
    """A song that a user likes."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="favorite_songs",
        unique=(Unique("user_id", "song_id"),),
        references=(Reference("user_id", "users", "cascade"), Reference("song_id", "songs", "cascade")),
        sorted=(Sorted("added_at", within=("user_id",)),),
        stamped="added_at",
    )

    id: Id
    user_id: Id
    song_id: Id
    added_at: Time | None = None


class FavoriteArtist(Record):
    """An artist that a user likes, whatever the spelling."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="favorite_artists",
        unique=(Unique("user_id", "artist_key"),),
        references=(Reference("user_id", "users", "cascade"),),
        sorted=(Sorted("artist", within=("user_id",)), Sorted("artist_key")),
        stamped="added_at",
    )

    id: Id
    user_id: Id
    artist: IndexedText
    """As the user gave it."""
    artist_key: Text
    """Its `key_fold`."""
    added_at: Time | None = None
