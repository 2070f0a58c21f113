"""Connections and servers that end at the worst moments: what each becomes, and that nothing acknowledged is lost."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import urlsplit

import pytest
from postgres_probes import PIDS, pid_of, shows
from server_losses import (
    LOSSES,
    ended_after_commit_is_written,
    ended_before_commit_is_written,
    ended_in_statement,
)
from sqlite_probes import raised, reading, song, writing

import karaoke_persist
from karaoke_persist.contract import Query
from karaoke_persist.errors import CommitUnknown, Unavailable
from karaoke_persist.models import Song

MANY = [f"s{number:02}" for number in range(30)]
IN_COMMIT = {"before": ended_before_commit_is_written, "after": ended_after_commit_is_written}
STORED = {"before": [], "after": ["New"]}


@pytest.fixture(params=LOSSES)
def loss(request, postgres_server):
    """One way for a server to end what a session is doing."""
    if request.param != "terminated" and not hasattr(postgres_server, "start"):
        pytest.skip("a server that is not ours is not stopped")
    loss = LOSSES[request.param](postgres_server)
    yield loss
    loss.recover()


@pytest.fixture(params=IN_COMMIT)
def in_commit(request, loss, postgres_server, database):
    """One moment inside COMMIT at which the server ends it, and the titles of what it stored."""
    if request.param == "after" and not hasattr(postgres_server, "start"):
        pytest.skip("a server that is not ours is not told to wait for a standby")
    return lambda: IN_COMMIT[request.param](loss, postgres_server, database), STORED[request.param]


@pytest.fixture
def filled(store):
    """The store, with songs that were acknowledged."""
    with writing(store) as session:
        session.insert([song(key) for key in MANY])
    return store


@pytest.fixture
def library(url):
    """A library that raises."""
    with karaoke_persist.open(url, on_error="raise") as library:
        library.songs.upsert_songs([song("kept")])
        yield library


def _stream_on(session):
    """The rest of a stream of which a batch was read, and that batch."""
    stream = session.stream(Query(Song), 10)
    assert len(next(stream)) == 10
    return stream


def _find(session):
    session.find(Query(Song))
    return lambda: session.find(Query(Song))


def _stream(session):
    stream = _stream_on(session)
    return lambda: list(stream)


def _write(session):
    session.insert([song("new")])
    return lambda: session.patch(Song, "new", {"year": 1})


def _write_many(session):
    session.insert([song("new")])
    return lambda: session.insert([song(f"n{number}") for number in range(100)])


def _savepoint(session):
    savepoint = session.savepoint()
    session.insert([song("new")])
    return savepoint.rollback


def _goes_on(store, url, error):
    """The store works as if nothing had been, has what was acknowledged and nothing else, and the error is discreet."""
    assert not shows(error, urlsplit(url).password)
    with writing(store) as session:
        session.upsert([song("after")])
    with reading(store) as session:
        assert [*MANY] == [row.id for row in session.find(Query(Song)) if row.id not in ("after", "new")]
    assert store.sessions_open == 0


@pytest.mark.parametrize("begin", [_find, _stream, _write, _write_many, _savepoint])
def test_a_session_whose_server_ends_between_statements_is_unavailable(filled, loss, url, begin):
    """A snapshot, a stream and a write that have begun end with `Unavailable`, retryable; the next session works."""
    session = filled.session(read_only=begin in (_find, _stream))
    go_on = begin(session)
    loss.end(pid_of(session))
    error = raised(go_on)
    assert isinstance(error, Unavailable)
    assert error.retryable
    session.rollback()
    loss.recover()
    _goes_on(filled, url, error)
    assert filled.session(single=True).get(Song, ["new"]) == {}


@pytest.mark.parametrize("how", ["find", "stream", "upsert", "insert many", "patch_where"])
def test_a_statement_whose_server_ends_meanwhile_is_unavailable(filled, loss, postgres_server, database, url, how):
    """A statement that is running on the server ends with `Unavailable`, retryable; the next session works."""
    session = filled.session(read_only=how in ("find", "stream"))
    actions = {
        "find": lambda: session.find(Query(Song)),
        "stream": lambda: next(session.stream(Query(Song), 10)),
        "upsert": lambda: session.upsert([song("new")]),
        "insert many": lambda: session.insert([song("new"), *(song(f"n{number}") for number in range(100))]),
        "patch_where": lambda: session.patch_where(Query(Song), {"year": 1}),
    }
    with ended_in_statement(loss, postgres_server, database):
        error = raised(actions[how])
    assert isinstance(error, Unavailable)
    assert error.retryable
    session.rollback()
    loss.recover()
    _goes_on(filled, url, error)
    with reading(filled) as session:
        assert {row.year for row in session.find(Query(Song))} == {None}


def test_a_single_read_is_done_again_where_that_can_help(filled, loss, postgres_server, database, url, request):
    """One read that is all of its session is read over a fresh connection, and fails where there is no server."""
    session = filled.session(single=True)
    found = []
    with ended_in_statement(loss, postgres_server, database):
        if "terminated" in request.node.callspec.id:
            found += session.find(Query(Song))
            error = None
        else:
            error = raised(lambda: session.find(Query(Song)))
            assert isinstance(error, Unavailable)
            assert error.retryable
    session.rollback()
    loss.recover()
    assert [row.id for row in found] == (MANY if error is None else [])
    _goes_on(filled, url, error)


def test_a_single_session_that_finds_its_server_gone_leaves_nothing_behind(filled, loss, url):
    """A search and a stream, which begin their transaction late, give the connection that was lost back once."""
    for read in (lambda session: list(session.stream(Query(Song), 10)), lambda session: session.get(Song, ["s00"])):
        session = filled.session(single=True)
        loss.end(pid_of(session))
        if isinstance(loss, LOSSES["crashed"]):
            assert isinstance(raised(lambda: read(session)), Unavailable)  # noqa: B023
        else:
            assert len(read(session)) in (1, 3)
        session.rollback()
        assert filled.sessions_open == 0
        loss.recover()
    _goes_on(filled, url, None)


def test_a_connection_that_is_lost_before_commit_is_commit_unknown(filled, loss, url):
    """Who asks for a COMMIT over a connection that has ended is not told that nothing was stored."""
    session = filled.session()
    session.insert([song("new")])
    loss.end(pid_of(session))
    error = raised(session.commit)
    assert isinstance(error, CommitUnknown)
    loss.recover()
    _goes_on(filled, url, error)


def test_a_server_that_ends_inside_commit_is_commit_unknown(filled, in_commit, url):
    """A COMMIT that the server was about is `CommitUnknown`, be it stored or not; the next session finds out."""
    commit_ends, titles = in_commit
    with commit_ends():
        session = filled.session()
        session.insert([song("new", title="New")])
        error = raised(session.commit)
    assert isinstance(error, CommitUnknown)
    assert not error.retryable
    _goes_on(filled, url, error)
    with reading(filled) as session:
        assert titles == [row.title for row in session.get(Song, ["new"]).values()]


def test_run_does_not_repeat_a_commit_that_nobody_knows_of(library, in_commit, url):
    """`run` calls its function once, tells of no commit, and raises; what happened can be looked up afterwards."""
    commit_ends, titles = in_commit
    calls, told = [], []

    def work(tx):
        calls.append(tx)
        tx.on_commit(lambda: told.append("committed"))
        tx.songs.create_song("New", "x", song_id="new")

    with commit_ends():
        error = raised(lambda: library.run(work))
    assert isinstance(error, CommitUnknown)
    assert (len(calls), told) == (1, [])
    assert not shows(error, urlsplit(url).password)
    assert titles == [row.title for row in library.songs.get_songs_by_ids(["new"]).values()]
    assert library.songs.get_song("kept")
    assert library.run(lambda tx: tx.songs.patch_song("kept", {"year": 1})).year == 1


@pytest.mark.parametrize("on_error", ["degrade", "raise"])
def test_a_one_shot_call_never_degrades_a_commit_that_nobody_knows_of(library, in_commit, url, on_error):
    """A single call whose COMMIT was lost raises, whatever the library does about errors."""
    commit_ends, titles = in_commit
    with karaoke_persist.open(url, on_error=on_error) as other:
        with commit_ends():
            error = raised(lambda: other.songs.create_or_update_song("new", "New", "x"))
        assert isinstance(error, CommitUnknown)
        assert titles == [row.title for row in other.songs.get_songs_by_ids(["new"]).values()]


def test_one_shot_calls_degrade_or_raise_when_the_server_ends_meanwhile(
    library, loss, postgres_server, database, url, caplog
):
    """A single write in whose midst the server ends is answered with its empty value or raises; the next works."""
    with karaoke_persist.open(url) as degrading:
        with ended_in_statement(loss, postgres_server, database):
            assert degrading.songs.patch_song("kept", {"year": 1}) is None
        assert urlsplit(url).password not in caplog.text
        assert "patch_song" in caplog.text
        loss.recover()
        assert degrading.songs.get_song("kept").year is None
    with ended_in_statement(loss, postgres_server, database):
        error = raised(lambda: library.songs.patch_song("kept", {"year": 1}))
    assert isinstance(error, Unavailable)
    loss.recover()
    assert library.songs.patch_song("kept", {"year": 2}).year == 2


def test_one_shot_reads_degrade_or_raise_while_there_is_no_server(library, postgres_server, url, caplog):
    """Without a server, a read is answered with its empty value or raises; with one, it is answered as before."""
    if not hasattr(postgres_server, "start"):
        pytest.skip("a server that is not ours is not stopped")
    with karaoke_persist.open(url, timeout=1) as degrading:
        postgres_server.stop("immediate")
        try:
            assert degrading.songs.get_song("kept") is None
            assert degrading.songs.search_songs_paginated("title") == ([], 0)
            assert isinstance(raised(lambda: library.songs.get_song("kept")), Unavailable)
            assert isinstance(raised(lambda: library.run(lambda tx: tx.songs.get_song("kept"))), Unavailable)
        finally:
            postgres_server.start()
        assert urlsplit(url).password not in caplog.text
        assert degrading.songs.get_song("kept").id == library.songs.get_song("kept").id == "kept"


def test_stale_connections_of_the_pool_are_not_noticed_by_anyone(postgres_server, database, store):
    """When every idle connection was ended, the next read, snapshot and write each simply work."""
    for open_session in (
        lambda: store.session(single=True),
        lambda: store.session(read_only=True),
        store.session,
    ):
        held = [store.session(read_only=True) for _ in range(3)]
        for session in held:
            session.rollback()
        store.session().rollback()
        with closing(postgres_server.connect(database)) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM ({PIDS}) AS others").fetchall()
        session = open_session()
        assert session.get(Song, ["x"]) == {}
        session.rollback()
