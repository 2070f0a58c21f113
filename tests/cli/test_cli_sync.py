"""`karaoke-persist sync` and `search`: the main job on a person's own folder."""

import os
import shutil
import signal
import subprocess
import sys
from importlib.resources import as_file, files

import pytest

import karaoke_persist


@pytest.fixture
def music(tmp_path):
    """A folder with the demo's songs and a damaged file."""
    with as_file(files("karaoke_persist.cli") / "demo_library") as demo:
        shutil.copytree(demo, tmp_path / "Music")
    (tmp_path / "Music/bad.mp3").touch()
    return tmp_path / "Music"


def test_sync_makes_the_database_and_counts(command, music, tmp_path):
    """Without --store it is `karaoke.db` in the working folder; damaged files are named."""
    shown = command("sync", "Music").out

    assert "added   updated   unchanged   missing   unreadable" in shown
    assert shown.splitlines()[2].split() == ["14", "0", "0", "0", "1"]
    assert "bad.mp3: the file is empty" in shown
    assert (tmp_path / "karaoke.db").exists()


def test_sync_in_json_is_for_programs(command, music):
    """The counts, and every problem with its path and reason."""
    command("sync", "Music", "--quiet")
    shutil.rmtree(music / "frere-jacques")

    assert command("sync", "Music", "--json").json == {
        "added": 0,
        "updated": 0,
        "unchanged": 13,
        "missing": 1,
        "moved": 0,
        "restored": 0,
        "unreadable": [{"path": "bad.mp3", "reason": "the file is empty"}],
        "ambiguous": [],
        "stale": [],
        "guarded": {},
    }


def test_sync_shows_ten_problems_and_counts_the_rest(command, music):
    """A screen is not flooded."""
    for number in range(12):
        (music / f"bad{number:02}.mp3").touch()

    shown = command("sync", "Music").out

    assert shown.count("the file is empty") == 10
    assert "and 3 more" in shown


def test_quiet_says_nothing(command, music):
    """Not on standard error either."""
    ran = command("sync", "Music", "--quiet")

    assert (ran.out, ran.err) == ("", "")


def test_missing_songs_raise_the_question_of_the_folder(command, music, tmp_path):
    """Another folder under the same name looks like a library whose songs are gone: the remedy is said."""
    command("sync", "Music", "-q")
    (tmp_path / "Other").mkdir()

    assert "--root NAME" in command("sync", "Other").out
    assert command("sync", "Other", "--root", "other", "--json").json["missing"] == 0


def test_the_store_can_come_from_the_environment(command, music, tmp_path):
    """The option wins over the variable."""
    command("sync", "Music", "-q", KARAOKE_PERSIST_STORE="sqlite:///env.db")
    command("sync", "Music", "-q", "--store", "option.db", KARAOKE_PERSIST_STORE="sqlite:///env.db")

    assert {"env.db", "option.db"} == {path.name for path in tmp_path.glob("*.db")}


def test_no_database_is_made_for_a_folder_that_is_not_there(command, tmp_path):
    """The folder is looked at first."""
    ran = command("sync", "nowhere", expect=1)

    assert "is not there" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_search_forgives_accents_and_case(command, music):
    """It shows title, artist, album, and how many there are."""
    command("sync", "Music", "-q")

    shown = command("search", "FRERE jacques").out

    assert [part.strip() for part in shown.splitlines()[2].split("   ") if part] == [
        "Frère Jacques",
        "Traditionnel",
        "Chansons traditionnelles",
    ]
    assert shown.splitlines()[-1] == "1 song"
    assert "No song" in command("search", "nobody").out
    assert "3 songs, the first 2 shown" in command("search", "foster", "--limit", "2").out


def test_search_in_json_gives_whole_songs(command, music):
    """Total, and songs as the library's own dictionaries."""
    command("sync", "Music", "-q")

    answer = command("search", "foster", "--limit", "1", "--json").json

    assert answer["total"] == 3
    assert [(song["title"], song["durationMs"]) for song in answer["songs"]] == [("Beautiful Dreamer", 2760)]


def test_search_as_guests_see_it(command, music, tmp_path):
    """Hidden songs are left out."""
    command("sync", "Music", "-q")
    found = command("search", "foster", "--json").json
    with karaoke_persist.open(f"sqlite:///{tmp_path}/karaoke.db") as library:
        library.songs.patch_song(found["songs"][0]["id"], {"hidden": True})

    answer = command("search", "foster", "--guest", "--json").json

    assert (answer["total"], answer["songs"]) == (2, found["songs"][1:])
    assert command("search", "foster", "--json").json["total"] == 3


def test_search_without_a_database_says_to_sync_first(command, tmp_path):
    """And makes none."""
    assert "karaoke-persist sync FOLDER" in command("search", "anything", expect=1).err
    assert list(tmp_path.iterdir()) == []


def test_a_console_without_unicode_gets_what_it_can_show(command, process, music):
    """Tables fall back to ASCII and `?`, JSON to escapes; nothing crashes."""
    command("sync", "Music", "-q")

    assert "????????" in process("search", "калинка", PYTHONIOENCODING="ascii").out
    answer = process("search", "калинка", "--json", PYTHONIOENCODING="ascii").json
    assert [song["title"] for song in answer["songs"]] == ["Калинка"]


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX locale")
def test_a_locale_without_unicode_does_not_change_the_library(command, process, music):
    """Names on disk are UTF-8, whatever the locale believes."""
    command("sync", "Music", "-q")

    again = process("sync", "Music", "--json", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").json

    assert (again["added"], again["unchanged"]) == (0, 14)


def test_tags_do_not_steer_the_terminal(command, music, tmp_path):
    """Escape sequences and markup in a name or tag are shown, not obeyed."""
    (music / "[bold]x\x1b[31m.mp3").touch()

    shown = command("sync", "Music").out

    assert "[bold]x�[31m.mp3" in shown


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX pipes")
@pytest.mark.parametrize("arguments", [["search", "foster"], ["search", "foster", "--json"], ["--help"]])
def test_a_reader_that_leaves_is_no_error_message(command, process, music, arguments):
    """`karaoke-persist search … | head` ends quietly."""
    command("sync", "Music", "-q")
    read, write = os.pipe()
    os.close(read)

    ran = process(*arguments, expect=1, stdout=write)

    os.close(write)
    assert ran.err == ""


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_an_interrupt_is_quiet(music, tmp_path):
    """Ctrl-C ends with 130 and leaves no traceback."""
    program = (
        "import os, signal, sys, karaoke_persist.media.workers as w; from karaoke_persist.cli import main\n"
        "w.read_song = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['karaoke-persist', 'sync', 'Music']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )

    assert (done.returncode, done.stderr) == (130, b"")


def test_a_store_that_keeps_nothing_is_refused(command, music):
    """A sync into a store that ends with the command fails, and says what to use instead."""
    ran = command("sync", "Music", "--store", "memory://", expect=1)

    assert "sqlite:///karaoke.db" in ran.err
