"""The source is only copied, with what SQLite keeps beside it, and is byte for byte what it was."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from karaoke_persist import DataCorrupt, InvalidValue, Library, Unavailable
from karaoke_persist.transfer.importing.source import private_copy

SONG = {"id": "a", "title": "Jóga", "artist": "Björk"}


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """What the files of a folder hold, and when they were written."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def left_by_a_crash(path: Path, mode: str, change: str) -> None:
    """Leave a database as a process does that dies within, or right after, a change."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute(f"PRAGMA journal_mode = {mode}")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the end
            for statement in change.split(";"):
                connection.execute(statement)
            os.write(writing, b".")
        finally:
            os._exit(0)  # nothing is closed
    assert os.read(reading, 1) == b"."
    os.waitpid(child, 0)


FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@FORKS
def test_the_wal_is_read(library: Library, old: Any, tmp_path: Path) -> None:
    """What only the `-wal` file holds is imported, and database and `-wal` are byte for byte what they were."""
    path = old(songs=[SONG])
    left_by_a_crash(path, "WAL", "INSERT INTO songs (id, title, artist) VALUES ('only-in-wal', 't', 'x')")
    (tmp_path / "old.db-shm").unlink()
    assert (tmp_path / "old.db-wal").stat().st_size > 0
    before = state(tmp_path)

    outcome = library.transfer.import_oks(path)

    assert state(tmp_path) == before
    assert sorted(song.id for song in library.songs.get_songs()) == ["a", "only-in-wal"]
    assert outcome.total("read") == 2


@FORKS
def test_a_transaction_by_halves_is_not_read(library: Library, old: Any, tmp_path: Path) -> None:
    """What a crash has left half written is put back in the copy by its `-journal`, and the source left as it is."""
    path = old(songs=[{**SONG, "id": f"a{number}", "description": "x" * 2_000} for number in range(200)])
    left_by_a_crash(path, "DELETE", "BEGIN; UPDATE songs SET title = 'half', description = 'y'")
    assert (tmp_path / "old.db-journal").stat().st_size > 0
    before = state(tmp_path)

    library.transfer.import_oks(path)

    assert state(tmp_path) == before
    assert {song.title for song in library.songs.get_songs()} == {"Jóga"}
    assert library.songs.count_songs() == 200


def test_a_source_that_may_only_be_read(library: Library, old: Any, tmp_path: Path) -> None:
    """A file that nobody may write to is imported, and so is one that another program holds open."""
    path = old(songs=[SONG])
    path.chmod(0o400)
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT * FROM songs").fetchone()
        library.transfer.import_oks(path, quarantine=tmp_path / "elsewhere.jsonl")
    assert library.songs.count_songs() == 1


def test_nothing_is_left_behind(library: Library, old: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy goes when the import ends, well or not, and no file is made beside the source for nothing."""
    path = old(songs=[SONG])
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    library.transfer.import_oks(path)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.transfer.import_oks(path, source="again", progress=interrupt)
    assert list(room.iterdir()) == []
    assert sorted(each.name for each in tmp_path.iterdir()) == ["old.db", "room"]


def test_the_copy_is_for_nobody_else(old: Any) -> None:
    """The folder of the copy is closed to other users."""
    with private_copy.private_copy(old(songs=[SONG])) as copy:
        assert copy.parent.stat().st_mode & 0o077 == 0


def test_a_source_that_is_written_to(old: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes while it is copied is copied again, and given up in the end."""
    path, copies = old(songs=[SONG]), list[int]()
    copying = private_copy.shutil.copyfile

    def copy_and_change(source: Path, target: Path) -> None:
        copying(source, target)
        copies.append(1)
        if len(copies) < changes:
            os.utime(path, ns=(len(copies), len(copies)))

    monkeypatch.setattr(private_copy.shutil, "copyfile", copy_and_change)
    monkeypatch.setattr(private_copy, "_PAUSE", 0)
    changes = 3
    with private_copy.private_copy(path):
        assert len(copies) == 3
    changes = 1_000
    with pytest.raises(Unavailable, match="changes while it is copied") as caught, private_copy.private_copy(path):
        pass
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (None, Unavailable, "there is no file"),
        ("folder", Unavailable, "is no file"),
        (b"no database at all, but long enough to be looked at" * 50, DataCorrupt, "not a database"),
        (b"", InvalidValue, "no table"),
    ],
)
def test_what_is_no_database(
    library: Library, tmp_path: Path, content: Any, error: type[Exception], words: str
) -> None:
    """What is absent, a folder, no database or an empty one is a typed error, and nothing is imported."""
    path = tmp_path / "old.db"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=words):
        library.transfer.import_oks(path)
    assert library.songs.count_songs() == 0


def test_another_database(library: Library, tmp_path: Path) -> None:
    """A database of something else is `InvalidValue`, which names the tables it has."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    with pytest.raises(InvalidValue, match=r"no column id, title, artist in its table songs"):
        library.transfer.import_oks(tmp_path / "other.db")


def test_a_damaged_database(library: Library, old: Any) -> None:
    """A database that SQLite finds damaged is `DataCorrupt`, and nothing of it is imported."""
    path = old(songs=[{**SONG, "id": f"a{number}", "description": "x" * 3_000} for number in range(300)])
    data = bytearray(path.read_bytes())
    data[40 * 4096 : 60 * 4096] = os.urandom(20 * 4096)
    path.write_bytes(data)
    with pytest.raises(DataCorrupt, match=r"old\.db"):
        library.transfer.import_oks(path)
    assert library.songs.count_songs() == 0


def test_no_room_for_quarantined_rows(library: Library, old: Any, tmp_path: Path) -> None:
    """Where the rows that cannot be imported could not be written, nothing is imported."""
    with pytest.raises(Unavailable, match="Name another file"):
        library.transfer.import_oks(old(songs=[SONG]), quarantine=tmp_path / "no" / "such" / "folder.jsonl")
    assert library.songs.count_songs() == 0


def test_quarantined_rows(library: Library, old: Any, tmp_path: Path) -> None:
    """They are written as JSON lines, whole, where it was asked for, for nobody else to read."""
    place = tmp_path / "odd.jsonl"
    queue = [{"id": 5, "singer_name": "Zoë", "song_id": "gone", "position": 1}]
    outcome = library.transfer.import_oks(old(songs=[SONG], queue=queue), quarantine=place)
    assert outcome.quarantine == place
    assert place.stat().st_mode & 0o077 == 0
    row = '{"id": 5, "singer_name": "Zoë", "song_id": "gone", "position": 1}'
    reason = "the song 'gone' is not there"
    assert place.read_text(encoding="utf-8") == (
        f'{{"table": "karaoke_queue", "row": "5", "reason": "{reason}", "values": {row}}}\n'
    )


@pytest.mark.parametrize(
    "options",
    [{"sauce": "x"}, {"dry_run": 1}, {"progress": 5}, {"source": ""}, {"source": 5}, {"zone": "../etc/passwd"}],
)
def test_bad_options(library: Library, old: Any, options: dict[str, Any]) -> None:
    """An option that is unknown or does not fit is `InvalidValue`, and nothing is imported."""
    with pytest.raises(InvalidValue, match=r"sauce|dry_run|progress|ImportSource|zone"):
        library.transfer.import_oks(old(songs=[SONG]), **options)
    assert library.songs.count_songs() == 0


def test_an_unknown_format(library: Library, old: Any) -> None:
    """The error names the formats there are."""
    with pytest.raises(InvalidValue, match="oks, pikaraoke, karaoke-eternal, openkj, karafun"):
        library.transfer.import_file("tape", old())
