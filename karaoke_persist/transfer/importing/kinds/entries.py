"""Entries of the queue, at the end of the main room, in the order in which they come."""

from __future__ import annotations

from typing import cast

from karaoke_persist.contract.importing import NewEntry, digest
from karaoke_persist.models import Performance, QueueEntry, QueueSinger, User
from karaoke_persist.models.singer import singer_key, user_of
from karaoke_persist.operations.queue.room_queue import MAIN
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing.kinds.deciding import (
    Decision,
    Item,
    Planned,
    each,
    is_here,
    known_songs,
    new,
    refused,
    stays,
)


def decide_entries(session: Session, items: list[Item], planned: Planned) -> list[Decision]:
    """Decide about entries of a queue. Their ranks are given when they are written."""
    drafts = [cast(NewEntry, item.draft) for item in items]
    songs = known_songs(session, [draft.song_id for draft in drafts], planned)
    users = session.get_many(User, [user for draft in drafts for _, user in draft.singers if user is not None])
    ids = [item.entry_id for item in items]
    there = {**session.get_many(QueueEntry, ids), **session.get_many(Performance, ids)}

    def decide(item: Item) -> Decision:
        draft = cast(NewEntry, item.draft)
        if item.entry is not None:
            return stays(item, "it was queued before, and stays as it is here")
        if item.entry_id in there:
            return is_here(item, there[item.entry_id])
        if draft.song_id not in songs:
            return refused(item, f"the song {draft.song_id!r} is not there")
        entry = QueueEntry(
            id=item.entry_id, room_id=MAIN, rank="", song_id=songs[draft.song_id], key_shift=draft.key_shift
        )
        return new(item, entry, *_singers(entry.id, draft, planned, users))

    return each(items, decide)


def _singers(entry_id: str, draft: NewEntry, planned: Planned, users: dict[str, User]) -> list[QueueSinger]:
    """Each once: two names may be one singer."""
    known = {user: user if user in users or user in planned.users else None for _, user in draft.singers}
    by_key = {singer_key(name, known[user]): name for name, user in reversed(draft.singers)}
    return [
        QueueSinger(
            id=digest(entry_id, str(place)),
            entry_id=entry_id,
            place=place,
            name=name,
            user_id=user_of(key),
            singer=key,
        )
        for place, (key, name) in enumerate(reversed(by_key.items()))
    ]
