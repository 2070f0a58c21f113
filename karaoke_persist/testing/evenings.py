"""Evenings that rules play: songs, a room, and a clock that goes when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from karaoke_persist import Library
from karaoke_persist.ids import new_id
from karaoke_persist.models import Performance, QueueEntry, QueueSinger, Room, Song
from karaoke_persist.models.singer import singer_key
from karaoke_persist.operations.performances import close_performance, open_performance
from karaoke_persist.session import Session
from karaoke_persist.testing.handles import probing

T = TypeVar("T")

EIGHT: Final = datetime(2024, 2, 29, 20, tzinfo=UTC)
"""When evenings begin."""
SONG_LENGTH: Final = timedelta(minutes=4)
STAGE: Final = "stage"
"""The room where nothing else is said."""


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = EIGHT) -> None:
        self.now: datetime = now

    def __call__(self) -> datetime:  # noqa: D102 - the class says it
        return self.now

    def pass_by(self, time: timedelta) -> None:
        """Move on, or with a negative time back."""
        self.now += time


class Evening:
    """Plays songs on a store as the queue does: `play("song-1", "Ana", "Bob")`."""

    def __init__(self, library: Library, clock: SetClock) -> None:
        self.library: Library = library
        self.clock: SetClock = clock

    def rooms(self, *room_ids: str) -> None:
        """Make rooms."""
        with probing(self.library) as probe:
            probe.insert(*(Room(id=room_id, name=room_id) for room_id in room_ids))

    def within(self, work: Callable[[Session], T]) -> T:
        """Do something in a transaction of its own."""
        with probing(self.library, clock=self.clock) as probe:
            return work(probe)

    def begin(self, song_id: str, *names: str, room: str = STAGE, key_shift: int = 0, tempo: int = 100) -> Performance:
        """Bring a song on stage."""
        entry = QueueEntry(id=new_id(), room_id=room, rank="i", song_id=song_id, key_shift=key_shift, tempo=tempo)
        singers = [
            QueueSinger(id=new_id(), entry_id=entry.id, place=place, name=name, singer=singer_key(name))
            for place, name in enumerate(names)
        ]

        def work(session: Session) -> Performance:
            song = session.get(Song, song_id)
            assert song is not None
            return open_performance(session, room, entry, singers, song)

        return self.within(work)

    def complete(self, performance: Performance) -> Performance:
        """Let it be sung to the end, after the length of a song."""
        self.clock.pass_by(SONG_LENGTH)
        return self.within(lambda session: close_performance(session, performance.id, "completed"))

    def skip(self, performance: Performance) -> Performance:
        """Take it off the stage, after half the length of a song."""
        self.clock.pass_by(SONG_LENGTH / 2)
        return self.within(lambda session: close_performance(session, performance.id, "skipped"))

    def play(self, song_id: str, *names: str, room: str = STAGE, key_shift: int = 0) -> Performance:
        """Bring a song on stage, and let it be sung to the end."""
        return self.complete(self.begin(song_id, *names, room=room, key_shift=key_shift))
