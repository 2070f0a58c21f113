"""A source that is imported again: what changed in it, what changed here, and what is known of it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from importing_reports import reasons

import karaoke_persist
from karaoke_persist import Change, InvalidValue, Library, hookimpl
from karaoke_persist.testing.older_databases import write_oks

SONGS = [
    {"id": f"s{n}", "title": f"Title {n}", "artist": "x", "genre": "Pop", "vocals_path": f"s{n}/v.mp3"}
    for n in range(4)
]
USERS = [{"id": 1, "username": "ana", "theme": "dark", "password_hash": "pbkdf2:sha256:1$s$" + "0" * 64}]
QUEUE = [{"id": 1, "singer_name": "Ana", "song_id": "s0", "position": 1}]
Execute = Callable[..., None]


@pytest.fixture
def source(old: Any, library: Library) -> Path:
    """Give a database that was imported once."""
    path: Path = old(songs=SONGS, users=USERS, queue=QUEUE)
    library.transfer.import_oks(path)
    return path


@pytest.fixture
def execute(source: Path) -> Execute:
    """Give a function that changes the source."""

    def executing(*statements: str) -> None:
        with closing(sqlite3.connect(source)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    return executing


def title(library: Library, song_id: str) -> str | None:
    """What a song is called."""
    song = library.songs.get_song(song_id)
    return None if song is None else song.title


def test_what_changed_in_the_source(library: Library, source: Path, execute: Execute) -> None:
    """A row that changed in the source changes what came of it; a new one becomes new; the others are left alone."""
    execute(
        "UPDATE songs SET title = 'Better', genre = NULL WHERE id = 's1'",
        "INSERT INTO songs (id, title, artist) VALUES ('new', 'New', 'x')",
    )
    outcome = library.transfer.import_oks(source)
    song = library.songs.get_song("s1")
    assert song is not None
    assert (song.title, song.genre, dict(song.media)) == ("Better", None, {"vocals": "s1/v.mp3"})
    assert title(library, "new") == "New"
    songs = outcome.tables[0]
    assert (songs.updated, songs.written, songs.unchanged) == (1, 1, 3)
    assert reasons(outcome, "updated") == [("songs", "s1", "it changed in the source")] * 2
    assert library.transfer.import_oks(source).total("unchanged") == 7


def test_what_changed_on_both_sides(library: Library, source: Path, execute: Execute) -> None:
    """Field by field, what was changed here stays, and what was not follows the source."""
    library.songs.patch_song("s1", {"title": "Mine", "year": 1999})
    execute("UPDATE songs SET title = 'Theirs', genre = 'Rock' WHERE id = 's1'")
    outcome = library.transfer.import_oks(source)
    song = library.songs.get_song("s1")
    assert song is not None
    assert (song.title, song.year, song.genre) == ("Mine", 1999, "Rock")
    assert [(note.kind, note.field) for note in outcome.notes] == [("kept", "title"), ("updated", "genre")]


def test_what_was_deleted_here(library: Library, source: Path, execute: Execute) -> None:
    """What was deleted here is not brought back, though its row changed."""
    library.queue.clear()
    library.songs.delete_song("s0")
    execute("UPDATE songs SET title = 'Again' WHERE id = 's0'", "UPDATE karaoke_queue SET position = 9")
    outcome = library.transfer.import_oks(source)
    assert library.songs.get_song("s0") is None
    assert library.queue.view().items == ()
    assert [table for table, _, _ in reasons(outcome, "kept")] == ["songs", "karaoke_queue"]


def test_what_was_merged_here(library: Library, source: Path, execute: Execute) -> None:
    """A song that was merged into another stays so, and is queued as the other."""
    library.versions.merge_songs("s2", ["s1"])
    execute(
        "UPDATE songs SET title = 'Again' WHERE id = 's1'",
        "INSERT INTO karaoke_queue (id, singer_name, song_id, position) VALUES (2, 'Bob', 's1', 2)",
    )
    library.transfer.import_oks(source)
    assert title(library, "s2") == "Title 2"
    assert [item.song_id for item in library.queue.view().items] == ["s0", "s2"]


def test_users_who_changed(library: Library, source: Path, execute: Execute) -> None:
    """A profile and a password follow the source until they are changed here; a username stays."""
    execute("UPDATE users SET theme = 'light', username = 'anabel'")
    library.transfer.import_oks(source)
    user = library.users.get("1")
    assert user is not None
    assert (user.username, user.theme) == ("ana", "light")
    library.users.set_password("1", "mine")
    execute("UPDATE users SET theme = 'dark', password_hash = 'pbkdf2:sha256:2$s$" + "0" * 64 + "'")
    outcome = library.transfer.import_oks(source)
    assert library.users.authenticate("ana", "mine") is not None
    assert ("password", "kept") in [(note.field, note.kind) for note in outcome.notes]


def test_a_password_that_changed(library: Library, source: Path, execute: Execute) -> None:
    """A password that was changed in the source, and not here, is the one to log in with."""
    digest = hashlib.pbkdf2_hmac("sha256", b"new", b"s", 1).hex()
    execute(f"UPDATE users SET password_hash = 'pbkdf2:sha256:1$s${digest}'")
    outcome = library.transfer.import_oks(source)
    assert library.users.authenticate("ana", "new") is not None
    assert outcome.tables[1].updated == 1


def test_nothing_is_told_of_nothing(old: Any) -> None:
    """A second import tells no listener of anything, and takes no writer."""
    heard: list[tuple[Change, ...]] = []

    class Ears:
        @hookimpl
        def karaoke_after_commit(self, changes: tuple[Change, ...]) -> None:
            """Remember."""
            heard.append(changes)

    path = old(songs=SONGS, users=USERS, queue=QUEUE)
    with karaoke_persist.open("memory://", plugins=[Ears()]) as library:
        library.transfer.import_oks(path)
        assert {change.model for changes in heard for change in changes} >= {"Song", "User", "QueueEntry"}
        heard.clear()
        with library.transaction():  # whoever waited for the writer would fail
            library.transfer.import_oks(path)
    assert heard == []


def test_a_source_is_known_by_its_rows(library: Library, source: Path, execute: Execute, tmp_path: Path) -> None:
    """A copy of a source elsewhere, with a few rows changed, is the same source; another database is another."""
    execute("UPDATE songs SET title = 'Better' WHERE id = 's1'")
    moved = source.rename(tmp_path / "moved.db")
    assert library.transfer.import_oks(moved).source == "oks:old.db"
    other = write_oks(tmp_path / "old.db", songs=[{**song, "id": f"other {song['id']}"} for song in SONGS])
    outcome = library.transfer.import_oks(other)
    assert (outcome.source, outcome.total("written")) == ("oks:old.db (2)", 4)
    assert library.transfer.import_oks(other).source == "oks:old.db (2)"


def test_a_newer_version_of_the_application(library: Library, source: Path, execute: Execute) -> None:
    """Its new columns, as long as they are empty, make no row another one: the source is known, and nothing changes."""
    library.songs.delete_song("s3")
    execute(*(f"ALTER TABLE {table} ADD COLUMN mood TEXT" for table in ("songs", "users", "karaoke_queue")))

    outcome = library.transfer.import_oks(source)

    assert (outcome.source, outcome.total("unchanged"), outcome.total("read")) == ("oks:old.db", 6, 6)
    assert library.songs.get_song("s3") is None
    assert len(library.users.get_all()) == 1


def test_an_application_that_touches_every_row(library: Library, source: Path, execute: Execute) -> None:
    """Where the file lies in its place, songs that say mostly the same are enough to know it."""
    library.songs.delete_song("s3")
    execute(
        "UPDATE songs SET genre = 'Rock'",
        "UPDATE users SET theme = 'light'",
        "UPDATE karaoke_queue SET position = position + 1",
    )

    outcome = library.transfer.import_oks(source)

    assert (outcome.source, outcome.tables[0].updated, outcome.tables[0].kept) == ("oks:old.db", 3, 1)
    assert library.songs.get_song("s3") is None
    assert [user.username for user in library.users.get_all()] == ["ana"]


def test_the_same_songs_in_another_place(library: Library, source: Path, execute: Execute, tmp_path: Path) -> None:
    """Another venue may have them too: its users are not those of the first."""
    execute("UPDATE songs SET genre = 'Rock'", "UPDATE users SET username = 'bob'", "DELETE FROM karaoke_queue")

    outcome = library.transfer.import_oks(source.rename(tmp_path / "other.db"))

    assert outcome.source == "oks:other.db"
    assert {user.username for user in library.users.get_all()} == {"ana", "bob"}


def test_other_songs_in_the_same_place(library: Library, source: Path, execute: Execute) -> None:
    """The same keys do not make the same source."""
    execute("UPDATE songs SET title = 'Other ' || id, artist = 'y', genre = NULL, vocals_path = NULL")
    execute("UPDATE users SET username = 'bob'", "DELETE FROM karaoke_queue")

    outcome = library.transfer.import_oks(source)

    assert outcome.source == "oks:old.db (2)"
    assert {user.username for user in library.users.get_all()} == {"ana", "bob"}


def test_an_import_that_was_broken_off_early(library: Library, old: Any) -> None:
    """An import of which only the first rows came in is gone on with, as long as its file is where it was."""
    users = [{"id": number, "username": f"user {number}"} for number in range(60)]
    path = old(songs=[{"id": f"s{n}", "title": "t", "artist": "x"} for n in range(60)], users=users, queue=QUEUE)

    def interrupt(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("karaoke_persist.transfer.importing.run.BATCH", 3)
        library.transfer.import_oks(path, progress=interrupt)
    assert library.songs.count_songs() == 3
    outcome = library.transfer.import_oks(path)
    assert (outcome.source, outcome.total("unchanged"), outcome.total("written")) == ("oks:old.db", 3, 118)


def test_a_source_by_name(library: Library, source: Path, tmp_path: Path) -> None:
    """A name that is given counts: the same rows under another name are another source's."""
    outcome = library.transfer.import_oks(source, source="second venue")
    assert (outcome.source, outcome.total("written"), outcome.total("present")) == ("second venue", 2, 4)
    assert [user.username for user in library.users.get_all()] == ["ana", "ana-2"]
    with pytest.raises(InvalidValue, match="of the format oks"):
        library.transfer.import_file("openkj", write_openkj(tmp_path / "kj.db"), source="second venue")


