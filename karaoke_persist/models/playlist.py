"""Playlists: songs in an order of somebody's own, or found anew by saved criteria."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from karaoke_persist.models.fields import Id, IndexedText, Integer, JsonObject, Kind, Text, Time
from karaoke_persist.models.integrity import Integrity, Reference, Sorted, Unique
from karaoke_persist.models.record import Record

Visibility = Literal["public", "private"]
PlaylistDuplicates = Literal["allow", "skip", "refuse"]
"""What happens to a song that is in the list already: it is added again, left as it is, or an error."""


class Playlist(Record):
    """A list of songs. With `criteria` it is a smart one, whose songs are found when it is read."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="playlists",
        references=(Reference("owner", "users", "set_null"),),
        sorted=(Sorted("name"), Sorted("name", within=("owner",)), Sorted("created_at")),
        stamped="created_at",
        maintained=("rev",),
    )

    id: Id
    name: IndexedText
    owner: Id | None = None
    """A user's id, or nobody."""
    visibility: Annotated[Visibility, Kind.TEXT] = "public"
    duplicates: Annotated[PlaylistDuplicates, Kind.TEXT] = "allow"
    description: Text | None = None
    criteria: JsonObject | None = None
    rev: Integer = 0
    """Raised by every change of the entries or their order."""
    created_at: Time | None = None


class PlaylistEntry(Record):
    """A song at its place in a playlist."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="playlist_entries",
        unique=(Unique("playlist_id", "rank"),),
        references=(Reference("playlist_id", "playlists", "cascade"), Reference("song_id", "songs", "restrict")),
        sorted=(Sorted("rank", within=("playlist_id",)),),
        stamped="added_at",
    )

    id: Id
    playlist_id: Id
    rank: Text
    """Where it stands, as `karaoke_persist.models.rank` has it."""
    song_id: Id
    added_by: Text | None = None
    added_at: Time | None = None
