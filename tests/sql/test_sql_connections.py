"""The pool of every SQL backend: connections that are kept, used up, grown old, and copied by a fork."""

from __future__ import annotations

import gc
import os
import threading

import pytest
from sqlite_probes import raised, reading, song, writing

from karaoke_persist.contract import Query
from karaoke_persist.errors import Busy
from karaoke_persist.models import Song


def _keys(store):
    with reading(store) as session:
        return [row.id for row in session.find(Query(Song))]


def test_connections_are_used_again(store):
    """A session takes the connection that the one before gave back."""
    seen = set()
    for _ in range(20):
        session = store.session(read_only=True)
        seen.add(id(session._connection))
        session.rollback()
    assert len(seen) == 1


def test_a_pool_that_is_empty_is_busy(opening):
    """One reader more than there are connections waits, and then is `Busy`; the writer has its own."""
    store = opening(backend_options={"pool_size": 2})
    held = [store.session(read_only=True) for _ in range(2)]
    assert isinstance(raised(lambda: store.session(read_only=True, timeout=0)), Busy)
    assert isinstance(raised(lambda: store.session(read_only=True, timeout=0.05)), Busy)
    store.session(timeout=0).rollback()
    threading.Timer(0.1, held.pop().rollback).start()
    store.session(read_only=True, timeout=5).rollback()
    held.pop().rollback()


@pytest.mark.parametrize(("wanted", "pings"), [(True, 4), (False, 0)])
def test_a_connection_may_be_tried_before_each_use(opening, monkeypatch, wanted, pings):
    """With `pre_ping`, each connection that is used again is tried before; without, none is."""
    store, tried = opening(backend_options={"pre_ping": wanted}), []
    ping = store.dialect.driver.do_ping

    def remembered(connection):
        tried.append(connection)
        return ping(connection)

    _keys(store)
    store.session().rollback()
    monkeypatch.setattr(store.dialect.driver, "do_ping", remembered)
    for _ in range(2):
        with writing(store) as session:
            session.upsert([song("a")])
        assert _keys(store) == ["a"]
    assert pings == len(tried)


def test_an_old_connection_is_renewed(store):
    """After an hour the next session gets a fresh connection."""
    session = store.session(read_only=True)
    old = session._connection
    session.rollback()
    session._lease.since -= 3_601
    session._lease.pooled._connection_record.starttime -= 3_601
    fresh = store.session(read_only=True)
    assert fresh._connection is not old
    fresh.rollback()


def _in_child(action) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            action()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_a_fork_has_connections_of_its_own(store):
    """After a fork both processes read and write, also if it fell into a transaction, and neither ends the other's."""
    with writing(store) as session:
        session.insert([song("before")])
    reader = store.session(read_only=True)

    def child() -> None:
        with writing(store) as session:
            session.insert([song("child")])
        assert _keys(store) == ["before", "child"]
        store.close()
        gc.collect()

    assert _in_child(child) == 0
    assert [row.id for row in reader.find(Query(Song))] == ["before"]
    reader.rollback()
    writer = store.session()
    assert _in_child(lambda: raised(lambda: store.session(timeout=0))) == 0  # the parent still writes
    writer.insert([song("parent")])
    writer.commit()
    assert _keys(store) == ["before", "child", "parent"]
