"""R: what a typed text means, and the same as a value."""

from __future__ import annotations

from typing import Any

import pytest

from karaoke_persist import InvalidValue, Library
from karaoke_persist.contract.search import SearchQuery, Term, Years
from karaoke_persist.testing.handles import Conformance, add_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.search import search, titled
from karaoke_persist.testing.samples import song

SAME: list[tuple[str, SearchQuery]] = [
    ("queen", SearchQuery((Term("queen"),))),
    ("queen love", SearchQuery((Term("queen"), Term("love")))),
    ("queen love", SearchQuery((Term("queen love"),))),
    ('"to love"', SearchQuery((Term("to love", phrase=True),))),
    ("-queen", SearchQuery((Term("queen", excluded=True),))),
    ("artist:queen -title:love", SearchQuery((Term("queen", "artist"), Term("love", "title", excluded=True)))),
    ('album:"day at the"', SearchQuery((Term("day at the", "album", phrase=True),))),
    ("year:1976", SearchQuery(years=Years(1976, 1976))),
    ("year:1970..1980", SearchQuery(years=Years(1970, 1980))),
    ("year:1977..", SearchQuery(years=Years(1977))),
    ("year:..1976", SearchQuery(years=Years(last=1976))),
    ("language:EN genre:rock", SearchQuery(language="en", genre="Rock")),
    ("has:lyrics love", SearchQuery((Term("love"),), with_lyrics=True)),
    ("", SearchQuery()),
]


NO_QUERIES: list[Any] = [
    SearchQuery((Term("x" * 4_097),)),
    SearchQuery((Term("\ud800"),)),
    SearchQuery(language="\ud800"),
    SearchQuery(genre="x" * 4_097),
    SearchQuery((Term("x", "lyrics"),)),  # type: ignore[arg-type]
    SearchQuery(("x",)),  # type: ignore[arg-type]
    SearchQuery((Term(7),)),  # type: ignore[arg-type]
    SearchQuery(years=Years("1990")),  # type: ignore[arg-type]
    SearchQuery(years=Years(True)),
]


def songs_of_queen(library: Library) -> None:
    """Some songs to ask for, by what they have beside their names."""
    add_songs(
        library,
        song("love", "Somebody to Love", "Queen", album="A Day at the Races", year=1976, genre="Rock", language="en"),
        song("live", "Somebody to Love (Live)", "Queen", year=1981, genre="ROCK", language="EN", plain_lyrics="Can"),
        song("stop", "Don't Stop Me Now", "Queen", album="Jazz", year=1978, genre="Hard rock", language="en"),
        song("dance", "Dancing Queen", "ABBA", album="Arrival", year=1976, genre="Pop", media={"lyrics": "a.lrc"}),
        song("lovely", "Lovely Day", "Bill Withers", year=1977, synced_lyrics="[00:01.00] When"),
    )


