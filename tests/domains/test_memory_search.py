"""Search in memory against the reference, over any writes, savepoints and snapshots."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

import karaoke_persist
from karaoke_persist import Song
from karaoke_persist.contract import Query, reference
from karaoke_persist.contract.search import (
    ArtistSearchRequest,
    CompletionRequest,
    SearchQuery,
    SearchRequest,
    Term,
    Years,
)
from karaoke_persist.contract.search.request import FACETS, SORTS, TOTALS
from karaoke_persist_memory.search import answers, index

WORDS = (
    *(
        "love",
        "loev",
        "lovely night",
        "Love & Night",
        "night",
        "nights",
        "AC/DC",
        "ke$ha",
        "P!nk",
        "Don't",
        "a",
        "ab",
        "e",
        "!!!",
    ),
    *(
        "Björk",
        "Ångström",
        "Motörhead",
        "Øl",
        "straße",
        "桜",
        "東京",
        "さくら",
        "カラオケ",
        "월량",
        "사랑",
        "月亮代表我的心",
        "ปลา",
        "любовь",
    ),
)
text = st.lists(st.sampled_from(WORDS) | st.text("abeéöß桜か사 '-$!", min_size=1, max_size=4), min_size=1, max_size=3)
titles = text.map(" ".join).filter(lambda words: bool(words.strip()))
fields = st.fixed_dictionaries(
    {"title": titles, "artist": st.sampled_from(["ABBA", "Abba", "Björk", "東京事変", "사랑", "Love Band"]) | titles},
    optional={
        "album": st.none() | titles,
        "aliases": st.lists(titles, max_size=2).map(tuple),
        "artist_aliases": st.lists(titles, max_size=1).map(tuple),
        "year": st.none() | st.sampled_from([1969, 1987, 1990, 1999, 2001]),
        "language": st.none() | st.sampled_from(["en", "EN", "ja"]),
        "genre": st.none() | st.sampled_from(["Pop", "pop", "Rock"]),
        "hidden": st.booleans(),
        "plain_lyrics": st.none() | st.just("la la"),
    },
)
ids = st.sampled_from([f"song {number}" for number in range(24)])
typed = st.one_of(
    titles,
    titles.map(lambda words: words[: max(1, len(words) // 2)]),
    st.tuples(st.sampled_from(["artist:", "title:", "album:", "-", "", '"']), titles).map("".join),
    titles.map(lambda words: f'"{words}"'),
    st.sampled_from(
        ["", "nigth", "lovly nihgt", "ㅅㄹ", "ᄉᄅ", "yl", "yldb", "sarang", "ueliang", "year:1990..", "has:lyrics"]
    ),
)
queries = st.builds(
    lambda query, years, language: replace(query, years=years or query.years, language=language),
    typed.map(SearchQuery.parse),
    st.none() | st.just(Years(1980, 1995)),
    st.none() | st.just("en"),
) | st.builds(
    lambda some: SearchQuery(tuple(some)), st.lists(st.builds(Term, titles, st.none(), st.booleans()), max_size=3)
)
requests = st.builds(
    SearchRequest,
    query=queries,
    limit=st.integers(1, 6),
    offset=st.integers(0, 3),
    sort=st.sampled_from(SORTS) | st.just("relevance"),
    descending=st.booleans(),
    total=st.sampled_from(TOTALS),
    facets=st.lists(st.sampled_from(FACETS), unique=True).map(tuple),
    near=st.booleans(),
    hidden=st.booleans(),
)


@pytest.fixture(autouse=True)
def small_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few songs fill several chunks, and are enough for every way to a page."""
    monkeypatch.setattr(index, "SIZE", 3)
    monkeypatch.setattr(index, "ROOM", 6)
    monkeypatch.setattr(answers, "FEW", 2)
    monkeypatch.setattr(answers, "MANY", 4)


def of(key: str, values: dict[str, Any]) -> Song:
    """A song as core hands it to a store: with its readings."""
    song = Song(id=key, **values)
    return song.replaced(song.integrity.derive(song.__dict__))


