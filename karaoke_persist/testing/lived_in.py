"""A library that has been lived in: rows of every model, most as operations leave them."""

from __future__ import annotations

from typing import Final

from karaoke_persist import Library
from karaoke_persist.contract import Query
from karaoke_persist.models import MODELS, Record, Transfer
from karaoke_persist.testing.handles import add_songs, probing
from karaoke_persist.testing.probes import PROBE_MODELS, Box, Folder, Sample, Seal, Shelf
from karaoke_persist.testing.samples import ANY_JSON, EVERY_FIELD, MOMENT, UNUSUAL_TEXT, song
from karaoke_persist.transfer.copying.canonical import line_of

PASSWORD: Final = "correct horse"
ALL: Final[tuple[type[Record], ...]] = tuple(each for each in (*MODELS, *PROBE_MODELS) if each is not Transfer)
"""The models whose rows are copied."""


def lived_in(library: Library) -> None:
    """Fill an empty library."""
    _songs(library)
    _people(library)
    _lists(library)
    _night(library)
    _probes(library)


def everything(library: Library, *models: type[Record]) -> dict[tuple[str, str], bytes]:
    """Every row to the letter, secret fields, revisions and what is maintained among them."""
    with probing(library, read_only=True) as probe:
        return {(model.__name__, row.key): line_of(row) for model in models or ALL for row in probe.find(Query(model))}


def many_songs(library: Library, count: int) -> None:
    """Songs `s00000`, `s00001` and so on, at revisions that differ."""
    rows = [song(f"s{number:05}", f"Title {number}", year=number, revision=1 + number % 7) for number in range(count)]
    with probing(library) as probe:
        probe.insert_verbatim(rows)


def _songs(library: Library) -> None:
    add_songs(library, song(**EVERY_FIELD), song("twin", "JÓGA", "bjork"), song("other", "Jóga (live)", "Björk"))
    add_songs(library, *(song(f"text {name}", text, extra={text: text}) for name, text in UNUSUAL_TEXT.items()))
    for year in (1990, 1991, 1992):
        library.songs.patch_song("song-1", {"year": year})
    library.versions.prefer("other")
    library.versions.merge_songs("song-1", ["twin"])


def _people(library: Library) -> None:
    ana = library.users.register("Ana", PASSWORD, is_admin=True)
    library.users.register("Bob", guest=True)
    library.favorites.add_song(ana.id, "song-1")
    library.favorites.add_artist(ana.id, "Björk")


def _lists(library: Library) -> None:
    library.playlists.create("Mine", playlist_id="mine", owner=_id_of(library, "ana"))
    library.playlists.add_many("mine", ["other", "song-1", "other"])
    library.playlists.create("Old", playlist_id="old", criteria={"version": 1, "text": "joga"})
    library.jobs.create("download", job_id="job", song_id="other", payload={"url": "https://example.org/"})
    library.jobs.claim("worker", 60)


def _night(library: Library) -> None:
    """Two songs were sung, one is on stage, two wait, and what was moved can be moved back."""
    for number, singer in enumerate(["Ana", "Bob", "Cleo", "Ana", "Bob"]):
        library.queue.add("other", singer=singer, entry_id=f"entry-{number}")
    for _ in range(3):
        library.queue.play_next()
    library.queue.move("entry-4", before="entry-3")


def _probes(library: Library) -> None:
    rows: list[list[Record]] = [
        [Folder(id="a", parent="z", revision=3), Folder(id="m", parent="m", revision=1), Folder(id="z", revision=2)],
        [Shelf(id="s", label="one", room="r", place=1, revision=1), Shelf(id="t", label="two", revision=9)],
        [Box(id="b", shelf="s", origin="t", revision=1)],
        [Seal(id="x", box="b", revision=1)],
        [Sample(id=name, anything=value, moment=MOMENT, revision=1) for name, value in ANY_JSON.items()],
    ]
    with probing(library) as probe:
        for batch in rows:
            probe.insert_verbatim(batch)


def _id_of(library: Library, name: str) -> str:
    user = library.users.get_by_username(name)
    assert user is not None
    return user.id
