"""Backups, their restoring, and upgrades with a backup before."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlite_probes import add_songs_by_hand, migrate_to, options

import karaoke_persist
from karaoke_persist import BadArchive, InvalidValue, SchemaMismatch, Unsupported, transfer
from karaoke_persist.models import MODELS, MODELS_VERSION, Song
from karaoke_persist.plugins import open_store
from karaoke_persist.testing.handles import nothing_changes
from karaoke_persist.testing.lived_in import everything, many_songs
from karaoke_persist.testing.threads import Background
from karaoke_persist_sql.migrations.revisions import HEAD, REVISIONS

OLDER = REVISIONS[:-1]


@contextmanager
def by_hand(url: str) -> Iterator[Any]:
    """What runs a statement on a database that has no schema of today."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        yield lambda statement: connection.execute(text(statement))
    engine.dispose()


def older(url: str, revision: str) -> None:
    """Make a database as an older version left it, with three songs."""
    from sqlalchemy import create_engine

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    migrate_to(engine, revision)
    engine.dispose()
    with by_hand(url) as run:
        add_songs_by_hand(run, {"a": "x", "b": "x", "c": "y"})


def artists(library: karaoke_persist.Library) -> dict[str, str]:
    """The artist of each song."""
    return {song.id: song.artist for song in library.songs.get_songs()}


def test_the_models_have_the_number_of_the_schema():
    """An archive of an older schema is told by the number that its revision begins with."""
    assert int(HEAD.partition("_")[0]) == MODELS_VERSION


@pytest.mark.parametrize("revision", OLDER)
def test_an_upgrade_is_preceded_by_a_backup(url: str, songs, tmp_path: Path, revision: str):
    """Of every older schema: the upgrade keeps what was there, and so does the backup, which any backend restores."""
    older(url, revision)
    done = transfer.migrate(url, backups=tmp_path / "backups")
    assert (done.before.found, done.after.state) == (revision, "current")
    with karaoke_persist.open(url) as library:
        assert artists(library) == {"a": "x", "b": "x", "c": "y"}
    transfer.restore(done.backup.path, songs)
    assert artists(songs) == {"a": "x", "b": "x", "c": "y"}
    assert [each.hidden for each in songs.songs.get_songs()] == [False] * 3


def test_nothing_is_backed_up_without_need(url: str, tmp_path: Path):
    """An absent and a current schema are no reason, and who wants none gets none."""
    folder = tmp_path / "backups"
    for before in ("absent", "current"):
        done = transfer.migrate(url, backups=folder)
        assert (done.before.state, done.backup) == (before, None)
    assert not folder.exists()


