"""What was sung: performances, and the nights they belong to."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from karaoke_persist.models.fields import Boolean, Id, IndexedText, Integer, Kind, Text, Time
from karaoke_persist.models.integrity import Integrity, Reference, Sorted, Unique
from karaoke_persist.models.record import Record

PerformanceStatus = Literal["playing", "completed", "skipped", "abandoned"]


class Night(Record):
    """An evening in a room, from its first song to the quiet after its last."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="nights",
        references=(Reference("room_id", "rooms", "cascade"),),
        sorted=(Sorted("opened_at"), Sorted("opened_at", within=("room_id",))),
    )

    id: Id
    room_id: Id
    opened_at: Time
    active_at: Time
    """When something was last played, or ended."""
    closed_at: Time | None = None


class Performance(Record):
    """A song on stage, with what it was called then. It survives the song, whatever becomes of that."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="performances",
        references=(Reference("night_id", "nights", "cascade"),),
        sorted=(
            Sorted("started_at"),
            Sorted("started_at", within=("night_id",)),
            Sorted("started_at", within=("room_id",)),
            Sorted("started_at", within=("song_id",)),
            Sorted("started_at", within=("status",)),
            Sorted("started_at", within=("status", "song_id")),
            Sorted("started_at", within=("status", "artist")),
        ),
    )

    id: Id
    """The id of the queue entry that was played."""
    night_id: Id
    room_id: Text
    song_id: Text
    """No reference: the song may be gone."""
    title: IndexedText
    artist: IndexedText
    status: Annotated[PerformanceStatus, Kind.TEXT] = "playing"
    key_shift: Integer = 0
    tempo: Integer = 100
    duration_ms: Integer | None = None
    started_at: Time
    ended_at: Time | None = None


class PerformanceSinger(Record):
    """One of those who sang a performance, under the name of that evening. Nobody sings one twice.

    What is counted by singer and time stands here once more, so that it is counted without joining.
    """

    integrity: ClassVar[Integrity] = Integrity(
        collection="performance_singers",
        unique=(Unique("performance_id", "place"), Unique("performance_id", "singer")),
        references=(
            Reference("performance_id", "performances", "cascade"),
            Reference("user_id", "users", "set_null"),
        ),
        sorted=(
            Sorted("place", within=("performance_id",)),
            Sorted("started_at", within=("singer",)),
            Sorted("started_at", within=("singer", "song_id")),
            Sorted("started_at", within=("completed", "singer")),
            Sorted("started_at", within=("night_id",)),
        ),
    )

    id: Id
    performance_id: Id
    place: Integer
    name: IndexedText
    """As sung; a merge of singers does not change it."""
    user_id: Id | None = None
    singer: Text
    """Who it is, as `karaoke_persist.models.singer` has it."""
    night_id: Text
    song_id: Text
    completed: Boolean = False
    started_at: Time
