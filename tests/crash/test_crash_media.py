"""A process is killed at any point of a sync, or of the removal of a song with its files.

The rule: the library opens, and opening finishes what was begun to be removed. Each song is whole, with all the rows of
its files. Whatever is not yet as the disk is, a plan sees; once it is carried out, nothing is left to do.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from crash_media import kill_syncs

import karaoke_persist
from karaoke_persist.contract import Query
from karaoke_persist.media.removal import TRASH
from karaoke_persist.models import MediaFile, Removal
from karaoke_persist.testing.processes import Worker

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give an empty folder, and some recordings beside it."""
    (tmp_path / "sources").mkdir()
    with as_file(files("karaoke_persist.cli") / "demo_library") as demo:
        for number, path in enumerate(sorted(demo.rglob("*.mp3"))):
            shutil.copyfile(path, tmp_path / f"sources/{number}.mp3")
    (tmp_path / "songs").mkdir()
    return tmp_path / "songs"


def survive(url: str, root: Path, rounds: int, check: Callable[[], object] = lambda: None) -> None:
    """Kill syncs, each in a folder that has changed since, and look."""
    with karaoke_persist.open(url, on_error="raise"):
        pass  # so that the schema is there
    with Worker(kill_syncs, url, str(root), rounds) as killer:
        for number in range(rounds):
            killer.pipe.send(number)
            assert killer.pipe.poll(30), "a round of killing hangs"
            killer.pipe.recv()
            check()
            with karaoke_persist.open(url, on_error="raise", timeout=10, roots={"main": root}) as library:
                look(library, root)
                if number % 10 == 9:
                    come_to_rest(library)
    with karaoke_persist.open(url, on_error="raise", timeout=10, roots={"main": root}) as library:
        come_to_rest(library)


def look(library: Any, root: Path) -> None:
    """Nothing is by halves."""
    rows = library.run(lambda tx: tx.songs.session.find(Query(MediaFile)), read_only=True)
    own: dict[str, set[str]] = {}
    for row in rows:
        own.setdefault(row.song_id, set()).add(row.path)
    for song in library.songs.get_songs():
        assert set(song.media.values()) <= own.get(song.id, set()), "a song lacks the rows of its files"
        assert song.id in own or song.missing_since is not None, "a song whose files are all another's is not missing"
        assert song.title
        assert song.artist
    assert library.run(lambda tx: tx.songs.session.find(Query(Removal)), read_only=True) == []
    trashed = {path.name[37:] for path in (root / TRASH).glob("*")}
    assert all(name.endswith(".mp3") for name in trashed)


def come_to_rest(library: Any) -> None:
    """What is not yet as the disk is, one sync brings in step, and everything is what its file says."""
    library.media.sync(accept_missing=True, workers=0)
    assert library.media.plan().is_empty
    found = library.media.check()
    missing = {song.id for song in library.songs.get_songs() if song.missing_since is not None}
    assert set(found.songs_without_files) == missing
    assert (found.files_without_songs, found.ignored, found.removals) == ((), (), ())


@pytest.mark.backend("sqlite")
def test_sqlite_sync(tmp_path: Path, root: Path, long_rounds: int) -> None:
    """On SQLite, a sync that is killed leaves whole songs, and nothing that the next one does not see."""

    def check() -> None:
        with closing(sqlite3.connect(tmp_path / "crash.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []

    survive(f"sqlite:///{tmp_path}/crash.db", root, long_rounds, check)


@pytest.mark.backend("postgres")
def test_postgres_sync(postgres_server: Any, root: Path, long_rounds: int) -> None:
    """On PostgreSQL the same holds for each killed client."""
    database = postgres_server.create()
    try:
        survive(postgres_server.url(database), root, long_rounds)
    finally:
        postgres_server.drop(database)
