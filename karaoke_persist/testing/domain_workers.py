"""What the kit's processes do with the domains of a night, each in a fresh interpreter that opens the store anew."""

from __future__ import annotations

from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.processes import Pipe, start_together


def add_and_move(pipe: Pipe, place: Place, playlist_id: str, times: int) -> list[str]:
    """Add a song to a playlist and move it to the front, so many times; the ids of the entries."""
    with place.open() as library:
        start_together(pipe)
        added = []
        for _ in range(times):
            entry = library.playlists.add(playlist_id, "song-000")
            first = library.playlists.get_contents(playlist_id, limit=1).items[0].entry
            assert first is not None
            library.playlists.move(playlist_id, entry.id, before=first.id)
            added.append(entry.id)
        return added
