"""How much of a queue one singer may take up."""

from __future__ import annotations

from collections.abc import Iterable

from karaoke_persist.contract import Eq, Query
from karaoke_persist.errors import QuotaExceeded
from karaoke_persist.models import QueueEntry, QueueSinger, Song
from karaoke_persist.operations.lengths import length_ms
from karaoke_persist.operations.performances import songs_tonight
from karaoke_persist.operations.queue.listing import facts_of
from karaoke_persist.operations.queue.room_queue import RoomQueue


def check_quotas(queue: RoomQueue, singers: Iterable[QueueSinger], song: Song) -> None:
    """Refuse a song by which one of its singers would have more than the room allows."""
    room = queue.room
    if (room.max_waiting, room.max_waiting_seconds, room.max_per_night) == (None, None, None):
        return
    for singer in singers:
        own = _standing(queue, singer)
        _refuse_beyond(singer, "max_waiting", room.max_waiting, len(own) + 1)
        if room.max_waiting_seconds is not None:
            seconds = -(-_length(queue, own, song) // 1_000)
            _refuse_beyond(singer, "max_waiting_seconds", room.max_waiting_seconds, seconds)
        if room.max_per_night is not None:
            tonight = len(own) + 1 + songs_tonight(queue.session, room.id, singer.singer)
            _refuse_beyond(singer, "max_per_night", room.max_per_night, tonight)


def _standing(queue: RoomQueue, singer: QueueSinger) -> list[QueueEntry]:
    """The entries of a singer that wait, are held or announced in this room."""
    rows = queue.session.rows(Query(QueueSinger, Eq("singer", singer.singer)), ("entry_id",))
    entries = queue.session.get_many(QueueEntry, (entry_id for (entry_id,) in rows)).values()
    return [entry for entry in entries if entry.room_id == queue.room.id and entry.state != "playing"]


def _length(queue: RoomQueue, entries: list[QueueEntry], song: Song) -> int:
    """How many milliseconds these and one more song last."""
    facts = facts_of(queue.session, (entry.song_id for entry in entries))
    return length_ms(song.duration_ms) + sum(length_ms(facts[entry.song_id].duration_ms) for entry in entries)


def _refuse_beyond(singer: QueueSinger, quota: str, limit: int | None, found: int) -> None:
    if limit is not None and found > limit:
        raise QuotaExceeded(singer.name, quota, limit, found)
