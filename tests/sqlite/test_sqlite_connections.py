"""Settings of connections, and what sessions leave on them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlite_probes import open_store, raised, raw, reading, song, writing

from karaoke_persist.contract import Query
from karaoke_persist.errors import Busy, SessionClosed, Unavailable
from karaoke_persist.models import Song


def _pragma(session, name):
    return session._connection.execute(f"PRAGMA {name}").fetchone()[0]


def _sessions(store):
    return [store.session(), store.session(read_only=True), store.session(single=True)]


@pytest.mark.parametrize(("durability", "synchronous"), [(None, 2), ("full", 2), ("relaxed", 1)])
def test_every_connection_has_its_pragmas(path, durability, synchronous):
    """Each connection enforces foreign keys, uses the log, and syncs as asked for."""
    store = open_store(path, durability=durability)
    sessions = _sessions(store)
    for session in sessions:
        assert _pragma(session, "foreign_keys") == 1
        assert _pragma(session, "journal_mode") == "wal"
        assert synchronous == _pragma(session, "synchronous")
    assert [_pragma(session, "query_only") for session in sessions] == [0, 1, 1]
    for session in sessions:
        session.rollback()
    store.close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not tell which files are open")
def test_what_a_savepoint_would_undo_is_in_a_file_if_it_is_much(store):
    """In memory, each statement's end would walk through all of it, and many songs at once would take longer each."""
    with writing(store) as session:
        session.insert([song(f"s{number}") for number in range(600)])
        savepoint = session.savepoint()
        session.upsert([song(f"s{number}", title="t" * 500) for number in range(600)])
        opened = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
        savepoint.release()
    assert any("etilqs" in name for name in opened)


def test_a_session_leaves_no_transaction_behind(store):
    """Connections come back without an open transaction, however the session ended."""
    for end in ("rollback", "commit"):
        for session in _sessions(store):
            connection = session._connection
            next(session.stream(Query(Song), 1), None)
            getattr(session, end)()
            assert not connection.in_transaction


def test_each_write_session_waits_as_long_as_it_asked(path, store):
    """One session's short timeout does not stay for the next."""
    other = raw(path)
    other.execute("BEGIN IMMEDIATE")
    assert isinstance(raised(lambda: store.session(timeout=0)), Busy)
    threading.Timer(0.3, lambda: other.execute("ROLLBACK")).start()
    store.session().rollback()
    other.close()


def test_readers_and_the_writer_do_not_wait_for_each_other(path):
    """A writer that has not committed keeps no reader waiting, and readers do not keep it."""
    store = open_store(path)
    with writing(store) as session:
        session.insert([song("a")])
    with reading(store) as reader, writing(store) as writer:
        writer.insert([song("b")])
        with reading(store) as late:
            assert [row.id for row in late.find(Query(Song))] == ["a"]
        assert [row.id for row in reader.find(Query(Song))] == ["a"]
    store.close()


def test_a_snapshot_is_taken_at_entry(store):
    """What is committed after a reader entered is not seen by it, though it had read nothing."""
    session = store.session(read_only=True)
    with writing(store) as writer:
        writer.insert([song("late")])
    assert session.find(Query(Song)) == []
    session.rollback()


def test_closing_lets_the_file_go(path):
    """After `close` nothing is left open, the log is merged, and the store says it is closed."""
    store = open_store(path)
    with writing(store) as session:
        session.insert([song("a")])
    late = store.session(read_only=True)
    store.close()
    late.rollback()
    store.close()
    assert [path.name] == [file.name for file in path.parent.iterdir()]
    assert isinstance(raised(store.session), SessionClosed)


def test_a_failed_start_gives_the_writer_s_turn_back(path):
    """A write session that cannot connect does not keep the others out."""
    store = open_store(path)
    moved = path.rename(path.with_suffix(".moved"))
    for _ in range(2):
        assert isinstance(raised(lambda: store.session(timeout=0)), Unavailable)
    moved.rename(path)
    store.session(timeout=0).rollback()
    store.close()


def test_two_stores_of_one_file_share_the_turn(path, tmp_path):
    """The writer's turn belongs to the file, however its path is spelled."""
    link = Path(tmp_path / "link.db")
    first = open_store(path)
    link.symlink_to(path)
    second = open_store(link)
    session = first.session()
    assert isinstance(raised(lambda: second.session(timeout=0)), Busy)
    session.rollback()
    second.session(timeout=0).rollback()
    first.close()
    second.close()
