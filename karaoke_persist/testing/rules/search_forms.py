"""R: the forms of a text, under each of which it is found."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from karaoke_persist import InvalidValue, Library, Song
from karaoke_persist.testing.handles import Conformance, Opener, add_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.search import search, titled
from karaoke_persist.testing.rules.values import read
from karaoke_persist.testing.samples import song

WITH_PINYIN = find_spec("pypinyin") is not None


def finding(library: Library, title: str, *queries: str) -> list[str]:
    """Those queries that find a title."""
    return [query for query in queries if title in search(library, query)]


class FormRules(Conformance):
    """A text is found as it is spelled by those who have other keys, other habits, or another script."""

    @rule("R-28")
    @pytest.mark.parametrize(
        ("title", "queries", "others"),
        [
            ("Motörhead", ["motorhead", "motoerhead", "MOTÖRHEAD", "torh", "toerh", "oe", "o", "ö"], ["motuerhead"]),
            ("Für Elise", ["fuer elise", "fur", "für", "ue"], ["foer"]),
            ("Blå Øst", ["blaa oest", "bla ost", "blå øst", "blaa ost"], ["blao"]),
            ("Jäger", ["jaeger", "jager", "JÄGER"], ["jaaeger"]),
            ("Moers", ["moers", "mörs"], ["mors"]),
        ],
    )
    def test_marked_letters_spelled_out(self, library: Library, title: str, queries: list[str], others: Any) -> None:
        """`ä`, `ö`, `ü`, `ø` and `å` are found by one plain letter and by two, and find both."""
        titled(library, title, "unrelated")
        assert finding(library, title, *queries, *others) == queries

    @rule("R-29")
    @pytest.mark.parametrize(
        ("title", "queries", "others"),
        [
            ("AC/DC", ["acdc", "ac dc", "AC/DC", "cd", "ac/dc"], ["acxdc"]),
            ("Don't", ["dont", "don’t", "don't"], ["dontt"]),
            ("Ke$ha", ["kesha", "ke$ha", "ke ha", "esh"], ["keha"]),
            ("A$AP Rocky", ["asap", "asap rocky", "a$ap"], ["asaprocky"]),
            ("B@by", ["baby"], ["bby"]),
            ("R.E.M.", ["rem", "r.e.m.", "r e m"], ["remm"]),
            ("Simon&Garfunkel", ["simongarfunkel", "simon and garfunkel"], ["simonandgarfunkel"]),
            ("ＡＣ／ＤＣ", ["acdc"], ["ac／／dcx"]),
            ("らき☆すた", ["らきすた", "ラキスタ", "らき すた"], ["らきxすた"]),
            ("ラブライブ!スーパースター!!", ["らぶらいぶすーぱーすたー", "ブス", "ライブ!スー"], ["らぶらいぶi"]),
        ],
    )
    def test_without_punctuation(self, library: Library, title: str, queries: list[str], others: Any) -> None:
        """A word is found without the punctuation in it, `$` read as s and `@` as a; words stay apart."""
        titled(library, title, "unrelated")
        assert finding(library, title, *queries, *others) == queries

    @rule("R-30")
    def test_an_inner_exclamation_mark(self, library: Library) -> None:
        """An exclamation mark between two Latin letters is also read as i, and elsewhere is punctuation."""
        titled(library, "P!nk", "Wham!", "!Hola", "Oh!!No", "4!5")
        expected = {
            "pink": ["P!nk"],
            "ohno": ["Oh!!No"],
            "45": ["4!5"],
            "whami": [],
            "ihola": [],
            "ohino": [],
            "4i5": [],
        }
        assert {query: search(library, query) for query in expected} == expected

    @rule("R-31")
    def test_other_names(self, library: Library) -> None:
        """An alias is a form of the title, an alias of the artist one of the artist, in tiers and for field terms."""
        add_songs(library, song("a", "Zeta", "Yankee", aliases=["One Love"]))
        add_songs(library, song("b", "Zulu", "Yard", artist_aliases=["One Love"]))
        add_songs(library, song("c", "Alpha", "Able", aliases=["One Lovely Day"]))
        add_songs(library, song("d", "Alpha", "Able", artist_aliases=["One Lovely Band"]))
        assert search(library, "one love") == ["a", "b", "c", "d"]
        assert (search(library, "title:one"), search(library, "artist:one")) == (["c", "a"], ["d", "b"])

    @rule("R-32")
    @pytest.mark.parametrize(
        ("title", "queries", "others"),
        [
            ("さくらのうた", ["sakura", "sakuranouta", "kuranou"], ["sakurai"]),
            ("ガッコー", ["gakko", "がっこー", "ガッコー"], ["gatsuko"]),
            ("きょうとタワー", ["kyoutotawa"], ["kiyouto"]),
            ("天使のうた", ["天使no", "nouta", "天使"], ["tenshi"]),
            ("아리랑", ["arirang", "리랑", "rir"], ["ahrirang"]),
            ("사랑해 Love", ["saranghae love", "love sarang"], ["salanghae"]),
        ],
    )
    def test_readings(self, library: Library, title: str, queries: list[str], others: Any) -> None:
        """Kana and hangul are found in Latin letters; kanji are not."""
        titled(library, title, "unrelated")
        assert finding(library, title, *queries, *others) == queries

    @rule("R-33")
    def test_pinyin(self, library: Library) -> None:
        """Han characters without kana are found in pinyin, in one word and in several, where it can be had."""
        add_songs(library, song("a", "夜曲", "周杰伦"), song("b", "夜の曲", "Nobody"))
        queries = ("ye qu", "yequ", "zhoujielun", "jie lun", "夜曲")
        assert [search(library, query) for query in queries] == [["a"] if WITH_PINYIN else []] * 4 + [["a"]]

    @rule("R-34")
    def test_initials(self, library: Library) -> None:
        """Initials find what they begin the whole of, from two on, and nothing by a later part."""
        add_songs(
            library, song("a", "아리랑", "X"), song("b", "오리랑", "X"), song("c", "리랑", "X"), song("d", "Y", "이루")
        )
        found = {
            query: search(library, query)
            for query in ("ㅇㄹ", "ㅇㄹㄹ", "ㄹㄹ", "ㅇ", "title:ㅇㄹ", "artist:ㅇㄹ", "ㅇㄹㄹㄹ")
        }
        assert found == {
            "ㅇㄹ": ["d", "a", "b"],
            "ㅇㄹㄹ": ["a", "b"],
            "ㄹㄹ": ["c"],
            "ㅇ": [],
            "title:ㅇㄹ": ["a", "b"],
            "artist:ㅇㄹ": ["d"],
            "ㅇㄹㄹㄹ": [],
        }

    @rule("R-35")
    def test_initials_of_pinyin(self, library: Library) -> None:
        """Initials of pinyin find a title where it can be had, and are no text that is contained in it."""
        add_songs(library, song("a", "青花瓷", "X"))
        found = [search(library, query) for query in ("qh", "qhc", "hc", '"qh"')]
        assert found == [["a"] if WITH_PINYIN else []] * 2 + [[], []]

    @rule("R-36")
    def test_readings_are_kept_by_the_library(self, library: Library, other: Library) -> None:
        """Readings follow the text that they are of, and are no field that a host sets."""
        faked = Song(id="a", title="さくら", artist="X", title_readings={"full": ["needle"]})
        add_songs(library, faked)
        assert read(other, "a").title_readings["full"] == ("sakura",)
        assert (search(other, "needle"), search(other, "sakura")) == ([], ["a"])
        with pytest.raises(InvalidValue, match="title_readings"):
            library.songs.patch_song("a", {"title_readings": {"full": ["needle"]}})
        library.songs.patch_song("a", {"title": "うめ", "artist": "たなか"})
        assert [search(other, query) for query in ("sakura", "ume", "tanaka")] == [[], ["a"], ["a"]]
        library.songs.patch_song("a", {"title": "Plum"})
        assert (read(other, "a").title_readings, search(other, "ume"), search(other, "tanaka")) == ({}, [], ["a"])

    @rule("R-37")
    def test_signs_alone(self, library: Library) -> None:
        """A title, alias or album of signs alone is found by them, and beside words signs ask nothing."""
        add_songs(library, song("a", "!!!", "X"), song("b", "Two", "Ed", album="÷"), song("c", "Three", "Ed"))
        add_songs(library, song("d", "Plus", "Z", aliases=["+"]), song("e", "❤️", "Z"), song("f", "Love ❤️ + me", "Z"))
        queries = ("!!!", "!!", "÷", "+", "❤", "❤️", "ed ÷", "+ plus", "! ?", "love me")
        expected = [["a"], ["a"], ["b"], ["d"], ["e"], ["e"], ["c", "b"], ["d"], [], ["f"]]
        assert [search(library, query) for query in queries] == expected

    @rule("R-38")
    def test_no_match_across_forms(self, open_library: Opener) -> None:
        """A term or phrase is found within one form, never across two of one field."""
        library = open_library()
        add_songs(library, song("a", "ab cd", "ef gh", aliases=["ij kl", "mn"], artist_aliases=["op qr"]))
        add_songs(library, song("b", "かき", "くけ", aliases=["はひ"]))
        queries = ["cdij", "cd ij", "klmn", '"cd ij"', '"kl mn"', '"gh op"', "ghop", "dij", "hop"]
        queries += ["きはひ", "きは", "きkaki", "hikaki", "kikaki", '"cd ab"', "cdab"]
        assert {query: search(library, query) for query in queries if search(library, query)} == {"cd ij": ["a"]}
        assert search(library, '"ij kl"') == ["a"]

    @rule("R-39")
    @pytest.mark.parametrize(
        ("title", "queries"),
        [
            ("Ho\u00adliday\u200b", ["holiday"]),
            ("می\u200cخواهم", ["میخواهم", "می\u200cخواهم"]),
            ("葛\U000e0100飾", ["葛飾", "葛\U000e0100飾"]),
            ("a\u202eb\u202cc", ["abc", "a\u200fbc"]),
            ("x\x07y", ["x y", "x", "y", "x\x00y"]),
            ("हिन्दी", ["हिन्दी", "हि"]),
        ],
    )
    def test_what_is_not_seen(self, library: Library, title: str, queries: list[str]) -> None:
        """Characters that only say how others are drawn are left out, and control characters are spaces."""
        titled(library, title, "unrelated")
        assert finding(library, title, *queries) == queries
