"""What the kit's processes do with a karaoke night. Each runs in a fresh interpreter and opens the store anew."""

from __future__ import annotations

from karaoke_persist.testing.evenings import Evening, SetClock
from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.processes import Pipe, start_together


def complete_songs(pipe: Pipe, place: Place, room: str, times: int) -> None:
    """Play a song to its end in a room, so many times."""
    with place.open() as library:
        evening = Evening(library, SetClock())
        start_together(pipe)
        for _ in range(times):
            evening.play("song-000", room, room=room)
