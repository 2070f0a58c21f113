"""`karaoke-persist sync` as a way to keep in step, and `purge`."""

import shutil
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files

import pytest

import karaoke_persist


@pytest.fixture
def music(tmp_path):
    """A folder with the demo's songs, synced."""
    with as_file(files("karaoke_persist.cli") / "demo_library") as demo:
        shutil.copytree(demo, tmp_path / "Music")
    return tmp_path / "Music"


def test_a_dry_run_says_everything_and_changes_nothing(command, music, tmp_path):
    """As a table for people, and whole for programs."""
    command("sync", "Music", "-q")
    shutil.copyfile(music / "Traditionnel/Alouette.mp3", music / "SC1234-05 - A - B.mp3")
    (music / "Franz Schubert/Ständchen.mp3").rename(music / "moved.mp3")
    (music / "bad.mp3").touch()
    before = (tmp_path / "karaoke.db").read_bytes()

    shown = command("sync", "Music", "--dry-run").out
    answer = command("sync", "Music", "--dry-run", "--json").json

    assert "Franz Schubert/Ständchen.mp3 -> moved.mp3" in shown
    assert "bad.mp3: the file is empty" in shown
    (added,) = answer["added"]
    assert (added["title"], added["confidence"], added["paths"]) == ("Alouette", 1.0, ["SC1234-05 - A - B.mp3"])
    assert [move["path"] for move in answer["moved"]] == ["moved.mp3"]
    assert before == (tmp_path / "karaoke.db").read_bytes()
    assert command("sync", "Music", "--dry-run", "-q").out == ""


def test_a_dry_run_of_nothing_says_so(command, music):
    """Instead of an empty table."""
    command("sync", "Music", "-q")

    assert command("sync", "Music", "--dry-run").out == "Nothing would change\n"


def test_most_files_gone_have_to_be_accepted(command, music):
    """The guard is said with its remedy, before and after."""
    for number in range(30):
        shutil.copyfile(music / "Traditionnel/Alouette.mp3", music / f"{number}.mp3")
    command("sync", "Music", "-q")
    for path in music.glob("[0-9]*.mp3"):
        path.unlink()

    assert "--accept-missing" in command("sync", "Music", "--dry-run").out
    assert "--accept-missing" in command("sync", "Music").out
    assert command("sync", "Music", "--json").json["guarded"]["main"].startswith("30 of ")
    assert command("sync", "Music", "--accept-missing", "--json").json["missing"] == 30


def test_a_folder_that_is_gone_can_be_accepted(command, music):
    """Everything of it is missing then."""
    command("sync", "Music", "-q")
    shutil.rmtree(music)

    assert "is not there" in command("sync", "Music", expect=1).err
    assert command("sync", "Music", "--accept-missing", "--json").json["missing"] == 14


def test_ignored_songs_come_back_when_asked_for(command, music, tmp_path):
    """And only then."""
    command("sync", "Music", "-q")
    with karaoke_persist.open(tmp_path / "karaoke.db") as library:
        library.songs.delete_song("frere-jacques")

    assert command("sync", "Music", "--json").json["added"] == 0
    assert command("sync", "Music", "--include-ignored", "--json").json["added"] == 1


def test_checksums_are_stored_when_asked_for(command, music, tmp_path):
    """Of every song."""
    command("sync", "Music", "-q", "--checksums", "--workers", "1")

    with karaoke_persist.open(tmp_path / "karaoke.db") as library:
        assert all(song.checksum.startswith("blake2b:") for song in library.songs.get_songs())


def test_a_purge_deletes_what_was_missing_for_long(command, music, tmp_path):
    """And says how much."""
    command("sync", "Music", "-q")
    (music / "Traditionnel/Alouette.mp3").unlink()
    past = datetime.now(UTC) - timedelta(days=31)
    with karaoke_persist.open(tmp_path / "karaoke.db", roots={"main": music}, clock=lambda: past) as library:
        library.media.sync()
    assert command("purge").out == "0 songs deleted, 0 files forgotten\n"
    command("sync", "Music", "-q")

    assert command("purge", "--days", "32", "--json").json == {"songs": 0, "files": 0, "kept": []}
    assert command("purge", "--json").json == {"songs": 1, "files": 1, "kept": []}


def test_watching_is_no_dry_run(command, music):
    """The combination is refused before anything is done."""
    assert "--watch" in command("sync", "Music", "--watch", "--dry-run", expect=1).err


def test_a_dry_run_makes_no_database(command, music, tmp_path):
    """Where there is none, it says what would come into an empty one."""
    (tmp_path / "karaoke.db").unlink(missing_ok=True)
    before = sorted(tmp_path.iterdir())

    assert len(command("sync", "Music", "--dry-run", "--json").json["added"]) == 14
    assert sorted(tmp_path.iterdir()) == before
