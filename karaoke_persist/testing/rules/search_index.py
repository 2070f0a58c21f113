"""R: what a search finds is what is stored: in every transaction, after every write, in every thread and process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist import FacetCount, InvalidValue, Library, NotFound, Song
from karaoke_persist.contract import Capability, Eq, In, Query
from karaoke_persist.testing.domain_workers import title_and_search
from karaoke_persist.testing.evenings import Evening, SetClock
from karaoke_persist.testing.handles import Conformance, Opener, Place, add_songs, probing, require
from karaoke_persist.testing.oracle_search import Catalogue
from karaoke_persist.testing.processes import in_processes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.search import search, titled
from karaoke_persist.testing.rules.search_beside import starting
from karaoke_persist.testing.rules.search_counts import by_artist, facet
from karaoke_persist.testing.rules.search_oracle import agrees, agrees_beside, views
from karaoke_persist.testing.rules.search_pages import everything, ids_of, joined
from karaoke_persist.testing.samples import song
from karaoke_persist.testing.threads import together
from karaoke_persist.testing.trials import TRIALS

MOMENT: Final = datetime(2026, 1, 2, tzinfo=UTC)
PROBES: Final = ("", "a", "ab", "love", "ö", "さ", "sakura", "-love", "artist:b", "genre:pop", "year:1990")

TITLES = st.sampled_from(["Love", "love", "ab", "A-B", "Öl", "さくら", "Love ab", "!!!"])
NAMES = st.sampled_from(["a", "B", "Böb", "さ"])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": TITLES,
        "artist": NAMES,
        "album": st.none() | TITLES,
        "aliases": st.lists(TITLES, max_size=2),
        "hidden": st.booleans(),
        "missing_since": st.sampled_from([None, MOMENT]),
        "genre": st.sampled_from([None, "Pop"]),
        "year": st.sampled_from([None, 1990]),
    },
)
KEYS = st.sampled_from("pqrs")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.lists(st.tuples(KEYS, TITLES, NAMES), max_size=4, unique_by=lambda row: row[0])),
        st.tuples(st.just("patch"), st.tuples(KEYS, CHANGES)),
        st.tuples(st.just("delete"), st.sets(KEYS, max_size=3)),
        st.tuples(st.just("sing"), st.tuples(KEYS, st.integers(0, 3))),
        st.tuples(st.just("undo"), st.lists(st.tuples(KEYS, TITLES, NAMES), max_size=2, unique_by=lambda row: row[0])),
    ),
    max_size=6,
)


def play(probe: Any, kind: str, what: Any) -> None:
    """Do one step of a random story."""
    with suppress(NotFound):
        if kind == "put":
            probe.upsert([song(*row) for row in what])
        elif kind == "patch":
            probe.patch(Song, what[0], what[1])
        elif kind == "delete":
            probe.delete_where(Query(Song, In("id", tuple(sorted(what)))))
        elif kind == "sing":
            probe.maintain(Song, what[0], {"play_count": what[1]})
        else:
            with probe.savepoint() as savepoint:
                probe.upsert([song(*row) for row in what])
                probe.delete_where(Query(Song))
                savepoint.rollback()


class SearchIndexRules(Conformance):
    """What searches are answered from is written with the songs, and undone with them."""

    @rule("R-81")
    def test_search_of_own_writes(self, library: Library, other: Library) -> None:
        """A transaction finds its own writes at once, others find them when it has committed."""
        titled(library, "Before", "Gone")
        with library.transaction() as tx:
            tx.songs.create_or_update_song("Before", "After", "0")
            tx.songs.delete_song("Gone")
            tx.songs.create_or_update_song("New", "New", "0")
            assert [search(tx, text) for text in ("before", "gone", "after", "new", "")] == [
                [],
                [],
                ["Before"],
                ["New"],
                ["Before", "New"],
            ]
            assert starting(tx, "n") == [("song", "New")]
            assert [search(other, text) for text in ("before", "gone", "after", "new")] == [
                ["Before"],
                ["Gone"],
                [],
                [],
            ]
        assert [search(other, text) for text in ("before", "gone", "after", "new")] == [[], [], ["Before"], ["New"]]

    @rule("R-82")
    def test_search_after_a_rollback(self, library: Library, other: Library) -> None:
        """What is rolled back, or refused, leaves every search as it was."""
        add_songs(library, song("a", "Love", "Queen", genre="g"), song("b", "Hate", "Queen"))
        with suppress(ZeroDivisionError), library.transaction() as tx:
            tx.songs.upsert_songs([song("a", "Other", "Other", genre="h"), song("c", "Love too", "Queen")])
            tx.songs.delete_song("b")
            raise ZeroDivisionError
        with suppress(InvalidValue):
            library.songs.upsert_songs([song("d", "Love four", "X"), "no song"])  # type: ignore[list-item]
        for view in (library, other):
            assert [search(view, text) for text in ("love", "hate", "other", "")] == [["a"], ["b"], [], ["b", "a"]]
            assert (facet(view, "genre"), by_artist(view)) == ([("g", 1)], [("Queen", 2, ["b", "a"])])
            assert starting(view, "o") == starting(view, "x") == []

    @rule("R-83")
    def test_search_after_a_savepoint(self, library: Library, other: Library) -> None:
        """What is undone to a savepoint leaves every search as it was there, and what is kept is found."""
        titled(library, "Old")
        with library.transaction() as tx:
            with suppress(ZeroDivisionError), tx.savepoint():
                tx.songs.upsert_songs([song("Old", "Changed", "0"), song("x", "Inner", "0")])
                assert search(tx, "changed") == ["Old"]
                raise ZeroDivisionError
            assert [search(tx, text) for text in ("changed", "inner", "old", "")] == [[], [], ["Old"], ["Old"]]
            with tx.savepoint():
                tx.songs.create_or_update_song("y", "Kept", "0")
            assert search(tx, "kept") == ["y"]
        assert [search(other, text) for text in ("changed", "inner", "old", "kept")] == [[], [], ["Old"], ["y"]]
        assert starting(other, "i") == starting(other, "c") == []

    @rule("R-84")
    def test_search_in_a_snapshot(self, library: Library, other: Library) -> None:
        """A read-only transaction goes on finding what was there when it began, on every page."""
        add_songs(library, *(song(f"{number}", "Love", "A", genre="g") for number in range(4)))
        with other.transaction(read_only=True) as tx:
            first = tx.songs.search("love", limit=2)
            library.songs.upsert_songs([song("1", "Hate", "B"), song("4", "Love", "A")])
            library.songs.delete_song("3")
            rest = tx.songs.search("love", limit=9, cursor=first.cursor, total="exact")
            assert (ids_of(first), ids_of(rest), rest.total) == (["0", "1"], ["2", "3"], 4)
            assert (search(tx, "hate"), facet(tx, "genre"), by_artist(tx, samples=0)) == (
                [],
                [("g", 4)],
                [("A", 4, [])],
            )
        assert (search(other, "love"), search(other, "hate")) == (["0", "2", "4"], ["1"])

    @rule("R-85")
    def test_search_after_many_at_once(self, library: Library, other: Library) -> None:
        """After many songs in one call, in no order, and some of them again, searches find each in its place."""
        numbers = [number * 7 % 1_200 for number in range(1_200)]
        add_songs(library, *(song(f"{number:04}", f"Title {number:04}", f"Artist {number % 5}") for number in numbers))
        assert joined(other, "title", limit=500) == [f"{number:04}" for number in range(1_200)]
        again = [song(f"{number:04}", f"Again {1_200 - number:04}", "Artist 0") for number in range(0, 1_200, 4)]
        add_songs(library, *again)
        expected = [f"{number:04}" for number in range(1_196, -1, -4)]
        assert joined(other, "again", limit=500) == joined(other, "", limit=500)[:300] == expected
        assert [search(other, text) for text in ("title 0004", "again 1196", "title 0005")] == [[], ["0004"], ["0005"]]
        assert facet(other, "artist") == [("Artist 0", 480), *((f"Artist {number}", 180) for number in (1, 2, 3, 4))]

    @rule("R-86")
    def test_some_fields_of_an_upsert(self, library: Library) -> None:
        """An upsert that gives some fields leaves the rest of a song to be found as before."""
        add_songs(library, song("a", "Love", "Queen", album="Jazz", aliases=["Amor"], genre="Rock", year=1978))
        add_songs(library, song("a", "Love", "Quin"))
        found = [search(library, text) for text in ("jazz", "amor", "genre:rock", "year:1978", "quin", "queen")]
        assert found == [["a"]] * 5 + [[]]
        library.songs.patch_song("a", {"description": "Queen", "tags": ["queen"], "favorite": True})
        assert (search(library, "queen"), search(library, "jazz")) == ([], ["a"])

    @rule("R-87")
    def test_search_after_writes_by_query(self, library: Library, other: Library) -> None:
        """What is patched or deleted by a query is found so, or no more."""
        add_songs(
            library,
            *(song(f"{number}", f"Love {number}", "A", genre="g" if number % 2 else None) for number in range(6)),
        )
        with probing(library) as probe:
            probe.patch_where(Query(Song, Eq("genre", "g")), {"album": "Jazz", "hidden": True})
            probe.delete_where(Query(Song, In("id", ("0", "1"))))
        assert (search(other, "jazz"), search(other, "love", guest=True)) == (["3", "5"], ["2", "4"])
        assert (search(other, ""), facet(other, "genre")) == (["2", "3", "4", "5"], [("g", 2)])

    @rule("R-88")
    def test_search_of_merged_songs(self, library: Library, other: Library) -> None:
        """A merged song is found no more, but by its names that the kept one has taken."""
        add_songs(library, song("keep", "Jóga", "Björk"), song("gone", "Yoga", "Björk", album="Homogenic"))
        library.versions.merge_songs("keep", ["gone"])
        assert [search(other, text) for text in ("joga", "yoga", "homogenic", "")] == [["keep"]] * 4
        assert by_artist(other) == [("Björk", 1, ["keep"])]

    @rule("R-89")
    def test_use_in_search(self, library: Library, other: Library) -> None:
        """A song that was sung, hidden or shown is sorted and completed so at once."""
        titled(library, "Love one", "Love two")
        evening = Evening(library, SetClock())
        evening.rooms("stage")
        evening.play("Love two", "Ana")
        assert search(other, "love") == ["Love one", "Love two"]
        assert ids_of(other.songs.search("love", sort_by="plays")) == ["Love two", "Love one"]
        assert starting(other, "lo") == [("song", "Love two"), ("song", "Love one")]
        library.songs.patch_song("Love two", {"hidden": True})
        assert (search(other, "love", guest=True), starting(other, "lo", guest=True)) == (
            ["Love one"],
            [("song", "Love one")],
        )
        library.songs.patch_song("Love two", {"hidden": False})
        assert search(other, "love", guest=True) == ["Love one", "Love two"]

    @rule("R-97")
    def test_missing_songs(self, library: Library, other: Library) -> None:
        """Songs of which nothing can be played are left out of everything that searches, unless they are asked for."""
        add_songs(library, song("there", "Love", "ABBA", genre="Pop"), song("gone", "Love", "Abba", genre="Pop"))
        with probing(library) as probe:
            probe.patch_where(Query(Song, Eq("id", "gone")), {"missing_since": MOMENT})
        found = other.songs.search("", total="exact", facets=["genre", "artist"])
        assert (ids_of(found), found.total) == (["there"], 1)
        assert found.facets == {"genre": (FacetCount("Pop", 1),), "artist": (FacetCount("ABBA", 1),)}
        assert (search(other, "love"), search(other, "pop"), search(other, "genre:pop")) == (["there"], [], ["there"])
        assert by_artist(other) == by_artist(other, "love") == [("ABBA", 1, ["there"])]
        assert starting(other, "abb") == [("artist", "ABBA")]
        assert [each.id for each in other.songs.search("lvoe", near=True).near] == ["there"]
        assert ids_of(other.songs.search("love", missing=True)) == ["gone", "there"]
        assert other.songs.search_songs_paginated("love", missing=True)[1] == 2
        assert [each.artist for each in other.songs.search_by_artist("love", missing=True).items] == ["ABBA", "Abba"]
        assert len(other.songs.complete("abb", missing=True)) == 2
        assert other.check() == []

    @rule("R-98")
    def test_songs_that_come_back(self, library: Library, other: Library) -> None:
        """A song that can be played again is found again, as it is then."""
        add_songs(library, song("a", "Love", "ABBA"))
        with probing(library) as probe:
            probe.patch(Song, "a", {"missing_since": MOMENT})
        library.songs.patch_song("a", {"title": "Hate"})
        assert (search(other, "hate"), search(other, "love")) == ([], [])
        with probing(library) as probe:
            probe.patch(Song, "a", {"missing_since": None})
        assert (search(other, "hate"), search(other, "love")) == (["a"], [])
        assert other.check() == []

    @rule("R-93")
    def test_search_after_any_writes(self, library: Library) -> None:
        """After any writes, kept or undone, a search and all beside it are what the rules say of the songs left."""

        @TRIALS
        @given(st.lists(st.tuples(STEPS, st.booleans()), min_size=1, max_size=3))
        def check(story: list[tuple[list[tuple[str, Any]], bool]]) -> None:
            for steps, kept in story:
                with suppress(ZeroDivisionError), probing(library) as probe:
                    for kind, what in steps:
                        play(probe, kind, what)
                    if not kept:
                        raise ZeroDivisionError
                agree(library, agrees, PROBES)
            agree(library, agrees_beside, ("", "love", "a", "lovee"))
            with probing(library) as probe:
                probe.delete_where(Query(Song))

        check()

    @rule("R-94")
    def test_search_beside_threads(self, library: Library, open_library: Opener) -> None:
        """Songs that several threads write at the same time are all found, each where it belongs."""
        handles = [library, open_library(), open_library()]

        def writing(number: int) -> Callable[[], None]:
            def write() -> None:
                for each in range(8):
                    key = f"{number}-{each}"
                    handles[number].songs.create_or_update_song(key, f"Love {each}", f"Artist {number}", genre="g")
                    assert key in joined(handles[number], "love")
                handles[number].songs.delete_song(f"{number}-0")

            return write

        together(*(writing(number) for number in range(3)))
        assert search(library, "love", limit=99) == [f"{number}-{each}" for each in range(1, 8) for number in range(3)]
        assert facet(library, "genre") == [("g", 21)]
        agree(library, agrees_beside, ("love", "a"))

    @rule("R-95")
    def test_search_beside_processes(self, library: Library, place: Place) -> None:
        """Songs that several processes write at the same time are all found, each where it belongs."""
        require(library, Capability.MULTI_PROCESS)
        titled(library, "Love")
        seen = in_processes(title_and_search, [(place, name, 5) for name in ("p", "q")])
        assert seen == [[1, 2, 3, 4, 5]] * 2
        expected = [f"{name}{number}" for number in range(5) for name in ("p", "q")]
        assert search(library, "love") == ["Love", *expected]
        agree(library, agrees_beside, ("love", "by"))


def agree(library: Library, check: Callable[[Any, dict[bool, Catalogue], str], None], queries: Sequence[str]) -> None:
    """Check searches against the songs that are stored."""
    oracles = views(everything(library))
    for query in queries:
        check(library, oracles, query)