def test_an_upgrade_without_a_backup(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Is one that was asked for so."""
    monkeypatch.chdir(tmp_path)
    older(url, OLDER[0])
    assert transfer.migrate(url, backups=None).backup is None
    assert not (tmp_path / "backups").exists()


def test_the_progress_of_the_backup_before_an_upgrade(url: str, tmp_path: Path):
    """It is told to its end, whether a file is copied or rows are written."""
    older(url, OLDER[0])
    told: list[tuple[int, int]] = []

    transfer.migrate(url, backups=tmp_path, progress=lambda done, total: told.append((done, total)))

    assert told[-1][0] == told[-1][1] > 0


def test_an_upgrade_that_cannot_be_backed_up_is_not_made(url: str, tmp_path: Path):
    """Where there is no place for the backup, the schema stays as it was."""
    older(url, OLDER[0])
    (tmp_path / "file").touch()
    with pytest.raises(karaoke_persist.Unavailable):
        transfer.migrate(url, backups=tmp_path / "file")
    with pytest.raises(SchemaMismatch, match="behind"):
        karaoke_persist.open(url)


@pytest.mark.parametrize("revision", OLDER)
def test_rows_of_an_older_schema(url: str, revision: str):
    """They are read in the order of their keys, with the fields that are there, and of what is not there are none."""
    older(url, revision)
    with closing(open_store(url, options(models=MODELS, check_schema=False))) as store:
        with store.found_rows(2) as found:
            assert [[row["id"] for row in rows] for rows in found.batches(Song)] == [["a", "b"], ["c"]]
            (first, *_), *_ = found.batches(Song)
            later = [list(found.batches(model)) for model in MODELS if model is not Song]
            assert [found.count(model) for model in MODELS] == [3 if model is Song else 0 for model in MODELS]
        assert ("play_count" in first) == (int(revision[:4]) >= 3)
        assert (first["artist"], first["favorite"], first["tags"]) == ("x", False, ())
        assert later == [[]] * len(later)
        assert store.sessions_open == 0


def test_a_backup_does_not_wait_for_writers(url: str, tmp_path: Path, songs):
    """While a transaction is open, a backup has what was committed before, and is ready first."""
    with karaoke_persist.open(url) as library:
        many_songs(library, 1_200)
        before = everything(library, Song)
        with library.transaction() as tx:
            tx.songs.create_song("Not yet", "x")
            report = Background(lambda: transfer.backup(library, tmp_path / "backups")).result()
            assert tx.songs.count_songs() == 1_201
    transfer.restore(report.path, songs)
    assert everything(songs, Song) == before


def test_a_party_during_backups(url: str, tmp_path: Path):
    """Backups one after the other, while songs are added in pairs, hold no pair by halves."""
    with karaoke_persist.open(url) as library:

        def party() -> None:
            for number in range(60):
                with library.transaction() as tx:
                    tx.songs.create_song("One", "x", song_id=f"{number}-one")
                    tx.songs.create_song("Two", "x", song_id=f"{number}-two")

        adding = Background(party)
        made = [transfer.backup(library, tmp_path / "backups", keep=4) for _ in range(6)]
        adding.result()
    for each in made[-4:]:
        with karaoke_persist.open("memory://") as restored:
            transfer.restore(each.path, restored)
            ids = {song.id.split("-")[0] for song in restored.songs.get_songs()}
            assert restored.songs.count_songs() == 2 * len(ids)


@pytest.mark.backend("sqlite")
def test_a_copied_file_is_one_file(tmp_path: Path):
    """A backup of a file is a file by itself, with its checksum as sha256sum writes it, and nobody else may read it."""
    with karaoke_persist.open(tmp_path / "party.db") as library:
        many_songs(library, 100)
        path = Path(transfer.backup(library, tmp_path / "backups").path)
    assert {each.name for each in path.parent.iterdir()} == {path.name, f"{path.name}.sha256"}
    assert path.stat().st_mode & 0o777 == 0o600
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.with_name(f"{path.name}.sha256").read_text() == f"{digest}  {path.name}\n"
    with karaoke_persist.open(path) as copied:
        assert copied.songs.count_songs() == 100


@pytest.mark.backend("sqlite")
@pytest.mark.parametrize("sums", [True, False])
def test_a_damaged_file(tmp_path: Path, empty, sums: bool):
    """A backup that is not what its checksum says, or no database at all any more, is refused whole."""
    with karaoke_persist.open(tmp_path / "party.db") as library:
        many_songs(library, 100)
        path = Path(transfer.backup(library, tmp_path / "backups").path)
    if sums:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.with_name(f"{path.name}.sha256").unlink()
        path.write_bytes(path.read_bytes()[:16] + b"\xff" * 5_000)
    with nothing_changes(empty), pytest.raises(BadArchive, match="SHA-256" if sums else "damaged"):
        transfer.restore(path, empty)


@pytest.mark.backend("sqlite")
def test_what_is_no_backup(tmp_path: Path, empty):
    """Other files, other databases, backups of a newer version, and halves of a copy are refused by name."""
    import sqlite3

    (tmp_path / "a.txt").write_text("no backup")
    with pytest.raises(BadArchive, match="not a zip file"):
        transfer.restore(tmp_path / "a.txt", empty)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE songs (id)")
        other.commit()
    with pytest.raises(BadArchive, match="no karaoke library"):
        transfer.restore(tmp_path / "other.db", empty)
    karaoke_persist.open(tmp_path / "newer.db").close()
    with closing(sqlite3.connect(tmp_path / "newer.db")) as newer:
        newer.execute("UPDATE kp_schema_version SET version_num = '9999_future'")
        newer.commit()
    with pytest.raises(BadArchive, match=r"newer one.*Upgrade"):
        transfer.restore(tmp_path / "newer.db", empty)


@pytest.mark.backend("sqlite")
def test_half_a_copy_is_no_backup(tmp_path: Path, songs, empty):
    """A file that an interrupted copy left is not taken for a whole one."""
    many_songs(songs, 1_500)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with karaoke_persist.open(tmp_path / "half.db") as half, pytest.raises(KeyboardInterrupt):
        transfer.copy(songs, half, progress=stop)
    with pytest.raises(karaoke_persist.IncompleteStore):
        transfer.restore(tmp_path / "half.db", empty)
    assert everything(empty) == {}


@pytest.mark.parametrize("keep", [0, -1])
def test_one_backup_at_least_is_kept(songs, tmp_path: Path, keep: int):
    """A rotation that kept none would be no backup."""
    with pytest.raises(InvalidValue, match="keep"):
        transfer.backup(songs, tmp_path, keep=keep)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_backup_left_is_removed(songs, tmp_path: Path):
    """A day later, and only its own; what may still be written to is left alone."""
    names = [".memory-1.zip.x.partial", ".memory-2.zip.y.partial", ".other-1.zip.z.partial"]
    for name in names:
        (tmp_path / name).touch()
    for name in names[::2]:
        os.utime(tmp_path / name, (0, 0))
    report = transfer.backup(songs, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*names[1:], Path(report.path).name}


def test_a_store_that_cannot_be_read_before_an_upgrade(install: Any, tmp_path: Path):
    """A backend that offers no way to it is told so before anything is touched."""
    (tmp_path / "stranger").mkdir()
    (tmp_path / "stranger" / "old_backend.py").write_text(BACKEND)
    install("old", "old_backend", tmp_path / "stranger")
    with pytest.raises(Unsupported, match=r"--no-backup"):
        transfer.migrate("old://", backups=tmp_path / "backups")
    assert transfer.migrate("old://", backups=None).after.state == "current"


BACKEND = """
from karaoke_persist.contract import SchemaState, hookimpl
from karaoke_persist_memory.store import MemoryStore, open_memory_store

contract_version = "1.0"


class OldStore(MemoryStore):
    def schema(self):
        return SchemaState("behind", "0001_old", "0002_new")


@hookimpl
def karaoke_open_store(url, options):
    store = open_memory_store("memory://", options)
    store.__class__ = OldStore
    return store
"""