def song(key: str, title: str, artist: str = "Z", *, plays: int = 0, **values: Any) -> Song:
    """A song that was sung so often."""
    return of(key, {"title": title, "artist": artist, **values}).replaced({"play_count": plays})


class Searches(RuleBasedStateMachine):
    """One writer with savepoints, and readers that each see a version of their own."""

    @initialize()
    def begin(self) -> None:
        """Open an empty store."""
        self.library = karaoke_persist.open("memory://")
        self.writer: Any = self.library.store.session()
        self.readers: list[Any] = []
        self.savepoints: list[Any] = []

    def teardown(self) -> None:
        """Let go."""
        self.library.close()

    @rule(rows=st.dictionaries(ids, fields, min_size=1, max_size=8))
    def upsert(self, rows: dict[str, dict[str, Any]]) -> None:
        """Write songs, some of them anew."""
        self.writer.upsert([of(key, values) for key, values in rows.items()])

    @rule(key=ids, values=fields, plays=st.integers(0, 3))
    def patch(self, key: str, values: dict[str, Any], plays: int) -> None:
        """Change a song, or only how often it was sung."""
        if self.writer.get(Song, [key]):
            changes = {"play_count": plays} if plays else of(key, values).__dict__
            given = {"title", "artist", "title_readings", "artist_readings", *values, "play_count"}
            self.writer.patch(Song, key, {name: changes[name] for name in given & changes.keys()})

    @rule(key=ids)
    def patch_elsewhere(self, key: str) -> None:
        """Change what search does not know."""
        if self.writer.get(Song, [key]):
            self.writer.patch(Song, key, {"description": "new"})

    @rule(title=titles)
    def delete(self, title: str) -> None:
        """Delete the songs of a title."""
        rows = self.writer.find(Query(Song))
        doomed = rows[len(title) % len(rows)].title if rows else title
        self.writer.delete_where(Query(Song, karaoke_persist.contract.Eq("title", doomed)))

    @rule()
    def savepoint(self) -> None:
        """Remember where the writer is."""
        self.savepoints.append(self.writer.savepoint())

    @precondition(lambda self: self.savepoints)
    @rule()
    def roll_back(self) -> None:
        """Return to the last savepoint."""
        self.savepoints.pop().rollback()

    @rule(kept=st.booleans())
    def end(self, kept: bool) -> None:
        """Commit or roll back, and begin again."""
        self.writer.commit() if kept else self.writer.rollback()
        self.writer, self.savepoints = self.library.store.session(), []

    @rule()
    def read(self) -> None:
        """Hold on to what is committed."""
        self.readers = [*self.readers[-2:], self.library.store.session(read_only=True)]

    @rule(some=st.lists(requests, min_size=1, max_size=4), common=st.sampled_from(["", "a", "b", "n", "love", "night"]))
    def search(self, some: list[SearchRequest], common: str) -> None:
        """Search equals the reference in every version, page by page."""
        some = [*some, SearchRequest(query=SearchQuery.parse(common), limit=3)]
        for session, request in product((self.writer, *self.readers), some):
            asked: SearchRequest | None = request
            while asked is not None:
                expected = reference.search(session, asked)
                assert session.search(asked) == expected, asked
                asked = None if expected.place is None else replace(asked, after=expected.place, offset=0)

    @rule(query=queries, limit=st.integers(1, 5), samples=st.integers(0, 2), hidden=st.booleans())
    def by_artist(self, query: SearchQuery, limit: int, samples: int, hidden: bool) -> None:
        """The same of artists."""
        request = ArtistSearchRequest(query=query, limit=limit, samples=samples, hidden=hidden)
        for session in (self.writer, *self.readers):
            expected = reference.search_artists(session, request)
            assert session.search_artists(request) == expected
            if expected:
                onwards = replace(request, after=expected[-1].artist)
                assert session.search_artists(onwards) == reference.search_artists(session, onwards)

    @rule(words=titles, length=st.integers(1, 4), limit=st.integers(1, 8), hidden=st.booleans())
    def complete(self, words: str, length: int, limit: int, hidden: bool) -> None:
        """The same of completions."""
        request = CompletionRequest(text=words[:length], limit=limit, hidden=hidden)
        for session in (self.writer, *self.readers):
            assert session.complete(request) == reference.complete(session, request)


