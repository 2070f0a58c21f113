"""The index answers as the rules say, whatever was written, and however much of it there is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from search_samples import requests, songs_of
from sqlite_probes import reading

from karaoke_persist.contract import Eq, In, Query
from karaoke_persist.contract.reference.search import complete, search, search_artists
from karaoke_persist.contract.search import ArtistSearchRequest, SearchQuery, SearchRequest
from karaoke_persist.models import Song
from karaoke_persist_sql.search import (
    artist_names,
    artists,
    choosing,
    completion,
    near_songs,
    near_ways,
    pages,
    places,
    sorted_pages,
    tiers,
)
from karaoke_persist_sql.search.checking import Check
from karaoke_persist_sqlite import gram_counts

KEYS = [f"s{number}" for number in range(12)]
CHANGES = st.one_of(
    st.tuples(st.just("upsert"), st.lists(songs_of(KEYS), min_size=1, max_size=6, unique_by=lambda song: song.id)),
    st.tuples(st.just("patch"), st.tuples(st.sampled_from(KEYS), songs_of(KEYS))),
    st.tuples(st.just("play"), st.tuples(st.sampled_from(KEYS), st.integers(0, 3))),
    st.tuples(st.just("hide"), st.tuples(st.lists(st.sampled_from(KEYS), min_size=1), st.booleans())),
    st.tuples(st.just("delete"), st.lists(st.sampled_from(KEYS), min_size=1, max_size=3)),
    st.tuples(st.just("undone"), st.lists(songs_of(KEYS), min_size=1, max_size=3, unique_by=lambda song: song.id)),
)
SLIPS = ("_", "lvoe", "love", "loves")
TWICE = SearchRequest(query=SearchQuery.parse("love love"), limit=0, near=True)
"""Each slip counts twice."""
FIELDS = ("missing_since", "title", "artist", "album", "aliases", "year", "genre")


def apply(session, change):
    """Do one of the changes."""
    kind, what = change
    if kind == "upsert":
        session.upsert(what)
    elif kind == "patch":
        key, song = what
        changes = {name: getattr(song, name) for name in FIELDS}
        session.patch_where(Query(Song, Eq("id", key)), {**changes, **Song.integrity.derive(changes)})
    elif kind == "play":
        key, plays = what
        if session.get(Song, [key]):
            session.patch(Song, key, {"play_count": plays})
    elif kind == "hide":
        keys, hidden = what
        session.patch_where(Query(Song, In("id", keys)), {"hidden": hidden})
    elif kind == "delete":
        session.delete_where(Query(Song, In("id", what)))
    else:
        savepoint = session.savepoint()
        session.upsert(what)
        session.delete_where(Query(Song, In("id", KEYS[:4])))
        savepoint.rollback()


def answers(asked, request):
    """What is answered, from page to page."""
    if isinstance(request, SearchRequest):
        result = asked.search(request)
        yield result
        if result.place is not None:
            yield asked.search(replace(request, after=result.place, offset=request.offset % 2))
    elif isinstance(request, ArtistSearchRequest):
        yield asked.search_artists(request)
    else:
        yield asked.complete(request)


class Reference:
    """The answers of the rules, over a session."""

    def __init__(self, session):
        self.session = session

    def search(self, request):
        """By looking at every song."""
        return search(self.session, request)

    def search_artists(self, request):
        """The same grouped."""
        return search_artists(self.session, request)

    def complete(self, request):
        """The same for beginnings."""
        return complete(self.session, request)


@pytest.fixture(params=[None, 0, 2, "by words"], ids=["as it is", "everything is many", "two are few", "few by words"])
def few(request, monkeypatch):
    """What counts as few, so that small data takes every way."""
    if request.param == "by words":
        monkeypatch.setattr(pages, "FEW", -1)
    elif request.param is not None:
        for module in (pages, sorted_pages, near_songs, artist_names, artists, completion):
            monkeypatch.setattr(module, "FEW", request.param)
        monkeypatch.setattr(pages, "FEW_BY_WORDS", request.param)
        monkeypatch.setattr(choosing, "FEW", 0)
        monkeypatch.setattr(choosing, "UNSEEN", 1)
        monkeypatch.setattr(gram_counts, "ONE_OF", 1 + request.param)
        monkeypatch.setattr(near_songs, "AT_ONCE", (1, 2))
        monkeypatch.setattr(near_songs, "FEW_WORDS", request.param)
        monkeypatch.setattr(near_ways, "TOLD_APART", request.param)
        monkeypatch.setattr(artists, "BATCHES", (4, 1))
        for module, name in ((tiers, "NAMES"), (tiers, "FURTHER"), (completion, "FURTHER")):
            monkeypatch.setattr(module, name, request.param)
        for name, value in {"GAP": 4, "REACH": 8, "ROOM": 2, "_WINDOW": 2}.items():
            monkeypatch.setattr(places, name, value)


@pytest.mark.usefixtures("few")
def test_any_changes_and_any_questions(store):
    """After any changes the index is found to be right, and any question has the answer of the rules."""

    @settings(max_examples=150, deadline=None)
    @given(st.lists(CHANGES, min_size=1, max_size=6), st.lists(requests, min_size=1, max_size=6))
    @example([("upsert", [Song(id="s2", title="_", artist="AC/DC", aliases=("\x01",))])], [])
    @example([("upsert", [Song(id=title, title=title, artist="Björk") for title in SLIPS])], [TWICE])
    def check(changes, asked):
        session = store.session()
        try:
            for change in changes:
                apply(session, change)
            for request in asked:
                expected = list(answers(Reference(session), request))
                assert list(answers(session, request)) == expected, request
            assert Check(session, store.layout.search, None).findings(repair=False) == []
        finally:
            session.rollback()

    check()
    with reading(store) as session:
        assert not session.find(Query(Song))
