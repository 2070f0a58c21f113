"""Versions of a song: which is preferred, and which became one."""

from __future__ import annotations

from typing import ClassVar

from karaoke_persist.models.fields import Id, Text, Time
from karaoke_persist.models.integrity import Integrity, Reference, Unique
from karaoke_persist.models.record import Record


class SongRedirect(Record):
    """An id that was merged into another. Reading it finds the song that was kept, for as long as that is there."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="song_redirects", references=(Reference("song_id", "songs", "cascade"),), stamped="merged_at"
    )

    id: Id
    song_id: Id
    merged_at: Time | None = None


class PreferredVersion(Record):
    """Which of the songs that share artist and title is the one to offer, to everybody or to one singer."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="preferred_versions",
        unique=(Unique("version_key", "scope"),),
        references=(Reference("song_id", "songs", "cascade"),),
    )

    id: Id
    version_key: Text
    """The same for all versions, as `karaoke_persist.operations.song_versions` makes it."""
    scope: Text
    """`host`, or a singer as `karaoke_persist.models.singer` has it."""
    song_id: Id
