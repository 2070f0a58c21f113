"""A room with songs and a queue, for the rules of the queue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from karaoke_persist import Library
from karaoke_persist.contract import Query
from karaoke_persist.models import QueueEntry, QueueSinger, Room, rank
from karaoke_persist.models.singer import singer_key
from karaoke_persist.operations.namespaces import Namespaces
from karaoke_persist.operations.queue.room_queue import MAIN
from karaoke_persist.testing.handles import add_songs, probing, stored
from karaoke_persist.testing.samples import song

MINUTE = 60_000


def with_songs(library: Library, count: int = 9) -> Library:
    """The library with songs `s0`, `s1` and so on, of three minutes each."""
    add_songs(library, *(song(f"s{number}", f"Song {number}", duration_ms=3 * MINUTE) for number in range(count)))
    return library


def queued(library: Library, *entries: str, singer: str | None = None) -> None:
    """Add entries by ids like `a1`, each a song of its own that the singer `a` sings, or the one who is named."""
    for entry in entries:
        library.queue.add(_song_of(library, entry), singer=singer or entry[:-1], entry_id=entry)


def standing(library: Library, room: str = MAIN) -> list[str]:
    """The ids of those that wait or are held, in order; their positions are 1 to n."""
    items = [item for item in library.queue.entries(room) if item.state != "playing"]
    assert [item.position for item in items] == list(range(1, len(items) + 1))
    return [item.id for item in items]


def on_stage(library: Library, room: str = MAIN) -> list[str]:
    """The ids of those on stage: one or none, as the room says too."""
    playing = [item.id for item in library.queue.entries(room) if item.position == 0]
    found = library.queue.get_room(room)
    assert playing == [each for each in [found and found.playing_entry] if each is not None]
    return playing


def rev(library: Namespaces, room: str = MAIN) -> int:
    """How often the queue has changed."""
    return library.queue.view(room).rev


@contextmanager
def one_change(library: Library, room: str = MAIN) -> Iterator[None]:
    """Assert that the block is one change of the queue."""
    before = rev(library, room)
    yield
    assert rev(library, room) == before + 1


def long_queue(library: Library, count: int = 1_000) -> None:
    """A queue of so many entries `e0000`, `e0001` and so on, each of its own singer, written at once."""
    with_songs(library, 2)
    ranks = list(rank.spread(count))
    ids = [f"e{number:04}" for number in range(count)]
    stored(library, Room(id=MAIN, name="Main"))
    with probing(library) as probe:
        entries = zip(ids, ranks, strict=True)
        probe.upsert([QueueEntry(id=each, room_id=MAIN, rank=at, song_id="s0") for each, at in entries])
        probe.upsert([_sung_by(each, f"singer of {each}") for each in ids])


def stored_ranks(library: Library) -> dict[str, str]:
    """The rank of every entry."""
    with probing(library, read_only=True) as probe:
        return {entry.id: entry.rank for entry in probe.find(Query(QueueEntry))}


def _sung_by(entry_id: str, name: str) -> QueueSinger:
    return QueueSinger(id=f"of {entry_id}", entry_id=entry_id, place=0, name=name, singer=singer_key(name))


def _song_of(library: Library, entry: str) -> str:
    library.songs.create_or_update_song(entry, f"Song {entry}", "x", duration_ms=3 * MINUTE)
    return entry
