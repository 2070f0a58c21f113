"""What the kit's processes do with the domains of a night, each in a fresh interpreter that opens the store anew."""

from __future__ import annotations

from typing import Any

from karaoke_persist.testing.evenings import Evening, SetClock
from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.processes import Pipe, say, start_together
from karaoke_persist.testing.threads import outcome_of


def race_for_ana(pipe: Pipe, place: Place, number: int) -> tuple[bool, Any, Any]:
    """Let Ana's friend like a song, claim a guest, and register as Ana: what each came to."""
    with place.open() as library:
        start_together(pipe)
        liked = library.favorites.add_song("u0", "song-1")
        claimed = outcome_of(lambda: library.singers.claim_guest("guest", f"u{number}"))()
        return liked, claimed, outcome_of(lambda: library.users.register("Ana", "right"))()


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


def complete_songs(pipe: Pipe, place: Place, room: str, times: int) -> None:
    """Play a song to its end in a room, so many times."""
    with place.open() as library:
        evening = Evening(library, SetClock())
        start_together(pipe)
        for _ in range(times):
            evening.play("song-000", room, room=room)


def work_off(pipe: Pipe, place: Place, worker: str) -> list[str]:
    """Claim and complete jobs until there are none; the ids of those that were worked on."""
    done = []
    with place.open() as library:
        start_together(pipe)
        while claimed := library.jobs.claim(worker, 60):
            library.jobs.complete(claimed[0].id, attempt=claimed[0].attempts)
            done.append(claimed[0].id)
    return done


def claim_and_wait(pipe: Pipe, place: Place, seconds: float) -> None:
    """Claim a job, and wait to be killed."""
    with place.open() as library:
        library.jobs.claim("killed", seconds)
        say(pipe, "claimed")
        pipe.recv()


def merge_both(pipe: Pipe, place: Place, keep: str, other: str) -> object:
    """Merge one song into another; what came of it."""
    with place.open() as library:
        start_together(pipe)
        return outcome_of(lambda: library.versions.merge_songs(keep, [other]))()


def title_and_search(pipe: Pipe, place: Place, name: str, times: int) -> list[int]:
    """Write songs of one artist, so many; how many of them are found after each."""
    with place.open() as library:
        start_together(pipe)
        found = []
        for number in range(times):
            library.songs.create_or_update_song(f"{name}{number}", f"Love {number}", f"By {name}")
            found.append(library.songs.search_songs_paginated(f'artist:"by {name}" love')[1])
        return found
