"""Every failure of a file has its typed error, and says what to do."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlite_probes import open_store, options, python, raised, raw, reading, song, writing

import karaoke_persist_sqlite
from karaoke_persist.contract import Capability, Query
from karaoke_persist.errors import (
    BadOption,
    BadURL,
    Busy,
    CommitUnknown,
    Conflict,
    DataCorrupt,
    SchemaMismatch,
    StoreBug,
    Unavailable,
    Unsupported,
)
from karaoke_persist.models import Song
from karaoke_persist_sqlite.errors import translate


def _driver_error(name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("the wording does not matter")
    error.sqlite_errorname, error.sqlite_errorcode = name, getattr(sqlite3, name)
    return error


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_BUSY", Busy),
        ("SQLITE_LOCKED", Busy),
        ("SQLITE_BUSY_RECOVERY", Busy),
        ("SQLITE_BUSY_SNAPSHOT", Conflict),
        ("SQLITE_FULL", Unavailable),
        ("SQLITE_READONLY", Unavailable),
        ("SQLITE_READONLY_DBMOVED", Unavailable),
        ("SQLITE_CANTOPEN", Unavailable),
        ("SQLITE_PERM", Unavailable),
        ("SQLITE_IOERR", Unavailable),
        ("SQLITE_IOERR_WRITE", Unavailable),
        ("SQLITE_NOTADB", DataCorrupt),
        ("SQLITE_CORRUPT", DataCorrupt),
        ("SQLITE_CORRUPT_INDEX", DataCorrupt),
        ("SQLITE_CONSTRAINT_UNIQUE", StoreBug),
        ("SQLITE_MISUSE", StoreBug),
    ],
)
def test_errors_are_told_by_code(name, kind):
    """Each result code of SQLite has its error, whatever its message says."""
    error = translate(_driver_error(name), "/x.db", committing=False, timeout=1)
    assert kind is type(error)
    assert not isinstance(error, Unavailable) or not error.retryable


def test_input_or_output_lost_inside_commit_is_unknown():
    """A disk that fails inside COMMIT leaves nobody knowing, and the error says so."""
    assert CommitUnknown is type(translate(_driver_error("SQLITE_IOERR_FSYNC"), "/x.db", committing=True, timeout=1))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://host/karaoke.db",
        "sqlite:///karaoke.db?mode=ro",
        "sqlite:///kara\0oke.db",
    ],
)
def test_a_url_that_names_no_file_is_refused(url):
    """What is not a path, or asks for something unheard of, is `BadURL` and opens nothing."""
    assert isinstance(raised(lambda: karaoke_persist_sqlite.karaoke_open_store(url, options())), BadURL)


def test_memory_urls_are_sent_to_the_memory_backend():
    """Who wants a store in memory is told its URL."""
    error = raised(lambda: karaoke_persist_sqlite.karaoke_open_store("sqlite:///:memory:", options()))
    assert "memory://" in str(error)


def test_a_relative_path_is_fixed_at_open(tmp_path, monkeypatch):
    """A store stays with its file when the process changes its folder."""
    monkeypatch.chdir(tmp_path)
    store = karaoke_persist_sqlite.karaoke_open_store("sqlite:///karaoke.db", options())
    monkeypatch.chdir("/")
    with writing(store) as session:
        session.insert([song("a")])
    store.close()
    assert (tmp_path / "karaoke.db").exists()


@pytest.mark.parametrize("given", [{"pool": 3}, {"pool_size": 0}, {"pool_size": "3"}, {"pre_ping": 1}])
def test_unknown_and_unusable_options_are_refused(path, given):
    """Backend options are checked before the file is touched."""
    assert isinstance(raised(lambda: open_store(path, backend_options=given)), BadOption)
    assert not path.exists()


def test_a_file_cannot_have_the_durability_of_memory(path):
    """`durability="memory"` is refused with the choices there are."""
    assert isinstance(raised(lambda: open_store(path, durability="memory")), BadOption)


@pytest.mark.parametrize("durability", ["full", "relaxed"])
def test_durability_is_shown(path, durability):
    """`info` says what was asked for."""
    store = open_store(path, durability=durability)
    assert durability == store.info.durability
    assert Capability.RELAXED_DURABILITY in store.info.capabilities
    store.close()


def test_a_folder_is_no_database(tmp_path):
    """A folder in the place of the file is `Unavailable`, for good."""
    error = raised(lambda: open_store(tmp_path))
    assert isinstance(error, Unavailable)
    assert not error.retryable


def test_a_missing_folder_is_not_made(tmp_path):
    """A mistyped folder is reported, not created."""
    error = raised(lambda: open_store(tmp_path / "absent" / "karaoke.db"))
    assert isinstance(error, Unavailable)
    assert list(tmp_path.iterdir()) == []


def test_a_text_file_is_no_database(path):
    """A file of something else is `DataCorrupt`, and is left as it was."""
    path.write_text("no database, only words " * 100)
    assert isinstance(raised(lambda: open_store(path)), DataCorrupt)
    assert path.read_text().startswith("no database")


def test_a_damaged_file_is_data_corrupt(path):
    """A database whose pages were overwritten is `DataCorrupt`."""
    open_store(path).close()
    content = bytearray(path.read_bytes())
    content[100:] = b"\xa5" * (len(content) - 100)
    path.write_bytes(content)
    assert isinstance(raised(lambda: open_store(path)), DataCorrupt)


def test_a_utf16_database_is_refused(path):
    """A database that would sort differently is not used."""
    connection = raw(path)
    connection.execute("PRAGMA encoding = 'UTF-16le'")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert "UTF-16" in str(raised(lambda: open_store(path)))


def test_a_table_of_somebody_else_with_our_name_is_refused(path):
    """Where one of our names is taken, nothing is created."""
    with closing(raw(path)) as connection:
        connection.execute("CREATE TABLE kp_songs (id TEXT)")
        error = raised(lambda: open_store(path))
        assert isinstance(error, Unsupported)
        assert "kp_songs" in str(error)
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("kp_songs",)]


def test_an_absent_file_is_not_made_unless_wanted(path):
    """With `create_schema=False` an absent file is `SchemaMismatch`, and stays absent."""
    error = raised(lambda: open_store(path, create_schema=False))
    assert isinstance(error, SchemaMismatch)
    assert error.state == "absent"
    assert not path.exists()


def test_a_deleted_file_does_not_come_back_empty(path):
    """A connection made after the file was deleted fails, instead of starting an empty database."""
    store = open_store(path)
    for left in path.parent.iterdir():
        left.unlink()
    held = [store.session(read_only=True)]
    assert isinstance(raised(lambda: held.append(store.session(read_only=True))), Unavailable)
    held[0].rollback()
    store.close()


def test_a_full_disk_stores_nothing_and_says_so(path):
    """A disk that is full is `Unavailable`; what was committed before stays, and the store goes on."""
    store = open_store(path)
    with writing(store) as session:
        session.insert([song("before")])
        pages = session._connection.execute("PRAGMA page_count").fetchone()[0]
        session._connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        with writing(store) as session:
            session.insert([song(f"s{number}", description="x" * 5_000) for number in range(50)])

    error = raised(fill)
    assert isinstance(error, Unavailable)
    assert not error.retryable
    assert isinstance(error.__cause__, sqlite3.Error)
    with reading(store) as session:
        assert [row.id for row in session.find(Query(Song))] == ["before"]
    store.close()


READ_ONLY = """
import os, sys
from pathlib import Path
from karaoke_persist.errors import Unavailable
from sqlite_probes import open_store, raised
path = Path(sys.argv[1])
open_store(path.with_name("other.db")).close()  # everything is imported while it may be read
os.setgid(65534); os.setuid(65534)
error = raised(lambda: open_store(path))
assert isinstance(error, Unavailable) and not error.retryable, repr(error)
print("refused")
"""


@pytest.fixture
def open_folder():
    """A folder that others may enter. Whenever a pytest starts, it closes all of its own to them."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_that_may_not_be_written_is_unavailable(open_folder, what):
    """Missing permission on the file or its folder is told at open."""
    if os.getuid() != 0:
        pytest.skip("only root can take permissions away from somebody else")
    folder = open_folder / "venue"
    folder.mkdir()
    path = folder / "karaoke.db"
    open_store(path).close()
    path.chmod(0o444 if what == "file" else 0o666)
    folder.chmod(0o777 if what == "file" else 0o555)  # root may make its other file there nevertheless
    for parent in [open_folder, *open_folder.parents][:-2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run(
        python("-c", READ_ONLY, str(path)), capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    assert done.stdout == "refused\n", done.stderr


def test_the_cause_is_chained(path):
    """The driver's error stands behind ours."""
    path.write_text("words " * 500)
    assert isinstance(raised(lambda: open_store(path)).__cause__, sqlite3.DatabaseError)
