"""Search: what a query finds, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from karaoke_persist import InvalidValue, Library
from karaoke_persist.testing.handles import Conformance, add_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import REFUSED_TEXT, UNUSUAL_TEXT, song


def search(library: Any, query: str, **window: Any) -> list[str]:
    """The ids of the songs that a query finds, best first."""
    return [each.id for each in library.songs.search_songs_paginated(query, **window)[0]]


def titled(library: Library, *titles: str) -> None:
    """Songs whose ids are their titles, of an artist that no query finds."""
    add_songs(library, *(song(title, title, "0") for title in titles))


class SearchRules(Conformance):
    """Every term must be found in title, artist, album or another name, however it is spelled."""

    @rule("R-01")
    def test_where_it_looks(self, library: Library) -> None:
        """A term is found in title, artist, album and each alias of title and artist, and nowhere else."""
        add_songs(library, song("title", "Needle"), song("artist", artist="Needle"), song("album", album="A needle"))
        add_songs(library, song("alias", aliases=["first", "needles"]), song("genre", genre="needle"))
        add_songs(library, song("artist alias", artist_aliases=["first", "the needle"]))
        add_songs(library, song("lyrics", plain_lyrics="needle", description="needle", tags=["needle"]))
        assert sorted(search(library, "needle")) == ["album", "alias", "artist", "artist alias", "title"]

    @rule("R-02")
    def test_every_term(self, library: Library) -> None:
        """Every term of a query must be found, each in any of the fields, in any order."""
        add_songs(library, song("both", "One", "Two"), song("first", "One", "x"), song("second", "x", "Two"))
        assert search(library, "two one") == ["both"]
        assert search(library, "one three") == []

    @rule("R-03")
    def test_a_term_does_not_reach_over_fields(self, library: Library) -> None:
        """A term is found within one field, not across two."""
        add_songs(library, song("a", "abc", "def", album="ghi"))
        across = ("cd", "c d", "fg", "ia", "fa", "ad", '"abc def"', '"def ghi"')
        assert {text: found for text in across if (found := search(library, text))} == {"c d": ["a"]}

    @rule("R-04")
    def test_any_part_of_a_word(self, library: Library) -> None:
        """A term of one character or more is found anywhere inside a word."""
        titled(library, "Bohemian Rhapsody")
        for text in ("bohemian", "hem", "n", "sod", "y", "an rh", "nr"):
            assert search(library, text) == ([] if text == "nr" else ["Bohemian Rhapsody"]), text

    @rule("R-80")
    def test_not_by_its_pieces(self, library: Library) -> None:
        """A term is found as a whole, and not by its pieces in another order or place."""
        add_songs(library, song("a", "abcab", "x"), song("b", "ab bc", "ca"), song("c", "歌手歌", "手"))
        for text in ("bcabc", "abcabc", "abbc", "cabcab", "手歌手"):
            found = library.songs.search(text, total="exact", facets=["artist"])
            assert (found.items, found.total, found.facets["artist"]) == ((), 0, ()), text
        assert (search(library, "bcab"), search(library, "手歌")) == (["a"], ["c"])

    @rule("R-05")
    @pytest.mark.parametrize(
        ("title", "queries"),
        [
            ("Björk", ["bjork", "BJÖRK", "bjo\u0308rk", "Bjőrk"]),
            ("Motörhead", ["motorhead", "MÖTORHEAD"]),
            ("Łaskowyj", ["laskowyj", "łaskowyj"]),
            ("Straße", ["strasse", "STRASSE", "straße"]),
            ("Ørsted Æ", ["orsted", "ae", "ørsted"]),
            ("Đừng hỏi", ["dung hoi", "đừng"]),
            ("ΣΊΣΥΦΟΣ", ["σισυφος", "Σίσυφος"]),
            ("Ёлка", ["елка", "ЁЛКА"]),
            ("ＡＢＣ", ["abc", "ABC"]),
            ("İstanbul", ["istanbul", "ISTANBUL"]),
        ],
    )
    def test_case_accents_and_width(self, library: Library, title: str, queries: list[str]) -> None:
        """Case, accents and width are forgiven, and letters such as ø, ß and ł are found by their plain spelling."""
        titled(library, title, "unrelated")
        assert [search(library, query) for query in queries] == [[title]] * len(queries)

    @rule("R-06")
    @pytest.mark.parametrize(
        ("title", "queries"),
        [
            ("Don't Stop", ["dont", "don't", "don’t", "DON‘T STOP"]),
            ("AC/DC", ["ac dc", "ac/dc", "AC-DC"]),
            ("Simon & Garfunkel", ["simon and garfunkel", "simon & garfunkel"]),
            ("P!nk", ["p nk", "p!nk", "pink"]),
            ("Hey, Jude (live)", ["hey jude", "jude live", "(live)"]),
        ],
    )
    def test_punctuation(self, library: Library, title: str, queries: list[str]) -> None:
        """Apostrophes are left out, & is "and", and other punctuation is a space, in queries and in titles."""
        titled(library, title, "unrelated")
        assert [search(library, query) for query in queries] == [[title]] * len(queries)

    @rule("R-07")
    @pytest.mark.parametrize(
        ("title", "queries"),
        [
            ("残酷な天使のテーゼ", ["天使", "使", "残酷", "てーぜ", "ﾃｰｾﾞ"]),
            ("月", ["月"]),
            ("カタカナ", ["かたかな", "タカ"]),
            ("아리랑", ["리", "아리"]),
            ("ปลา", ["ปลา", "ลา"]),
        ],
    )
    def test_scripts_without_spaces(self, library: Library, title: str, queries: list[str]) -> None:
        """Chinese, Japanese, Korean and Thai are found by any part from one character on, and kana by either kana."""
        titled(library, title, "unrelated")
        assert [search(library, query) for query in queries] == [[title]] * len(queries)

    @rule("R-08")
    def test_marks_that_are_spelling(self, library: Library) -> None:
        """Marks that are spelling, as of kana, hangul and Thai, are not forgiven."""
        titled(library, "バリ", "パリ", "ハリ", "가", "강", "ปา", "ปี")
        for title in ("バリ", "パリ", "ハリ", "가", "강", "ปา", "ปี"):
            assert search(library, title) == [title]

    @rule("R-09")
    def test_no_character_is_special(self, library: Library) -> None:
        """No character of a query stands for others, none beside the syntax has a meaning, and none is an error."""
        titled(library, "abc", "axc", "zzz")
        both = ["abc", "axc"]
        expected = {"a%b": ["abc"], "a_c": both, "^a": both, "a*": both, "a%y%c%": [], "NOT a": [], "{a} :c": both}
        expected |= {
            query: [] for query in ("%", "_", "\\", "*", '"', "'", "x OR 1=1", "NEAR(", "a AND\\c", "title : q")
        }
        assert {query: search(library, query) for query in expected} == expected

    @rule("R-10")
    def test_titles_without_a_word(self, library: Library) -> None:
        """A title that is punctuation alone is found by that punctuation."""
        titled(library, "!!!", "???", "%", "a!!!")
        assert (search(library, "!!!"), search(library, "%")) == (["!!!"], ["%"])

    @rule("R-11")
    def test_any_title_finds_itself(self, library: Library) -> None:
        """Any title that is no syntax of search, given as a query, finds its song."""
        titled(library, *UNUSUAL_TEXT.values())
        assert [text for text in UNUSUAL_TEXT.values() if text not in search(library, text)] == []

    @rule("R-12")
    @pytest.mark.parametrize("query", ["", " ", "\t\n", "\u200b"])
    def test_an_empty_query(self, library: Library, query: str) -> None:
        """An empty query finds every song, by title, artist and id."""
        add_songs(library, song("c", "B", "b"), song("b", "b", "A"), song("a", "Á", "z"), song("d", "b", "a"))
        assert search(library, query) == ["a", "b", "d", "c"]

    @rule("R-13")
    @pytest.mark.parametrize("query", [REFUSED_TEXT["half a surrogate pair"], "\udc00", None, 7, b"x", ["x"]])
    def test_queries_that_are_no_text(self, library: Library, query: Any) -> None:
        """A query that is no text, or holds half of a surrogate pair, is `InvalidValue`, wherever it is asked."""
        at = library.songs
        for call in (at.search_songs_paginated, at.search, at.search_by_artist, at.complete):
            with pytest.raises(InvalidValue):
                call(query)

    @rule("R-14")
    def test_a_long_query(self, library: Library) -> None:
        """A query of up to 4 KiB of UTF-8 is answered, whatever it is made of, and a longer one is `InvalidValue`."""
        titled(library, "a b c")
        assert search(library, "a b c " * 682) == ["a b c"]
        for query in ("x" * 4_096, "é" * 2_048, "歌" * 1_365, "-" * 4_096, '"' * 4_096, "-x " * 1_365, '"x" ' * 1_024):
            assert search(library, query) == (["a b c"] if query.startswith("-") else []), query[:9]
        for query in ("x" * 4_097, "é" * 2_049, "歌" * 1_366, " " * 4_097):
            with pytest.raises(InvalidValue):
                search(library, query)


class RankingRules(Conformance):
    """What fits best comes first."""

    @rule("R-20")
    def test_the_tiers(self, library: Library) -> None:
        """Equality comes first, then beginnings, words that begin, parts; and the title before the artist."""
        add_songs(
            library,
            song("6 contained", "Unyellowed sea", "Z"),
            song("6 album", "A", "A", album="Yellow Sea"),
            song("5 words of both", "The Sea", "Mister Yellow"),
            song("4 words of the title", "Sea of yellow", "Z"),
            song("3 artist begins", "Z", "Yellow Sea Band"),
            song("2 title begins", "Yellow Seaside", "Z"),
            song("1 artist", "Z", "YELLOW SEA"),
            song("0 title", "Yellow-Sea", "Z"),
        )
        assert [each[0] for each in search(library, "yellow sea")] == ["0", "1", "2", "3", "4", "5", "6", "6"]

    @rule("R-21")
    def test_within_a_tier(self, library: Library) -> None:
        """Within a tier songs come by folded title, then folded artist, then id."""
        add_songs(library, song("d", "Love b", "b"), song("c", "LOVE B", "a"), song("b", "love b", "A"))
        add_songs(library, song("a", "Lové a", "z"), song("e", "Love á", "Z"))
        assert search(library, "lov") == ["a", "e", "b", "c", "d"]

    @rule("R-22")
    def test_word_starts(self, library: Library) -> None:
        """A word begins at the start of a field and after a space or punctuation, and not elsewhere."""
        titled(library, "xcat dog", "the dog (cat)", "a dog cat", "concat dog")
        assert search(library, "cat dog") == ["a dog cat", "the dog (cat)", "concat dog", "xcat dog"]

    @rule("R-23")
    def test_pages_of_a_search(self, library: Library) -> None:
        """Pages of a search, joined, are the whole in its order, and each tells the same total."""
        titles = [f"{'x' * (number % 3)}love {number % 5}" for number in range(30)]
        add_songs(library, *(song(f"{number:02}", title) for number, title in enumerate(titles)))
        whole, total = library.songs.search_songs_paginated("love", limit=100)
        joined = [page for offset in range(0, 30, 7) for page in search(library, "love", limit=7, offset=offset)]
        assert (joined, total) == ([each.id for each in whole], 30)
        assert library.songs.search_songs_paginated("love", limit=7, offset=28)[1] == 30

    @rule("R-24")
    def test_changes_are_found(self, library: Library, other: Library) -> None:
        """A search finds what was changed, and no more what was changed away or deleted."""
        titled(library, "Before", "Gone")
        library.songs.patch_song("Before", {"title": "After", "album": "Record", "aliases": ["Nick"]})
        library.songs.delete_song("Gone")
        counts = [other.songs.search_songs_paginated(text)[1] for text in ("before", "gone", "after", "record", "nick")]
        assert counts == [0, 0, 1, 1, 1]
        library.songs.patch_song("Before", {"album": None, "aliases": []})
        assert [other.songs.search_songs_paginated(text)[1] for text in ("record", "nick")] == [0, 0]
