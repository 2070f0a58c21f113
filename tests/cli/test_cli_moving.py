"""`karaoke-persist copy`, `dump`, `load`, `backup`, `restore` and `songbook`: whole libraries on the move."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import karaoke_persist
from karaoke_persist import transfer
from karaoke_persist.testing.handles import add_songs
from karaoke_persist.testing.lived_in import many_songs
from karaoke_persist.testing.samples import song

OLD, NEW = "sqlite:///old.db", "sqlite:///new.db"


@pytest.fixture(autouse=True)
def old(tmp_path):
    """A library with a few songs, one of them hidden."""
    with karaoke_persist.open(tmp_path / "old.db") as library:
        add_songs(library, song("joga", "Jóga"), song("b", "The Wall", "Pink Floyd"), song("c", "Secret", hidden=True))


def titles(path):
    """The titles in a database, by id."""
    with karaoke_persist.open(path, create_schema=False) as library:
        return {each.id: each.title for each in library.songs.get_songs()}


def test_a_copy_is_made_and_made_again(command, tmp_path):
    """The first writes everything, the second nothing, and both say what they did."""
    shown = command("copy", OLD, NEW)
    assert shown.out.splitlines()[2].split() == ["3", "1", "1", "3", "0"]
    assert "read back" in shown.out
    again = command("copy", OLD, NEW, "--json").json
    assert (again["rows"]["Song"], again["rewritten"], again["written"]) == (3, 0, 0)
    assert titles(tmp_path / "new.db") == titles(tmp_path / "old.db")
    assert command("copy", OLD, NEW, "--quiet").out == ""


def test_a_database_that_is_not_empty_is_safe(command, tmp_path):
    """It is written over when that is said."""
    with karaoke_persist.open(tmp_path / "new.db") as library:
        add_songs(library, song("mine"))
    refused = command("copy", OLD, NEW, expect=1)
    assert "--replace" in refused.err
    assert set(titles(tmp_path / "new.db")) == {"mine"}
    command("copy", OLD, NEW, "--replace")
    assert titles(tmp_path / "new.db") == titles(tmp_path / "old.db")


def test_an_incomplete_database_names_the_remedy(command, tmp_path):
    """Every command refuses half a copy with the command line that finishes it, and that line does."""
    many = karaoke_persist.open(tmp_path / "many.db")
    many_songs(many, 1_500)

    def stop(done, total):
        raise KeyboardInterrupt

    with karaoke_persist.open(tmp_path / "new.db") as half, pytest.raises(KeyboardInterrupt):
        transfer.copy(many, half, progress=stop)
    many.close()
    refused = command("search", "x", "--store", NEW, expect=1).err
    remedy = refused.partition("Run it again: karaoke-persist ")[2].split()
    assert remedy[0] == "copy"
    command(*remedy[:2], NEW)
    assert len(titles(tmp_path / "new.db")) == 1_500


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["copy", "sqlite:///nowhere.db", NEW], "there is no karaoke library"),
        (["copy", OLD, "memory://x"], "once this command has ended"),
        (["copy", OLD, NEW, "--to-option", "colour=red"], "colour"),
        (["copy", OLD, NEW, "--from-option", "colour=red"], "colour"),
        (["load", "nowhere.zip", "--store", NEW], "nowhere.zip cannot be used"),
        (["restore", "nowhere.db", "--store", NEW], "nowhere.db cannot be used"),
        (["dump", "a.zip", "--store", "sqlite:///nowhere.db"], "there is no karaoke library"),
        (["backup", "folder", "--store", "sqlite:///nowhere.db"], "there is no karaoke library"),
        (["songbook", "--store", "sqlite:///nowhere.db"], "there is no karaoke library"),
        (["songbook", "--store", OLD, "--format", "pdf"], "choose one of csv, json, html"),
    ],
)
def test_mistakes_are_one_line_and_make_nothing(command, tmp_path, arguments, says):
    """What cannot be done leaves no database, no archive and no folder behind."""
    before = {each.name for each in tmp_path.iterdir()}
    error = command(*arguments, expect=1).err
    assert says in error
    assert error.count("\n") == 1
    assert {each.name for each in tmp_path.iterdir()} <= before | {"new.db", "new.db-wal", "new.db-shm"} - {"folder"}


def test_an_archive_there_and_back(command, tmp_path):
    """A dump says where it is and how large; a load says how much it was."""
    dumped = command("dump", "all.zip", "--store", OLD, "--json").json
    assert (dumped["path"], dumped["rows"]["songs"], dumped["size"]) == (
        "all.zip",
        3,
        (tmp_path / "all.zip").stat().st_size,
    )
    assert "all.zip" in command("dump", "all.zip", "--store", OLD, expect=1).err
    assert command("load", "all.zip", "--store", NEW, "--json").json["written"] == 3
    assert titles(tmp_path / "new.db") == titles(tmp_path / "old.db")
    (tmp_path / "all.zip").write_bytes(b"PK\x03\x04 no more")
    assert "nothing was written" in command("load", "all.zip", "--store", "sqlite:///third.db", expect=1).err
    assert command("dump", "few.zip", "--without-credentials", "--store", OLD, "-q").out == ""


def test_a_backup_there_and_back(command, tmp_path):
    """Backups rotate, and the newest is brought back."""
    made = [command("backup", "backups", "--keep", "2", "--store", OLD, "--json").json for _ in range(3)]
    assert [len(each["removed"]) for each in made] == [0, 0, 1]
    command("restore", made[-1]["path"], "--store", NEW)
    assert titles(tmp_path / "new.db") == titles(tmp_path / "old.db")
    assert "bytes" in command("backup", "backups", "--store", OLD).out
    assert command("backup", "backups", "--keep", "0", "--store", OLD, expect=2).err != ""


def test_the_songbook(command, tmp_path):
    """On standard output it is a page; a file says by its name what it is; hidden songs are in none."""
    page = command("songbook", "--store", OLD, "--title", "Ours").out
    assert page.startswith("<!DOCTYPE html>")
    assert "<h1>Ours</h1>" in page
    assert "Secret" not in page
    command("songbook", "--store", OLD, "-o", "book.csv")
    assert (tmp_path / "book.csv").read_text(encoding="utf-8").splitlines()[0] == (
        "artist,title,album,year,language,duration_ms,id"
    )
    command("songbook", "--store", OLD, "-o", "book.txt", "--format", "json")
    told = json.loads((tmp_path / "book.txt").read_text(encoding="utf-8"))
    assert [each["id"] for each in told["songs"]] == ["joga", "b"]


def test_an_upgrade_makes_a_backup(command, tmp_path):
    """Unless it is told not to; both are said."""
    for name in ("one.db", "two.db"):
        karaoke_persist.open(tmp_path / name).close()
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            connection.execute("DROP TABLE kp_transfers")
            connection.execute("UPDATE kp_schema_version SET version_num = '0012_imports'")
            connection.commit()
    assert "behind" in command("schema", "--store", "sqlite:///one.db").out
    told = command("schema", "--migrate", "--backups", "safe", "--store", "sqlite:///one.db", "--json").json
    assert told["state"] == "current"
    assert Path(told["backup"]).parent == Path("safe")
    assert (tmp_path / told["backup"]).exists()
    shown = command("schema", "--migrate", "--no-backup", "--store", "sqlite:///two.db").out
    assert "current" in shown
    assert not (tmp_path / "backups").exists()
    again = command("schema", "--migrate", "--store", "sqlite:///two.db", "--json").json
    assert "backup" not in again
    assert command("schema", "--migrate", "--store", "sqlite:///two.db", "--quiet").out == ""
