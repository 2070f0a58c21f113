"""A queue as people see it: positions, singers, songs, and how long it may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NamedTuple

from karaoke_persist.contract import Eq, In, Order, Query
from karaoke_persist.models import Performance, PerformanceSinger, QueueEntry, QueueSinger, Room, Song
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.lengths import length_ms
from karaoke_persist.operations.queue.answers import QueueItem, QueueView, Singer
from karaoke_persist.operations.queue.room_queue import MAIN, RoomQueue
from karaoke_persist.session import Session

_MILLISECOND: Final = timedelta(milliseconds=1)
_OWN: Final = ("id", "room_id", "song_id", "key_shift", "tempo", "note", "added_by", "added_at", "pinned")


class SongFacts(NamedTuple):
    """What is shown of a song."""

    title: str
    artist: str
    duration_ms: int | None


class ListingOperations(Operations):
    """Reading a queue."""

    @operation("read", list)
    def entries(self, room: str = MAIN) -> list[QueueItem]:
        """The queue in order: what is on stage at position 0, then those that wait or are held, from 1 on."""
        return list(self.view(room).items)

    @operation("read")
    def view(self, room: str = MAIN) -> QueueView:
        """The same with its room and its `rev`, all of one moment. A room that is not there has an empty queue."""
        found = self.session.get(Room, room)
        if found is None:
            return QueueView(Room(id=room, name=room))
        return QueueView(found, tuple(items_of(RoomQueue(self.session, found))))


def items_of(queue: RoomQueue) -> list[QueueItem]:
    """Every entry with its wait, the one on stage first."""
    entries = sorted(queue.list.entries(), key=lambda entry: entry.state != "playing")
    songs = facts_of(queue.session, (entry.song_id for entry in entries))
    singers = queue.singers(entries)
    first = 0 if entries and entries[0].state == "playing" else 1
    items = [
        _item(queue, entry, position, singers[entry.id], songs[entry.song_id])
        for position, entry in enumerate(entries, first)
    ]
    return _with_waits(items, _elapsed_ms(queue))


def item_of(queue: RoomQueue, entry: QueueEntry, position: int) -> QueueItem:
    """One entry at a position, its wait left open."""
    songs = facts_of(queue.session, [entry.song_id])
    return _item(queue, entry, position, queue.singers([entry])[entry.id], songs[entry.song_id])


def item_of_performance(session: Session, performance: Performance) -> QueueItem:
    """What an entry has become that was played."""
    sung = Query(PerformanceSinger, Eq("performance_id", performance.id), Order("place"))
    return QueueItem(
        id=performance.id,
        room_id=performance.room_id,
        state=performance.status,
        position=0,
        song_id=performance.song_id,
        title=performance.title,
        artist=performance.artist,
        duration_ms=performance.duration_ms,
        singers=tuple(Singer(each.name, each.user_id) for each in session.find(sung)),
        key_shift=performance.key_shift,
        tempo=performance.tempo,
    )


def facts_of(session: Session, song_ids: Iterable[str]) -> Mapping[str, SongFacts]:
    """What is shown of songs. One that cannot be read hides no other: it is shown by its id."""
    facts = {song_id: SongFacts(song_id, "", None) for song_id in song_ids}
    query = Query(Song, In("id", tuple(facts)))
    for song_id, *shown in session.rows(query, ("id", *SongFacts._fields)) if facts else ():
        facts[song_id] = SongFacts(*shown)
    return facts


def _item(
    queue: RoomQueue, entry: QueueEntry, position: int, singers: Sequence[QueueSinger], song: SongFacts
) -> QueueItem:
    own: dict[str, Any] = {name: getattr(entry, name) for name in _OWN}
    return QueueItem(
        position=position,
        state="held" if entry.state == "waiting" and queue.is_held(entry, singers) else entry.state,
        singers=tuple(Singer(each.name, each.user_id) for each in singers),
        locked=entry.id == queue.room.locked_entry,
        **own,
        **song._asdict(),
    )


def _with_waits(items: Sequence[QueueItem], elapsed_ms: int) -> list[QueueItem]:
    """The items with the time until each begins, when they play in their order, the announced one first."""
    waits: dict[str, int] = {}
    time = 0
    for item in sorted(items, key=lambda item: (item.state != "playing", not item.locked)):
        length = length_ms(item.duration_ms)
        if item.state == "held":
            continue
        waits[item.id] = time
        time += max(0, length - elapsed_ms) if item.state == "playing" else length
    return [replace(item, wait_ms=waits.get(item.id)) for item in items]


def _elapsed_ms(queue: RoomQueue) -> int:
    """How long the song on stage has been going on."""
    playing = queue.room.playing_entry
    performance = None if playing is None else queue.session.get(Performance, playing)
    if performance is None:
        return 0
    return max(0, (queue.session.context.clock() - performance.started_at) // _MILLISECOND)
