"""What takes long shows how far it is: on a terminal, unless it is told to be quiet or a program listens."""

import io
import re
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files

import pytest

import karaoke_persist
from karaoke_persist.cli.output import progress_bar
from karaoke_persist.testing.older_databases import write_oks

LONG = {
    "sync": "sync Music --store sqlite:///new.db",
    "sync --dry-run": "sync Music --dry-run --store sqlite:///new.db",
    "sync --checksums": "sync Music --checksums",
    "purge": "purge",
    "check": "check",
    "check --folder": "check --folder Music",
    "check --repair": "check --folder Music --repair",
    "import": "import oks old.db",
    "import-oks": "import-oks old.db",
    "songbook": "songbook",
    "songbook --output": "songbook --output book.html",
    "copy": "copy sqlite:///karaoke.db sqlite:///new.db",
    "dump": "dump new.zip",
    "load": "load all.zip --store sqlite:///new.db",
    "backup": "backup backups",
    "restore": "restore all.zip --store sqlite:///new.db",
    "schema --migrate": "schema --migrate --store sqlite:///behind.db",
}
"""The commands that can take long, as they are used."""
FINDS = ("check --folder", "check --repair")
"""Those that exit with 1 here, since a file is gone."""


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self):
        """Say so."""
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Makes standard error one, and gives it; only now, since each part of a test gets streams of its own."""

    def turn_on():
        screen = Terminal()
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stderr", screen)
        return screen

    return turn_on


@pytest.fixture
def house(command, tmp_path):
    """A folder and a library of it with a song that was missing for long, a dump, and two databases of older days."""
    with as_file(files("karaoke_persist.cli") / "demo_library") as demo:
        shutil.copytree(demo, tmp_path / "Music")
    command("sync", "Music", "-q", "--workers", "0")
    (tmp_path / "Music/Traditionnel/Alouette.mp3").unlink()
    past = datetime.now(UTC) - timedelta(days=31)
    with karaoke_persist.open(tmp_path / "karaoke.db", roots={"main": "Music"}, clock=lambda: past) as library:
        library.media.sync(folder=tmp_path / "Music")
        library.media.sync(folder=tmp_path / "Music")
    command("dump", "all.zip", "-q")
    write_oks(tmp_path / "old.db", songs=[{"id": "s", "title": "T", "artist": None}])
    karaoke_persist.open(tmp_path / "behind.db").close()
    with closing(sqlite3.connect(tmp_path / "behind.db")) as connection:
        connection.execute("DROP TABLE kp_transfers")
        connection.execute("UPDATE kp_schema_version SET version_num = '0012_imports'")
        connection.commit()


@pytest.mark.parametrize("name", LONG)
def test_a_bar_reaches_its_end(command, house, terminal, name):
    """It counts to what there is, as does every bar before it."""
    screen = terminal()
    command(*LONG[name].split(), expect=int(name in FINDS))

    counts = [re.findall(r"(\d+)/(\d+|\?)", line) for line in screen.getvalue().split("\n")]
    ends = [each[-1] for each in counts if each]
    assert ends
    assert ends[-1] != ("0", "0")
    assert [end for end in ends if end[0] != end[1]] == []


@pytest.mark.parametrize("name", LONG)
def test_quiet_shows_no_bar(command, house, terminal, name):
    """Not even on a terminal."""
    screen = terminal()
    command(*LONG[name].split(), "--quiet", expect=int(name in FINDS))

    assert screen.getvalue() == ""


@pytest.mark.parametrize("name", LONG)
def test_json_is_all_that_a_program_gets(command, house, terminal, name):
    """Its answer can be read, and nothing disturbs it."""
    screen = terminal()
    ran = command(*LONG[name].split(), "--json", expect=int(name in FINDS))

    assert isinstance(ran.json, dict)
    assert screen.getvalue() == ""


def test_a_bar_has_rate_and_time_left(terminal):
    """How many are done a second, and how long it will take at that."""
    screen = terminal()
    with progress_bar("Working") as tell:
        for done in range(4):
            tell(done, 4)

    assert re.search(r"Working .*3/4.*\d/s.*\d:\d\d:\d\d", screen.getvalue())


def test_nobody_sees_a_bar_elsewhere(process, house):
    """Programs that read the output are not disturbed by one."""
    assert process("copy", "sqlite:///karaoke.db", "sqlite:///new.db").err == ""


def test_a_songbook_in_json(command, house, tmp_path):
    """The book itself where no file is named, or else where it is; two forms at once are refused."""
    book = command("songbook", "--json", "--title", "Ours").json
    told = command("songbook", "--json", "-o", "book.csv").json

    assert (book["title"], len(book["songs"])) == ("Ours", 14)
    assert told == {"path": "book.csv", "format": "csv", "size": (tmp_path / "book.csv").stat().st_size}
    assert "--output" in command("songbook", "--json", "--format", "html", expect=1).err


def test_a_songbook_says_where_it_is(command, house):
    """Unless it is quiet; one that cannot be written is one line."""
    assert command("songbook", "-o", "book.html").out.startswith("book.html, ")
    assert command("songbook", "-o", "book.html", "--quiet").out == ""
    assert "nowhere/book.html cannot be used" in command("songbook", "-o", "nowhere/book.html", expect=1).err


def test_a_quiet_purge_says_nothing(command, house):
    """It deletes all the same."""
    assert command("purge", "--quiet").out == ""
    assert command("purge", "--json").json["songs"] == 0
    assert command("search", "", "--missing", "--json").json["total"] == 13