def test_every_version_is_searched_as_the_reference_does() -> None:
    """Whatever is written, rolled back and held on to, each session finds what the reference finds in its songs."""
    trials = settings(
        max_examples=60,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,
        database=None,
        print_blob=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Searches, settings=trials)


EXAMPLES = (
    song("love", "Love"),
    song("nice", "A Nice Lovely Day", "Zoe", artist_aliases=("Loverboy",)),
    *(song(f"nice {number}", f"Have A Nice Day {number}") for number in range(3)),
    song("initials", "月亮代表我的心", "鄧麗君", aliases=("Old DB",), plays=2),
    song("thunder", "Thunderstorms", "Acdc"),
    song("hidden", "Lovely", "Zoe", hidden=True),
)


@pytest.mark.parametrize(
    "asked",
    [
        SearchRequest(query=SearchQuery((Term("a nice", phrase=True),))),
        SearchRequest(query=SearchQuery.parse("ldb"), total="exact"),
        SearchRequest(query=SearchQuery.parse("yld"), total="exact"),
        SearchRequest(query=SearchQuery.parse("thunderstormsxy"), near=True),
        SearchRequest(query=SearchQuery.parse("thnderstoms"), near=True),
        SearchRequest(query=SearchQuery.parse("xhunderstorm"), near=True),
        SearchRequest(query=SearchQuery.parse("title:thunder loverbou"), near=True),
        SearchRequest(query=SearchQuery.parse("love"), hidden=False, facets=FACETS, total="exact"),
    ],
)
def test_single_searches(asked: SearchRequest) -> None:
    """Phrases that begin with a short word, initials, slips at the ends, artists alone, and the guests' view."""
    with closing(karaoke_persist.open("memory://")) as library:
        writer = library.store.session()
        writer.insert(EXAMPLES)
        assert writer.search(asked) == reference.search(writer, asked)
        assert writer.search(asked) != writer.search(SearchRequest(query=SearchQuery.parse("nothing at all")))
        writer.rollback()


def test_what_is_written_later_stands_in_its_place() -> None:
    """Songs written after an index was made come in the order of titles, in the chunk of their neighbours."""
    with closing(karaoke_persist.open("memory://")) as library:
        library.songs.upsert_songs([Song(id=title, title=title, artist="Z") for title in ("m a", "m c", "m e")])
        assert [hit.song.id for hit in library.songs.search("m").items] == ["m a", "m c", "m e"]
        library.songs.upsert_songs([Song(id=title, title=title, artist="Z") for title in ("m d", "m b")])
        assert [hit.song.id for hit in library.songs.search("m").items] == ["m a", "m b", "m c", "m d", "m e"]


def test_searches_beside_a_writer() -> None:
    """Threads that search while another one writes find each song as it was before or after each of its changes."""
    with closing(karaoke_persist.open("memory://")) as library:
        library.songs.upsert_songs([Song(id=f"{number}", title=f"even {number}", artist="A") for number in range(60)])
        done = threading.Event()
        wrong: list[object] = []

        def look() -> None:
            while not done.is_set():
                with library.transaction(read_only=True) as tx:
                    even, odd = (tx.songs.search(word, total="exact").total for word in ("even", "odd"))
                    if (even or 0) + (odd or 0) != 60:
                        wrong.append((even, odd))

        threads = [threading.Thread(target=look) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for number in range(300):
                library.songs.patch_song(
                    f"{number % 60}", {"title": f"{'odd' if number // 60 % 2 == 0 else 'even'} {number}"}
                )
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert wrong == []
