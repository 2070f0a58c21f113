"""The stage of a room: what plays, what ends, and who is announced as the next."""

from __future__ import annotations

from typing import Literal

from karaoke_persist.errors import IllegalState, NotFound
from karaoke_persist.models import Performance, QueueEntry, Song
from karaoke_persist.operations.base import Operations
from karaoke_persist.operations.performances import abandon_open, close_performance, night_tonight, open_performance
from karaoke_persist.operations.queue.answers import QueueItem
from karaoke_persist.operations.queue.changing import change
from karaoke_persist.operations.queue.listing import item_of
from karaoke_persist.operations.queue.room_queue import MAIN, RoomQueue, queue_of
from karaoke_persist.operations.queue.rotating import rotate_if_auto

Ending = Literal["completed", "skipped"]


class StageOperations(Operations):
    """Playing. An entry that is done is deleted, and its performance keeps its id."""

    @change
    def play(self, entry_id: str, *, skipped: bool = False) -> Performance:
        """Bring an entry on stage. What played is completed by this, or `skipped`.

        Of one that plays already the performance is answered, and nothing changes.
        """
        entry = self.session.get(QueueEntry, entry_id)
        if entry is None:
            raise NotFound("QueueEntry", entry_id)
        queue = queue_of(self.session, entry.room_id)
        if entry.state == "playing":
            return _performance(queue, entry_id)
        if queue.is_held(entry, queue.singers([entry])[entry_id]):
            raise IllegalState("QueueEntry", entry_id, "held", "play", "Release it, or its singer, first")
        _end(queue, "skipped" if skipped else "completed")
        return _play(queue, entry)

    @change
    def play_next(self, room: str = MAIN, *, skipped: bool = False) -> Performance | None:
        """Play the announced entry, or else the first that is not held; None if there is none.

        What played is completed by this, or `skipped`, also if nothing comes after it.
        """
        queue = queue_of(self.session, room)
        ended = _end(queue, "skipped" if skipped else "completed")
        entry = queue.next_up()
        if entry is not None:
            return _play(queue, entry)
        if ended is not None:
            queue.changed()
        return None

    @change
    def complete(self, room: str = MAIN, *, entry_id: str | None = None) -> Performance | None:
        """End what plays: it was sung. Its performance, or None if nothing plays.

        What a crash has left on stage until another night is abandoned instead, by whatever ends it.

        With `entry_id` only that entry is ended, not one that has followed it; that of one which has ended is answered
        as it is.
        """
        return _end_alone(queue_of(self.session, room), "completed", entry_id)

    @change
    def skip(self, room: str = MAIN, *, entry_id: str | None = None) -> Performance | None:
        """End what plays: it was not sung, and is no turn. For the rest, see `complete`."""
        return _end_alone(queue_of(self.session, room), "skipped", entry_id)

    @change
    def abandon(self, room: str = MAIN) -> Performance | None:
        """End what a crash has left on stage: nobody knows how long it was sung. Its performance, or None if nothing.

        It ended when it began, is no turn and counts nowhere, and its entry is gone. Whoever leads a room says so when
        starting again; unsaid, what is on stage goes on, and the next to play completes it.
        """
        queue = queue_of(self.session, room)
        abandon_open(self.session, queue.room.id)
        return _end_alone(queue, "skipped", None)

    @change
    def lock_next(self, room: str = MAIN) -> QueueItem | None:
        """Hold fast who comes next, because it is being announced; None if nobody can.

        Whoever was announced stays so until that entry plays, is held or removed.
        """
        queue = queue_of(self.session, room)
        entry = queue.next_up()
        if entry is None:
            return None
        if entry.id != queue.room.locked_entry:
            queue.patch_room(locked_entry=entry.id)
            queue.changed()
        return item_of(queue, entry, queue.position(entry))


def _play(queue: RoomQueue, entry: QueueEntry) -> Performance:
    session = queue.session
    song = session.get(Song, entry.song_id)
    assert song is not None, "a song that is queued cannot be deleted"
    performance = open_performance(session, queue.room.id, entry, queue.singers([entry])[entry.id], song)
    session.patch(QueueEntry, entry.id, {"state": "playing"})
    queue.patch_room(playing_entry=entry.id)
    rotate_if_auto(queue)
    queue.changed()
    return performance


def _end(queue: RoomQueue, how: Ending) -> Performance | None:
    """Take what plays off the stage."""
    playing = queue.room.playing_entry
    if playing is None:
        return None
    if night_tonight(queue.session, queue.room.id) is None:  # it was left open by a crash, hours ago
        abandon_open(queue.session, queue.room.id)
    performance = _performance(queue, playing)
    if performance.status == "playing":
        performance = close_performance(queue.session, playing, how)
    queue.session.delete(QueueEntry, playing)
    queue.patch_room(playing_entry=None)
    return performance


def _end_alone(queue: RoomQueue, how: Ending, entry_id: str | None) -> Performance | None:
    if entry_id is not None and entry_id != queue.room.playing_entry:
        return _ended(queue, how, entry_id)
    performance = _end(queue, how)
    if performance is not None:
        queue.changed()
    return performance


def _ended(queue: RoomQueue, how: Ending, entry_id: str) -> Performance:
    """The performance of an entry that has left the stage; one that waits has not been there."""
    performance = queue.session.get(Performance, entry_id)
    if performance is None or performance.room_id != queue.room.id:
        entry = queue.list.entry(entry_id)
        raise IllegalState("QueueEntry", entry_id, entry.state, f"become {how}", "Play it first")
    return performance


def _performance(queue: RoomQueue, entry_id: str) -> Performance:
    performance = queue.session.get(Performance, entry_id)
    assert performance is not None, "what plays has a performance"
    return performance
