"""A full-text index keeps its postings in trees, and every question looks through each of them."""

from __future__ import annotations

import pytest
from sqlite_probes import open_store, reading, song, writing

from karaoke_persist_sql import session

MANY, BATCH = 40, 10


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty store, for which forty songs are many, and which does not merge trees by itself."""
    monkeypatch.setattr(session, "MANY", MANY)
    store = open_store(tmp_path / "songs.db")
    store.migrate()
    with writing(store) as writer:
        writer.execute("INSERT INTO kp_search_grams (kp_search_grams, rank) VALUES ('automerge', 0)")
    yield store
    store.close()


def trees(store):
    """How many there are."""
    with reading(store) as reader:
        return reader.fetch("SELECT count(DISTINCT segid) FROM kp_search_grams_idx", ())[0][0]


def put(store, first, count, **fields):
    """Store songs in one transaction, ten at a time, which are a tree each."""
    songs = [song(f"s{number:04}", **{"title": f"Song {number}", **fields}) for number in range(first, first + count)]
    with writing(store) as writer:
        for start in range(0, count, BATCH):
            savepoint = writer.savepoint()
            writer.upsert(songs[start : start + BATCH])
            savepoint.release()


def test_many_songs_that_come_at_once_leave_one_tree(store):
    """Forty songs in a transaction, ten at a time, are one tree after it."""
    put(store, 0, MANY)
    assert trees(store) == 1


def test_few_songs_leave_the_trees_that_they_came_in(store):
    """Thirty songs, ten at a time, are three trees: to merge all of it each time would cost more than it gives."""
    put(store, 0, MANY - BATCH)
    assert trees(store) == (MANY - BATCH) // BATCH


def test_a_large_library_is_not_put_in_order_for_a_few_more(store):
    """Forty songs that come to eighty leave the tree that there was, and add four."""
    put(store, 0, 2 * MANY)
    put(store, 2 * MANY, MANY)
    assert trees(store) == 1 + MANY // BATCH


def test_songs_that_are_written_over_are_not_new(store):
    """Forty songs that get other titles leave more trees than one."""
    put(store, 0, MANY)
    put(store, 0, MANY, title="Other")
    assert trees(store) > 1
