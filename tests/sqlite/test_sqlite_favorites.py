"""Favourites are read by what a user likes, whatever the library holds."""

from __future__ import annotations

import sqlite3

import pytest

import karaoke_persist
from karaoke_persist import Song
from karaoke_persist.models import FavoriteArtist, FavoriteSong


@pytest.fixture
def library(tmp_path):
    """A library of some thousand songs and likes, three of them Ana's, that knows how many it has."""
    path = tmp_path / "karaoke.db"
    with karaoke_persist.open(path, on_error="raise") as opened:
        opened.songs.upsert_songs(Song(id=f"s{n:04}", title=f"Title {n % 100}", artist="x") for n in range(3_000))
        opened.users.register("Ana", user_id="ana")
        with opened.transaction() as tx:
            for number in range(100):
                tx.users.register(f"user {number}", user_id=f"u{number}")
            pairs = [(f"u{user}", f"s{user + song:04}") for user in range(100) for song in range(30)]
            tx._session.insert(*(FavoriteSong(id=f"{u} {s}", user_id=u, song_id=s) for u, s in pairs))
            tx._session.insert(*(FavoriteArtist(id=f"{u} {s}", user_id=u, artist=s, artist_key=s) for u, s in pairs))
        for song_id in ("s0007", "s0107", "s2000"):
            opened.favorites.add_song("ana", song_id)
    with sqlite3.connect(path) as database:
        database.execute("ANALYZE")
    database.close()
    with karaoke_persist.open(path, on_error="raise") as opened:
        yield opened


@pytest.fixture
def plans(library, monkeypatch):
    """What SQLite does for each statement that an operation runs."""
    statements = []
    make_session = library.store.session

    def traced(**how):
        session = make_session(**how)
        session._connection.set_trace_callback(statements.append)
        return session

    def explain(operation):
        monkeypatch.setattr(library.store, "session", traced)
        answer = operation()
        monkeypatch.undo()
        ran = [each for each in dict.fromkeys(statements) if each.lstrip().startswith("SELECT")]
        session = make_session(read_only=True)
        session._connection.set_trace_callback(None)
        steps = [row[3] for sql in ran for row in session._connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        session.rollback()
        return answer, steps

    return explain


@pytest.mark.parametrize("sort_by", ["title", "added_at"])
def test_a_page_looks_its_songs_up(library, plans, sort_by):
    """No table and no index of a library is read from its beginning to its end, on the first page and after it."""
    page, steps = plans(lambda: library.favorites.get_songs_page("ana", sort_by=sort_by, limit=2))
    rest, more = plans(lambda: library.favorites.get_songs_page("ana", sort_by=sort_by, limit=2, cursor=page.cursor))

    assert len(page.items) + len(rest.items) == 3
    assert any("SEARCH kp_songs" in step for step in steps), steps
    assert not [step for step in steps + more if step.startswith("SCAN kp_")], steps + more


def test_counts_and_many_at_once_use_an_index(library, plans):
    """What is asked for many songs is looked up for these songs."""
    for ask in (
        lambda: library.favorites.are_favorites("ana", ["s0007", "s0008"]),
        lambda: library.favorites.get_song_counts(["s0007", "s0008"]),
        lambda: library.favorites.get_artist_counts(["x"]),
        lambda: library.favorites.get_artists_page("ana"),
        lambda: library.users.get_by_username("ANA"),
    ):
        _, steps = plans(ask)
        assert steps
        assert not [step for step in steps if step.startswith("SCAN kp_")], steps
