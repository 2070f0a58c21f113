"""What a queue does when a song goes, or becomes one with another."""

from __future__ import annotations

from collections.abc import Sequence

from karaoke_persist.contract import Eq, In, Query
from karaoke_persist.errors import IllegalState
from karaoke_persist.models import QueueEntry
from karaoke_persist.operations.queue.kept_edits import replace_song_in_edits
from karaoke_persist.operations.queue.room_queue import queue_of
from karaoke_persist.session import Session


def leave_queues(session: Session, song_id: str) -> None:
    """Take a song that is about to be deleted out of every queue. While it plays, that is `IllegalState`."""
    entries: list[QueueEntry] = session.find(Query(QueueEntry, Eq("song_id", song_id)))
    if any(entry.state == "playing" for entry in entries):
        raise IllegalState("Song", song_id, "playing", "be deleted", "Complete or skip it first")
    session.delete_where(Query(QueueEntry, In("id", tuple(entry.id for entry in entries))))
    _raise_revs(session, entries)


def replace_song(session: Session, from_ids: Sequence[str], to_id: str) -> None:
    """Let every entry of these songs be one of another, which they were merged into. All entries stay.

    Undoing the edits of before leads to that one as well.
    """
    query = Query(QueueEntry, In("song_id", tuple(from_ids)))
    entries: list[QueueEntry] = session.find(query)
    session.patch_where(query, {"song_id": to_id})
    replace_song_in_edits(session, from_ids, to_id)
    _raise_revs(session, entries)


def _raise_revs(session: Session, entries: Sequence[QueueEntry]) -> None:
    for room_id in sorted({entry.room_id for entry in entries}):
        queue_of(session, room_id).changed()
