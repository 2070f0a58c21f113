"""`karaoke-persist import`: older databases from the command line."""

import json
import sqlite3
from contextlib import closing

import pytest

import karaoke_persist
from karaoke_persist.testing.older_databases import write_oks

SONGS = [{"id": f"s{number}", "title": f"Title {number}", "artist": None} for number in range(12)]
QUEUE = [
    {"id": 1, "singer_name": "Ana", "song_id": "s1", "position": 1},
    {"id": 2, "singer_name": "Bob", "song_id": "gone", "position": 2},
]


@pytest.fixture
def old(tmp_path):
    """Give an older database in the folder of the command."""
    return write_oks(tmp_path / "old.db", songs=SONGS, queue=QUEUE)


def test_import_oks(command, old, tmp_path):
    """It says what became of the rows, those first that somebody has to look at, and where the rest is."""
    lines = command("import-oks", "old.db").out.splitlines()

    assert lines[0].split() == ["table", "read", "written", "quarantined", "repaired"]
    assert [line.split() for line in lines[2:6]] == [
        ["songs", "12", "12", "0", "12"],
        ["users", "0", "0", "0", "0"],
        ["jobs", "0", "0", "0", "0"],
        ["karaoke_queue", "2", "1", "1", "0"],
    ]
    assert lines[6] == "quarantined: karaoke_queue 2: the song 'gone' is not there"
    assert "and 3 more; --json lists them all" in lines
    assert f"The quarantined rows are in {tmp_path}/old.db.quarantine.jsonl" in lines
    with karaoke_persist.open(f"sqlite:///{tmp_path}/karaoke.db") as library:
        assert library.songs.count_songs() == 12


def test_in_json(command, old, tmp_path):
    """Programs get everything, down to the row."""
    told = command("import", "oks", "old.db", "--json", "--quarantine", "odd.jsonl").json

    assert (told["format"], told["source"], told["dry_run"]) == ("oks", "oks:old.db", False)
    assert told["tables"][0] | {"read": 12, "written": 12, "repaired": 12} == told["tables"][0]
    assert len(told["notes"]) == 13
    assert told["notes"][-1] == {
        "table": "karaoke_queue",
        "row": "2",
        "kind": "quarantined",
        "field": None,
        "reason": "the song 'gone' is not there",
    }
    assert told["quarantine"] == str(tmp_path / "odd.jsonl")
    assert json.loads((tmp_path / "odd.jsonl").read_text())["row"] == "2"


def test_a_second_time(command, old):
    """Nothing changes, and the table says so."""
    command("import-oks", "old.db", "--quiet")

    told = command("import-oks", "old.db", "--json").json

    assert {table["table"]: table["unchanged"] for table in told["tables"]} == {
        "songs": 12,
        "users": 0,
        "jobs": 0,
        "karaoke_queue": 1,
    }


def test_a_dry_run(command, old, tmp_path):
    """It says what would be done, and nothing is there afterwards."""
    assert "nothing was changed" in command("import-oks", "old.db", "--dry-run").out

    with karaoke_persist.open(f"sqlite:///{tmp_path}/karaoke.db") as library:
        assert library.songs.count_songs() == 0
    assert not (tmp_path / "old.db.quarantine.jsonl").exists()


def test_options_of_the_source(command, tmp_path):
    """The old library folder, the zone and the name of the source are taken."""
    songs = [{**SONGS[0], "vocals_path": "/srv/x/v.mp3"}]
    write_oks(tmp_path / "old.db", songs=songs, jobs=[{"id": "j", "filename": "f", "status": "failed"}])

    told = command(
        "import-oks", "old.db", "--old-root", "/srv", "--zone", "Europe/Paris", "--source", "bar", "--json"
    ).json

    assert told["source"] == "bar"
    with karaoke_persist.open(f"sqlite:///{tmp_path}/karaoke.db") as library:
        assert dict(library.songs.get_song("s0").media) == {"vocals": "x/v.mp3"}
    assert "Atlantis" in command("import-oks", "old.db", "--zone", "Europe/Atlantis", expect=1).err


def test_quiet_imports_say_nothing(command, old):
    """Not on standard error either."""
    ran = command("import-oks", "old.db", "--quiet")

    assert (ran.out, ran.err) == ("", "")


def test_what_cannot_be_imported(command, old, tmp_path):
    """A file that is not there, another format and a store that keeps nothing are errors in a sentence."""
    assert "there is no file" in command("import-oks", "nowhere.db", expect=1).err
    assert "there are oks, pikaraoke" in command("import", "tape", "old.db", expect=1).err
    assert "no database of this kind" in command("import", "openkj", "old.db", expect=1).err
    assert "sqlite:///karaoke.db" in command("import-oks", "old.db", "--store", "memory://", expect=1).err


def test_tables_that_are_not_imported(command, old, tmp_path):
    """They are named, with the number of their rows."""
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("CREATE TABLE scores (points)")
        connection.execute("INSERT INTO scores VALUES (1), (2)")

    assert "not imported: scores, 2 rows" in command("import-oks", "old.db").out.splitlines()


def test_a_row_does_not_steer_the_terminal(command, tmp_path):
    """Escape sequences and markup out of a row are shown, not obeyed."""
    write_oks(tmp_path / "old.db", queue=[{"id": 1, "singer_name": "x", "song_id": "[bold]\x1b[31m", "position": 1}])

    shown = command("import-oks", "old.db").out

    assert "\x1b" not in shown
    assert "[bold]" in shown


def test_a_dry_run_makes_no_database(command, old, tmp_path):
    """Where there is none, it says what would come into an empty one."""
    before = sorted(tmp_path.iterdir())

    assert command("import-oks", "old.db", "--dry-run", "--json").json["tables"][0]["written"] == 12
    assert sorted(tmp_path.iterdir()) == before