def write_openkj(path: Path) -> Path:
    """An empty database of OpenKJ."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE dbSongs (songid INTEGER PRIMARY KEY, Artist, Title, path)")
    return path


def test_other_settings(library: Library, old: Any) -> None:
    """The same source with another setting is read anew: what was not touched here follows."""
    songs = [{"id": "a", "title": "t", "artist": "x", "vocals_path": "/srv/library/x/v.mp3"}]
    path = old(songs=songs, queue=[{**QUEUE[0], "song_id": "a"}])
    library.transfer.import_oks(path)
    outcome = library.transfer.import_oks(path, old_root="/srv/library")
    song = library.songs.get_song("a")
    assert song is not None
    assert (dict(song.media), song.extra) == ({"vocals": "x/v.mp3"}, {})
    assert (outcome.total("updated"), outcome.total("unchanged"), outcome.total("kept")) == (1, 1, 0)


def test_quarantined_rows_have_another_chance(library: Library, old: Any) -> None:
    """A row that could not be imported is tried again: when its song is there, it comes in."""
    path = old(songs=[], queue=QUEUE)
    assert library.transfer.import_oks(path).total("quarantined") == 1
    library.songs.create_song("Title", "x", song_id="s0")
    outcome = library.transfer.import_oks(path)
    assert (outcome.total("quarantined"), outcome.total("written")) == (0, 1)


def test_what_is_here_already(library: Library, old: Any) -> None:
    """A song and a job of the same id that are here already are counted as present, and stay as they are."""
    library.songs.create_song("Title 0", "x", song_id="s0", genre="Jazz", media={"vocals": "mine.mp3"})
    library.jobs.create("mine", job_id="j")
    outcome = library.transfer.import_oks(old(songs=SONGS[:1], jobs=[{"id": "j", "filename": "f", "status": "failed"}]))
    assert (outcome.total("present"), outcome.total("written")) == (2, 0)
    job, song = library.jobs.get("j"), library.songs.get_song("s0")
    assert job is not None
    assert song is not None
    assert (job.kind, song.genre, dict(song.media)) == ("mine", "Jazz", {"vocals": "mine.mp3"})


def test_progress(library: Library, old: Any) -> None:
    """It begins at nothing, never goes back, and ends with every row."""
    told: list[tuple[int, int]] = []
    songs = [{"id": f"s{n}", "title": "t", "artist": "x"} for n in range(1_200)]
    library.transfer.import_oks(old(songs=songs, users=USERS), progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 1_201) for done in (0, 250, 500, 750, 1_000, 1_200, 1_201)]


def test_the_name_of_the_seed(library: Library, source: Path) -> None:
    """`migrate_existing_data` is the same."""
    assert library.transfer.migrate_existing_data(source).total("unchanged") == 6
