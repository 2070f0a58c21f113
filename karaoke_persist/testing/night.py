"""Rows of a night, stored directly: what rules about singers need, whichever operations make them otherwise."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from karaoke_persist import Library
from karaoke_persist.contract import Query
from karaoke_persist.models import (
    Night,
    Performance,
    PerformanceSinger,
    PreferredVersion,
    QueueEntry,
    QueueSinger,
    Record,
    Room,
)
from karaoke_persist.models.singer import singer_key
from karaoke_persist.session import Session
from karaoke_persist.testing.handles import probing, stored
from karaoke_persist.testing.samples import MOMENT, song

ROOM: Final = "room"

Singer = tuple[str, str | None]
"""The name somebody goes by, and the user it is."""


def rooms(library: Library, room_id: str = ROOM, **fields: Any) -> Room:
    """A room, with these fields from now on; it is made if it is not there."""
    with probing(library) as probe:
        _there(probe, Room(id=room_id, name=room_id))
        if fields:
            probe.patch(Room, room_id, fields)
        found = probe.get(Room, room_id)
    assert found is not None
    return found


def queue_up(library: Library, entry_id: str, *singers: Singer, room_id: str = ROOM) -> None:
    """Put a song into the queue of a room."""
    rooms(library, room_id)
    with probing(library) as probe:
        _there(probe, song())
        probe.insert(QueueEntry(id=entry_id, room_id=room_id, rank=entry_id, song_id="song-1"))
        for place, (name, user_id) in enumerate(singers):
            row = {"id": f"{entry_id}-{place}", "entry_id": entry_id, "place": place, "name": name, "user_id": user_id}
            probe.insert(QueueSinger(**row, singer=singer_key(name, user_id)))


def perform(library: Library, performance_id: str, *singers: Singer) -> None:
    """Let a song have been sung."""
    rooms(library)
    when: dict[str, Any] = {"night_id": "night", "started_at": MOMENT}
    with probing(library) as probe:
        _there(probe, Night(id="night", room_id=ROOM, opened_at=MOMENT, active_at=MOMENT))
        sung: dict[str, Any] = {"room_id": ROOM, "song_id": "song-1", "title": "Jóga", "artist": "Björk"}
        probe.insert(Performance(id=performance_id, status="completed", **sung, **when))
        for place, (name, user_id) in enumerate(singers):
            row = {"id": f"{performance_id}-{place}", "performance_id": performance_id, "place": place, "name": name}
            who = {"user_id": user_id, "singer": singer_key(name, user_id)}
            probe.insert(PerformanceSinger(**row, **who, song_id="song-1", completed=True, **when))


def prefer(library: Library, scope: str, song_id: str, versions: str = "björk|jóga") -> None:
    """Let somebody prefer one of the versions of a song."""
    stored(library, PreferredVersion(id=f"{scope} {versions}", version_key=versions, scope=scope, song_id=song_id))


def preferred(library: Library) -> dict[tuple[str, str], str]:
    """The preferred songs by whose preference it is, and of which versions."""
    with probing(library, read_only=True) as probe:
        return {(row.scope, row.version_key): row.song_id for row in probe.find(Query(PreferredVersion))}


def waiting(library: Library) -> dict[str, list[tuple[str, str, str | None]]]:
    """Who sings each entry of the queues: name, singer and user, in the order they were named."""
    return _by_what_is_sung(library, QueueSinger, "entry_id")


def sung_by(library: Library) -> dict[str, list[tuple[str, str, str | None]]]:
    """The same of each performance."""
    return _by_what_is_sung(library, PerformanceSinger, "performance_id")


def _by_what_is_sung(library: Library, model: type[Record], sung: str) -> dict[str, list[tuple[str, str, str | None]]]:
    found: dict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
    with probing(library, read_only=True) as probe:
        for row in sorted(probe.find(Query(model)), key=lambda row: row.place):
            found[getattr(row, sung)].append((row.name, row.singer, row.user_id))
    return dict(found)


def _there(session: Session, value: Record) -> None:
    """Store a value unless its key is taken."""
    if session.get(type(value), value.key) is None:
        session.insert(value)
