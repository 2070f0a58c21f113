"""The queue of a room: who sings what next."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from karaoke_persist.models.fields import (
    Boolean,
    Id,
    IndexedText,
    Integer,
    JsonObject,
    Kind,
    Text,
    TextList,
    Time,
)
from karaoke_persist.models.integrity import Integrity, Reference, Sorted, Unique
from karaoke_persist.models.record import Record

RepeatPolicy = Literal["allow", "warn", "refuse"]
"""What happens to a song that is queued already, or was sung tonight."""
EntryState = Literal["waiting", "held", "playing"]


class Room(Record):
    """A room with a stage: its queue, and the rules that the host has set for it."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="rooms", sorted=(Sorted("name"),), stamped="created_at", maintained=("queue_rev",)
    )

    id: Id
    name: IndexedText
    is_open: Boolean = True
    """Guests add to an open room only."""
    playing_entry: Text | None = None
    locked_entry: Text | None = None
    """The entry whose singers were announced as the next."""
    queue_rev: Integer = 0
    """Raised by every change of the queue."""
    held_singers: TextList = ()
    """Singers whose entries wait without losing their slots."""
    policy: Text = "history-fair"
    """The rotation policy by its name."""
    auto: Boolean = False
    """Whether the policy is applied by itself, when an entry is added and when one plays."""
    when_queued: Annotated[RepeatPolicy, Kind.TEXT] = "warn"
    when_sung: Annotated[RepeatPolicy, Kind.TEXT] = "allow"
    max_waiting: Integer | None = None
    """How many entries a singer may have that wait."""
    max_waiting_seconds: Integer | None = None
    """How long these may last in all."""
    max_per_night: Integer | None = None
    """How many entries a singer may have in a night, those that were sung among them."""
    created_at: Time | None = None


class QueueEntry(Record):
    """A song that somebody is going to sing. When it is done it is deleted, and its performance keeps its id."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="queue_entries",
        unique=(Unique("room_id", "rank"),),
        references=(Reference("room_id", "rooms", "cascade"), Reference("song_id", "songs", "restrict")),
        sorted=(Sorted("rank", within=("room_id",)),),
        stamped="added_at",
    )

    id: Id
    room_id: Id
    rank: Text
    """Where it stands, as `karaoke_persist.models.rank` has it."""
    song_id: Id
    state: Annotated[EntryState, Kind.TEXT] = "waiting"
    pinned: Boolean = False
    """Whether a host has put it where it stands, so that rotation fills in around it."""
    key_shift: Integer = 0
    """Semitones up or down."""
    tempo: Integer = 100
    """Percent of the song's own."""
    note: Text | None = None
    added_by: Text | None = None
    added_at: Time | None = None


class QueueSinger(Record):
    """One of those who sing an entry."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="queue_singers",
        unique=(Unique("entry_id", "place"),),
        references=(Reference("entry_id", "queue_entries", "cascade"), Reference("user_id", "users", "set_null")),
        sorted=(Sorted("place", within=("entry_id",)), Sorted("entry_id", within=("singer",))),
    )

    id: Id
    entry_id: Id
    place: Integer
    """0 for the first that was named."""
    name: IndexedText
    user_id: Id | None = None
    singer: Text
    """Who it is, as `karaoke_persist.models.singer` has it."""


class QueueEdit(Record):
    """A change of a queue that can be undone, as the patches that undo it and do it again."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="queue_edits",
        unique=(Unique("room_id", "number"),),
        references=(Reference("room_id", "rooms", "cascade"),),
        sorted=(Sorted("number", within=("room_id",)),),
        stamped="made_at",
    )

    id: Id
    room_id: Id
    number: Integer
    """Counts up; the newest that is not undone is the one that undo takes."""
    kind: Text
    """What was done: add, remove, move, hold, reorder, apply, clear."""
    undone: Boolean = False
    patch: JsonObject
    made_at: Time | None = None
