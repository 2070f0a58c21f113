"""Connections that are refused, used up or forked; what each becomes, and that the next call works."""

from __future__ import annotations

import threading
import time

import pytest
from postgres_probes import open_store, shows, with_part
from sqlite_probes import raised, reading, song, writing

from karaoke_persist.contract import Query
from karaoke_persist.errors import BadOption, BadURL, Busy, Unavailable, Unsupported
from karaoke_persist.models import Song

SECRET = "n0t-to-be-seen"


def test_a_server_that_is_down_is_unavailable_and_may_come_back(url):
    """Nobody listening is retryable, and told without the password."""
    error = raised(lambda: open_store(with_part(url, password=SECRET, port=1)))
    assert isinstance(error, Unavailable)
    assert error.retryable
    assert not shows(error, SECRET)


def test_a_refused_password_is_unavailable_for_good(url):
    """A wrong password is not retryable, and not shown anywhere in the chain."""
    error = raised(lambda: open_store(with_part(url, password=SECRET)))
    assert isinstance(error, Unavailable)
    assert not error.retryable
    assert not shows(error, SECRET)


def test_an_unknown_database_is_unavailable_for_good(url):
    """A database that is not there is not retryable."""
    error = raised(lambda: open_store(f"{url}_not_there"))
    assert isinstance(error, Unavailable)
    assert not error.retryable


@pytest.mark.parametrize("tail", ["?no_such_setting=1", "?sslmode"])
def test_a_url_that_libpq_cannot_read_is_a_bad_url(url, tail):
    """A query parameter that libpq does not know is refused before connecting, the password hidden."""
    error = raised(lambda: open_store(with_part(url, password=SECRET) + tail))
    assert isinstance(error, BadURL)
    assert not shows(error, SECRET)


@pytest.mark.parametrize("form", ["postgres://", "postgresql+psycopg://", "POSTGRESQL://"])
def test_every_form_of_the_url_opens_the_database(url, form):
    """The scheme may be shortened, name the driver, and carry settings for libpq."""
    store = open_store(url.replace("postgresql://", form, 1) + "?application_name=venue&sslmode=disable")
    with reading(store) as session:
        rows = session.fetch("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()", ())
    assert rows == [("venue",)]
    store.close()


@pytest.mark.parametrize(
    "option", [{"pool_size": 0}, {"pre_ping": 1}, {"schema": "pg_x"}, {"schema": ""}, {"prepare": "no"}, {"x": 1}]
)
def test_options_that_make_no_sense_are_refused(url, option):
    """Each option of the backend is checked before anything is opened."""
    assert isinstance(raised(lambda: open_store(url, backend_options=option)), BadOption)


def test_another_encoding_is_unsupported(postgres_server):
    """A database that cannot hold every text is refused at once."""
    with postgres_server.connect() as connection:
        connection.execute("CREATE DATABASE kp_latin TEMPLATE template0 ENCODING 'LATIN1'")
    error = raised(lambda: open_store(postgres_server.url("kp_latin")))
    postgres_server.drop("kp_latin")
    assert isinstance(error, Unsupported)


def test_the_writer_of_another_store_is_waited_for_as_long_as_asked(url, store):
    """Timeout 0 fails at once, a short one after its time, and a long one gets the turn."""
    other = open_store(url)
    session = other.session()
    began = time.monotonic()
    assert isinstance(raised(lambda: store.session(timeout=0)), Busy)
    assert time.monotonic() - began < 0.2
    assert isinstance(raised(lambda: store.session(timeout=0.3)), Busy)
    assert time.monotonic() - began >= 0.3
    threading.Timer(0.2, session.rollback).start()
    store.session(timeout=10).rollback()
    other.close()


def test_writers_of_many_threads_take_turns(store):
    """A thread that writes without pause does not keep another waiting for long."""
    stop, longest = threading.Event(), []

    def greedy() -> None:
        while not stop.is_set():
            store.session().rollback()

    threads = [threading.Thread(target=greedy) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        began = time.monotonic()
        store.session().rollback()
        longest.append(time.monotonic() - began)
    stop.set()
    for thread in threads:
        thread.join()
    assert max(longest) < 2


def test_an_undone_savepoint_keeps_the_prepared_statements(store):
    """A rollback to a savepoint does not make the driver forget what it has prepared."""
    session = store.session()
    for _ in range(8):
        session.get(Song, ["x"])
    names = "SELECT count(*) FROM pg_prepared_statements"
    before = session.fetch(names, ())
    session.savepoint().rollback()
    assert before == session.fetch(names, ())
    assert before[0][0] > 0
    session.rollback()


@pytest.mark.parametrize("durability", ["full", "relaxed"])
def test_relaxed_durability_is_asked_for_in_each_write(url, durability):
    """Only a store opened with `relaxed` commits without waiting for the disk."""
    store = open_store(url, durability=durability)
    session = store.session()
    assert session.fetch("SHOW synchronous_commit", ()) == [("on" if durability == "full" else "off",)]
    session.rollback()
    store.close()


@pytest.mark.parametrize("many", [3, 200])
def test_a_batch_is_stored_whole_whatever_its_size(store, many):
    """Few and many rows, new and existing ones mixed, give the same revisions, and write only what was given."""
    with writing(store) as session:
        session.insert([song(f"s{n:03}", year=1, tags=("a\tb\\n",)) for n in range(many)])
        rows = [
            Song(id=f"s{n:03}", title="new" if n % 2 else f"Title s{n:03}", artist="Björk") for n in range(2 * many)
        ]
        written = session.upsert(rows)
        found = session.find(Query(Song))
    assert [(row.before, row.after) for row in written] == [
        (1, 1 + n % 2) if n < many else (0, 1) for n in range(2 * many)
    ]
    assert [(row.year, row.tags) for row in found[:many]] == [(1, ("a\tb\\n",))] * many
