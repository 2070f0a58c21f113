"""Whether a song may come into a queue, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from karaoke_persist.contract import And, Eq, Query
from karaoke_persist.errors import IllegalState, NotFound
from karaoke_persist.models import QueueEntry, QueueSinger, Song
from karaoke_persist.operations.performances import sung_tonight
from karaoke_persist.operations.queue.answers import Repeat
from karaoke_persist.operations.queue.quotas import check_quotas
from karaoke_persist.operations.queue.room_queue import RoomQueue
from karaoke_persist.operations.redirects import find_song

_BY_FORCE: Final = "let the host add it with force=True"


def song_for(queue: RoomQueue, song_id: str, *, force: bool) -> Song:
    """The song, or the one it was merged into. For a guest a hidden one is not there, and a closed room takes none."""
    room = queue.room
    if not room.is_open and not force:
        raise IllegalState("Room", room.id, "closed", "take entries of guests", f"Open the room, or {_BY_FORCE}")
    song = find_song(queue.session, song_id)
    if song is None or (song.hidden and not force):
        raise NotFound("Song", song_id)
    return song


def admit(queue: RoomQueue, song: Song, singers: Sequence[QueueSinger], *, force: bool) -> tuple[Repeat, ...]:
    """Refuse what the room's rules do not allow, unless the host has the word; the warnings otherwise."""
    warnings: list[Repeat] = []
    if _applies(queue, queue.room.when_queued, "already queued", song, force=force):
        warnings.append("already queued")
    if _applies(queue, queue.room.when_sung, "sung tonight", song, force=force):
        warnings.append("sung tonight")
    if not force:
        check_quotas(queue, singers, song)
    return tuple(warnings)


def _applies(queue: RoomQueue, policy: str, repeat: Repeat, song: Song, *, force: bool) -> bool:
    """Whether a repeat is to be warned of."""
    if policy == "allow" or not _REPEATS[repeat](queue, song.id):
        return False
    if policy == "refuse" and not force:
        raise IllegalState("Song", song.id, repeat, "be queued again", f"Choose another, or {_BY_FORCE}")
    return True


def _is_queued(queue: RoomQueue, song_id: str) -> bool:
    queued = Query(QueueEntry, And(Eq("room_id", queue.room.id), Eq("song_id", song_id)), limit=1)
    return bool(queue.session.rows(queued, ("id",)))


def _was_sung(queue: RoomQueue, song_id: str) -> bool:
    return sung_tonight(queue.session, queue.room.id, song_id)


_REPEATS: Final = {"already queued": _is_queued, "sung tonight": _was_sung}
