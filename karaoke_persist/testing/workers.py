"""What the kit's processes do. Each runs in a fresh interpreter and opens the store anew."""

from __future__ import annotations

from karaoke_persist import Transaction
from karaoke_persist.testing.handles import Place
from karaoke_persist.testing.processes import Pipe, say, start_together
from karaoke_persist.testing.samples import song


def count_up(pipe: Pipe, place: Place, times: int) -> None:
    """Read a number and write it raised by one, so many times."""

    def step(tx: Transaction) -> None:
        found = tx.songs.get_song("song-1")
        assert found is not None
        tx.songs.patch_song("song-1", {"year": (found.year or 0) + 1})

    with place.open() as library:
        start_together(pipe)
        for _ in range(times):
            library.run(step)


def open_and_store(pipe: Pipe, place: Place, song_id: str) -> str:
    """Open a store that may be empty, store one song, and answer the state of the schema."""
    start_together(pipe)
    with place.open() as library:
        library.songs.upsert_songs([song(song_id)])
        return library.store.schema().state


def hold_the_writer(pipe: Pipe, place: Place) -> None:
    """Hold the writer until told to go on."""
    with place.open() as library, library.transaction() as tx:
        tx.songs.create_or_update_song("held", "Held", "x")
        say(pipe, "holding")
        pipe.recv()


def write_at_once(pipe: Pipe, place: Place) -> None:
    """Write without waiting for another writer."""
    with place.open() as library, library.transaction(timeout=0) as tx:
        tx.songs.create_or_update_song("written", "Written", "x")


def commit_and_wait(pipe: Pipe, place: Place) -> None:
    """Commit one song, begin another, and wait to be killed."""
    with place.open() as library:
        library.songs.create_or_update_song("committed", "Committed", "x")
        with library.transaction() as tx:
            tx.songs.create_or_update_song("begun", "Begun", "x")
            tx.songs.patch_song("committed", {"title": "Changed"})
            say(pipe, "committed")
            pipe.recv()
