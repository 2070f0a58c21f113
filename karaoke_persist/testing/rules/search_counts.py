"""R: how many of the hits have each language, genre, decade and artist, and hits by artist."""

from __future__ import annotations

from typing import Any

import pytest

from karaoke_persist import InvalidValue, Library
from karaoke_persist.contract.search import Facet
from karaoke_persist.testing.handles import Conformance, add_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song


def facet(library: Any, name: Facet, query: str = "", **how: Any) -> list[tuple[Any, int]] | None:
    """The values of a facet with their numbers; None if there are too many songs."""
    counts = library.songs.search(query, facets=[name], **how).facets[name]
    return None if counts is None else [(each.value, each.songs) for each in counts]


def by_artist(library: Any, query: str = "", **how: Any) -> list[tuple[str, int, list[str]]]:
    """Artists with the number of their hits and the ids of the samples."""
    page = library.songs.search_by_artist(query, **how)
    return [(hits.artist, hits.songs, [each.id for each in hits.samples]) for hits in page.items]


class FacetRules(Conformance):
    """Facets count the hits, each without its own filter."""

    @pytest.fixture
    def kinds(self, library: Library) -> Library:
        """Give a library of songs in several languages, genres, decades."""
        add_songs(
            library,
            song("a", "Love A", "Queen", language="en", genre="Rock", year=1976),
            song("b", "Love B", "Queen", language="EN", genre="rock", year=1979),
            song("c", "Love C", "ABBA", language="sv", genre="Pop", year=1980),
            song("d", "Love D", "ABBA", language="en", year=1999, hidden=True),
            song("e", "Love E", "Abba", genre="Rock"),
            song("f", "Other", "Björk", language="is", genre="Art pop", year=-5),
        )
        return library

    @rule("R-65")
    def test_facets(self, kinds: Library) -> None:
        """A facet counts the hits by value, most first, then by name; who has no value counts nowhere."""
        assert facet(kinds, "language", "love") == [("EN", 3), ("sv", 1)]
        assert facet(kinds, "genre", "love") == [("Rock", 3), ("Pop", 1)]
        assert facet(kinds, "decade", "love") == [(1970, 2), (1980, 1), (1990, 1)]
        assert facet(kinds, "artist", "love") == [("ABBA", 2), ("Queen", 2), ("Abba", 1)]
        assert facet(kinds, "decade", "other") == [(-10, 1)]
        assert facet(kinds, "genre", "nothing") == []
        found = kinds.songs.search("love", facets=["genre", "artist"], limit=1)
        assert (set(found.facets), kinds.songs.search("love").facets) == ({"genre", "artist"}, {})

    @rule("R-66")
    def test_its_own_filter(self, kinds: Library) -> None:
        """A facet ignores the filter of its own kind, and keeps every other."""
        assert facet(kinds, "language", "love language:sv") == facet(kinds, "language", "love")
        assert facet(kinds, "genre", "love genre:pop") == facet(kinds, "genre", "love")
        assert facet(kinds, "decade", "love year:1980") == facet(kinds, "decade", "love")
        assert facet(kinds, "artist", "love artist:queen") == facet(kinds, "artist", "love")
        assert facet(kinds, "genre", "love language:en") == [("Rock", 2)]
        assert facet(kinds, "language", "love artist:queen") == [("EN", 2)]
        assert facet(kinds, "artist", "love language:en") == [("Queen", 2), ("ABBA", 1)]
        assert facet(kinds, "artist", "title:love -artist:queen") == [("ABBA", 2), ("Abba", 1)]
        assert facet(kinds, "language", "language:sv") == facet(kinds, "language")

    @rule("R-67")
    def test_the_first_artists(self, library: Library) -> None:
        """The facet of artists is of the 20 with the most hits."""
        add_songs(library, *(song(f"{number}", "x", f"Artist {number % 22:02}") for number in range(22 + 3)))
        counts = facet(library, "artist", "x")
        assert counts == [(f"Artist {number:02}", 2 if number < 3 else 1) for number in range(20)]
        assert facet(library, "artist") == counts

    @rule("R-68")
    def test_facets_of_everything(self, kinds: Library, other: Library) -> None:
        """The facets of the empty query follow every write, in both views."""

        def counts(guest: bool) -> list[Any]:
            names: tuple[Facet, ...] = ("language", "genre", "decade", "artist")
            return [facet(other, name, guest=guest) for name in names]

        artists = [("ABBA", 2), ("Queen", 2), ("Abba", 1), ("Björk", 1)]
        decades = [(1970, 2), (-10, 1), (1980, 1), (1990, 1)]
        assert counts(False) == [
            [("EN", 3), ("is", 1), ("sv", 1)],
            [("Rock", 3), ("Art pop", 1), ("Pop", 1)],
            decades,
            artists,
        ]
        kinds.songs.patch_song("d", {"hidden": False, "language": None})
        kinds.songs.patch_song("b", {"hidden": True, "genre": "Pop", "artist": "Abba"})
        kinds.songs.delete_song("f")
        kinds.songs.upsert_songs([song("c", "Love C", "ABBA", year=2001), song("g", "New", "Queen", language="en")])
        everything = [
            [("EN", 3), ("sv", 1)],
            [("Pop", 2), ("Rock", 2)],
            [(1970, 2), (1990, 1), (2000, 1)],
            [("ABBA", 2), ("Abba", 2), ("Queen", 2)],
        ]
        assert counts(False) == everything
        visible = [[("en", 2), ("sv", 1)], [("Rock", 2), ("Pop", 1)], [(1970, 1), (1990, 1), (2000, 1)]]
        assert counts(True) == [*visible, [("ABBA", 2), ("Queen", 2), ("Abba", 1)]]

    @rule("R-69")
    def test_too_many_to_count(self, library: Library) -> None:
        """Facets are counted up to 10,000 hits; above that there are none, but for the empty query."""
        add_songs(library, *(song(f"{number}", "x", "y", genre="g") for number in range(10_000)))
        assert facet(library, "genre", "x") == [("g", 10_000)]
        add_songs(library, song("one more", "x", "y"))
        assert facet(library, "genre", "x") is None
        assert facet(library, "genre") == [("g", 10_000)]
        assert facet(library, "genre", "one:more") == []

    @rule("R-70")
    def test_hits_by_artist(self, kinds: Library) -> None:
        """Grouped by artist, hits come by the artist's name, with their number and the first of them by title."""
        groups = [("ABBA", 2, ["c", "d"]), ("Abba", 1, ["e"]), ("Queen", 2, ["a", "b"])]
        assert by_artist(kinds, "love") == groups
        assert by_artist(kinds, "love", samples=1) == [(name, count, ids[:1]) for name, count, ids in groups]
        assert by_artist(kinds, "love", samples=0) == [(name, count, []) for name, count, _ in groups]
        assert by_artist(kinds, "love genre:rock") == [("Abba", 1, ["e"]), ("Queen", 2, ["a", "b"])]
        assert by_artist(kinds, '"love b"') == [("Queen", 1, ["b"])]
        assert by_artist(kinds, "love", guest=True) == [("ABBA", 1, ["c"]), *groups[1:]]
        assert [name for name, *_ in by_artist(kinds)] == ["ABBA", "Abba", "Björk", "Queen"]
        assert by_artist(kinds, "nothing") == []

    @rule("R-71")
    def test_pages_of_artists(self, kinds: Library) -> None:
        """Pages of artists join to the whole, and the last has no cursor."""
        for limit in (1, 2, 3, 4):
            names, cursor = list[str](), None
            while True:
                page = kinds.songs.search_by_artist("", limit=limit, cursor=cursor)
                names += [hits.artist for hits in page.items]
                cursor = page.cursor
                if cursor is None:
                    break
            assert names == ["ABBA", "Abba", "Björk", "Queen"]
        refused: list[dict[str, Any]] = [{"limit": 0}, {"samples": -1}, {"limit": 10_001}]
        for how in refused:
            with pytest.raises(InvalidValue):
                kinds.songs.search_by_artist("", **how)