class SyntaxRules(Conformance):
    """Quotes, a minus and names before a colon narrow a search; whatever is no syntax is plain text."""

    @rule("R-40")
    def test_phrases(self, library: Library) -> None:
        """A phrase stands together, from the start of a word, within one name; it may end within a word."""
        add_songs(library, song("a", "A Hard Day's Night", "X"), song("b", "Night of the Hard Day", "X"))
        add_songs(library, song("c", "Oh, a hard... day", "X", aliases=["Night"]), song("d", "Shard Day", "X"))
        expected = {
            '"hard day"': ["a", "b", "c"],
            '"hard days nig"': ["a"],
            '"day night"': [],
            '"ard day"': [],
            '"of" "hard"': ["b"],
            '"HARD, DAY"': ["a", "b", "c"],
            '"a hard"': ["a", "c"],
        }
        assert {query: search(library, query) for query in expected} == expected

    @rule("R-41")
    def test_exclusion(self, library: Library) -> None:
        """A minus before a word leaves out what has it as a whole word, in any name and any form."""
        songs_of_queen(library)
        expected = {
            "love -live": {"lovely", "love"},
            "love -lov": {"lovely", "love", "live"},
            "-queen": {"lovely"},
            "queen -abba -live": {"stop", "love"},
            "-jazz -races queen": {"live", "dance"},
            "queen -dont": {"love", "live", "dance"},
            "queen -don't -DANCING": {"love", "live"},
        }
        assert {query: set(search(library, query)) for query in expected} == expected

    @rule("R-42")
    def test_exclusion_without_spaces(self, library: Library) -> None:
        """In Chinese, Japanese, Korean and Thai a part of a text is excluded like a word."""
        titled(library, "残酷な天使", "夜曲", "사랑해요", "カラオケ", "ความรัก", "Love")
        everything = set(search(library, ""))
        for query, gone in {
            "天使": "残酷な天使",
            "曲": "夜曲",
            "사랑": "사랑해요",
            "オケ": "カラオケ",
            "รัก": "ความรัก",
        }.items():
            assert everything - set(search(library, f"-{query}")) == {gone}
        assert set(search(library, "-Lov")) == everything

    @rule("R-43")
    def test_where_a_minus_excludes(self, library: Library) -> None:
        """A minus excludes at the start of a token only, also a phrase or a field term; alone it is a sign."""
        add_songs(library, song("a", "Spider-Man", "X"), song("b", "Man of Steel", "X"), song("c", "Spider", "Man"))
        expected = {
            "spider-man": {"a", "c"},
            "spider - man": {"a", "c"},
            "spider -man": set(),
            "man -": {"a", "b", "c"},
            "-": set(),
            "--man": set(),
            '-"of steel"': {"a", "c"},
            '-"steel of"': {"a", "b", "c"},
            "-artist:man": {"a", "b"},
            '-title:"spider man"': {"b", "c"},
        }
        assert {query: set(search(library, query)) for query in expected} == expected

    @rule("R-44")
    def test_field_terms(self, library: Library) -> None:
        """`title:`, `artist:` and `album:` look into that field alone, in any case and quoted for a phrase."""
        songs_of_queen(library)
        expected = {
            "artist:queen": ["stop", "love", "live"],
            "title:queen": ["dance"],
            "album:a": ["dance", "stop", "love"],
            "ARTIST:Queen love": ["love", "live"],
            'artist:"bill w"': ["lovely"],
            'artist:"ill w"': [],
            "artist:queen title:love": ["love", "live"],
            "artist:queen artist:abba": [],
            "artist:bill-withers": ["lovely"],
            "album:queen": [],
        }
        assert {query: search(library, query) for query in expected} == expected

    @rule("R-45")
    def test_years(self, library: Library) -> None:
        """`year:` takes one year, or a range with either end open; songs without a year are in none."""
        add_songs(library, *(song(f"{year}", "T", "A", year=year) for year in (0, 999, 1976, 1977, 1990, 2024)))
        add_songs(library, song("none", "T", "A"))
        expected = {
            "year:1976": "1976",
            "year:1976..1990": "1976 1977 1990",
            "year:1977..": "1977 1990 2024",
            "year:..999": "0 999",
            "year:1990..1976": "",
            "YEAR:1977": "1977",
            "year:1900..1999 year:1990..2100": "1990 2024",
        }
        assert {query: sorted(search(library, query), key=int) for query in expected} == {
            query: ids.split() for query, ids in expected.items()
        }

    @rule("R-46")
    def test_filters(self, library: Library) -> None:
        """`language:` and `genre:` are the whole value in any case, and `has:lyrics` wants lyrics, as text or file."""
        songs_of_queen(library)
        expected = {
            "genre:rock": {"love", "live"},
            'genre:"hard rock"': {"stop"},
            "genre:hard": set(),
            "language:EN": {"love", "live", "stop"},
            "language:en genre:ROCK somebody": {"love", "live"},
            "has:lyrics": {"live", "dance", "lovely"},
            "has:LYRICS queen": {"live", "dance"},
        }
        assert {query: set(search(library, query)) for query in expected} == expected

    @rule("R-47")
    def test_the_same_as_a_value(self, library: Library) -> None:
        """A `SearchQuery` finds what the same as typed text finds."""
        songs_of_queen(library)
        for text, value in SAME:
            typed, asked = library.songs.search(text, total="exact"), library.songs.search(value, total="exact")
            assert [hit.song.id for hit in typed.items] == [hit.song.id for hit in asked.items], text
            assert typed.total == asked.total, text
        assert library.songs.search("year:1977..").total == library.songs.search(SearchQuery(years=Years(1977))).total

    @rule("R-48")
    def test_quoting_hides_the_syntax(self, library: Library) -> None:
        """Within quotes nothing is syntax."""
        add_songs(library, song("a", "Artist: Queen", "X"), song("b", "-live", "Queen"), song("c", "Year 1990", "X"))
        add_songs(library, song("d", "Has:lyrics", "X", year=1990))
        expected = {
            '"artist:queen"': ["a"],
            '"-live"': ["b"],
            '"year:1990"': ["c"],
            '"has:lyrics"': ["d"],
            '"live" queen': ["b"],
        }
        assert {query: search(library, query) for query in expected} == expected

    @rule("R-49")
    def test_nothing_to_rank_by(self, library: Library) -> None:
        """A query of exclusions, fields and filters alone finds all the rest by title, artist and id."""
        songs_of_queen(library)
        assert search(library, "-abba") == ["stop", "lovely", "love", "live"]
        assert (
            search(library, "artist:queen")
            == search(library, "artist:queen year:1900..2000")
            == ["stop", "love", "live"]
        )
        assert search(library, "genre:rock -live") == ["love"]

    @rule("R-50")
    def test_what_is_no_syntax(self, library: Library) -> None:
        """An open quote, an unknown field and a value that is none are plain text, never an error."""
        songs_of_queen(library)
        add_songs(library, song("odd", "singer queen artist", "year soon", album="has video to love rz"))
        expected: dict[str, set[str]] = {
            '"somebody to': {"love", "live"},
            'some"body': {"love", "live"},
            'somebody" love': {"love", "live"},
            '"': set(),
            '""': {"love", "live", "stop", "dance", "lovely", "odd"},
            '"to love"rz': {"odd"},
            "singer:queen": {"odd"},
            'singer:"queen"': {"odd"},
            "artist:": {"odd"},
            'artist:""': {"odd"},
            "year:soon": {"odd"},
            "year:19761": set(),
            "year:..": {"odd"},
            "year:1976-1980": set(),
            "has:video": {"odd"},
            ":queen": {"love", "live", "stop", "dance", "odd"},
            "-year:1976": {"love", "live", "stop", "dance", "lovely", "odd"},
        }
        assert {query: set(search(library, query)) for query in expected} == expected

    @rule("R-51")
    def test_sixteen_terms(self, library: Library) -> None:
        """The first 16 terms of a query are served, and `truncated` says that there were more."""
        letters = "a b c d e f g h i j k l m n o p"
        titled(library, letters, letters[:-2])
        served = [(library.songs.search(text).truncated, search(library, text)) for text in (letters, f"{letters} zz")]
        assert served == [(False, [letters]), (True, [letters])]
        assert library.songs.search("a-b " * 9).truncated
        assert not library.songs.search(f'"{letters} zz" year:1990 language:en genre:pop has:lyrics').truncated
        assert search(library, f"{letters} -a") == [letters]
        assert search(library, f"-a {letters}") == []

    @rule("R-52")
    def test_control_characters(self, library: Library) -> None:
        """A control character in a query is a space, NUL too."""
        add_songs(library, song("a", "one two", "X"), song("b", "onetwo", "X"))
        for control in ("\x00", "\x07", "\n", "\x1f", "\x7f", "\x85"):
            assert search(library, f"one{control}two") == search(library, "one two") == ["a", "b"]
            assert search(library, f'"one{control}two"') == ["a"]
            assert search(library, f"one{control}-two") == ["b"]
            assert search(library, control) == ["a", "b"]
            assert [each.text for each in library.songs.complete(f"one{control}two")] == ["one two"]

    @rule("R-53")
    def test_values_that_nothing_has(self, library: Library) -> None:
        """A filter that no song could meet finds nothing, whatever a database could hold."""
        songs_of_queen(library)
        for query in (
            SearchQuery(language="e\x00n"),
            SearchQuery(genre=""),
            SearchQuery(years=Years(10**30)),
            SearchQuery(years=Years(last=-(10**30))),
            SearchQuery((Term("x\x00"),)),
        ):
            found = library.songs.search(query, total="exact", facets=["language", "genre", "decade", "artist"])
            assert (found.items, found.total) == ((), 0)
        assert library.songs.search(SearchQuery(years=Years(-(10**30), 10**30)), total="exact").total == 5
        assert library.songs.search(SearchQuery((Term("\x07"), Term(" "))), total="exact").total == 5

    @rule("R-54")
    def test_values_that_are_none(self, library: Library) -> None:
        """A `SearchQuery` with something else in it than it may hold is `InvalidValue`."""
        at = library.songs
        for query in NO_QUERIES:
            for call in (at.search, at.search_by_artist, at.search_songs_paginated):
                with pytest.raises(InvalidValue):
                    call(query)
