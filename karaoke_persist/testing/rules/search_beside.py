"""R: what a search says beside its hits: what was perhaps meant, what a text begins, and where terms stand."""

from __future__ import annotations

from typing import Any

import pytest

from karaoke_persist import Library
from karaoke_persist.testing.handles import Conformance, add_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.search_pages import ids_of, sung
from karaoke_persist.testing.samples import song

LIT: list[tuple[str, str, list[str]]] = [
    ("Somebody to Love", "love body", ["body", "Love"]),
    ("Somebody to Love", "bod ody", ["body"]),
    ("Jóga", "og", ["óg"]),
    ("Jo\u0301ga", "jog", ["Jo\u0301g"]),
    ("Straße", "ss", ["ß"]),
    ("Motörhead", "toerh", ["törh"]),
    ("Motörhead", "oe", ["ö"]),
    ("Simon & Garfunkel", "and", ["&"]),
    ("AC/DC", "acdc", ["AC/DC"]),
    ("AC/DC", "dc", ["DC"]),
    ("P!nk", "pin", ["P!n"]),
    ("Don't Stop", "dont", ["Don't"]),
    ("ＡＢＣ", "b", ["Ｂ"]),
    ("残酷な天使のテーゼ", "天使 てーぜ", ["天使", "テーゼ"]),
    ("ｶﾞｷ", "が", ["ｶﾞ"]),
    ("𠮷野家", "野", ["野"]),
    ("Hard Day, Hard Night", '"hard nig"', ["Hard Nig"]),
    ("Harder Shard", '"hard"', ["Hard"]),
    ("!!!", "!!!", []),
    ("Love", "-hate", []),
    ("Love", "love artist:x", ["Love"]),
]


def near(library: Library, query: str, **how: Any) -> list[str]:
    """The ids of the songs that a query may have meant."""
    return [each.id for each in library.songs.search(query, near=True, **how).near]


def near_artists(library: Library, query: str, **how: Any) -> tuple[str, ...]:
    """The artists that a query may have meant."""
    return library.songs.search(query, near=True, **how).near_artists


def starting(library: Any, text: str, **how: Any) -> list[tuple[str, str]]:
    """What a text may be the beginning of."""
    return [(each.kind, each.text) for each in library.songs.complete(text, **how)]


def lit(library: Any, query: str) -> dict[str, list[str]]:
    """The parts of the only hit that are highlighted, by field."""
    hit = library.songs.search(query).items[0]
    texts = {"title": hit.song.title, "artist": hit.song.artist, "album": hit.song.album or ""}
    return {name: [texts[name][start:end] for start, end in spans] for name, spans in hit.highlights.items()}


class NearRules(Conformance):
    """With `near`, a search that finds hardly anything says what may have been meant."""

    @rule("R-72")
    def test_near_songs(self, library: Library) -> None:
        """A term of 4 characters is one slip away from a word of title or artist, one of 8 two; all else must hold."""
        add_songs(library, song("bohemian", "Bohemian Rhapsody", "Queen", year=1975))
        add_songs(library, song("joga", "Jóga", "Björk", album="Homogenic"), song("korean", "사랑해요", "X"))
        expected: dict[str, list[str]] = {
            "bohemain": ["bohemian"],
            "bohemian rapsody": ["bohemian"],
            "bohmian rhapsodi": ["bohemian"],
            "bohmina": [],
            "bxhxmian": ["bohemian"],
            "bxhxmixn": [],
            "quen": ["bohemian"],
            "qeuen": ["bohemian"],
            "qqueenn": [],
            "jgoa": ["joga"],
            "bjrok": ["joga"],
            "jga": [],
            "artist:quein": ["bohemian"],
            "title:quein": [],
            "album:homogenik": [],
            '"bohemain rhapsody"': [],
            "bohemain -queen": [],
            "bohemain year:1975": ["bohemian"],
            "bohemain year:1976": [],
            "사랑햬요": ["korean"],
        }
        assert {query: near(library, query) for query in expected} == expected

    @rule("R-73")
    def test_when_near_songs_are_told(self, library: Library) -> None:
        """Near songs are told when asked for, on a first page, with fewer than 5 hits, and are no hits."""
        add_songs(library, *(song(f"hit{number}", "Heart", "X", genre="g") for number in range(4)))
        add_songs(library, song("near", "Heard", "X", genre="h"), song("hidden", "Hears", "X", hidden=True))
        page = library.songs.search("heart", near=True, total="exact", facets=["genre"], limit=2)
        assert (len(page.items), page.total, [each.id for each in page.near]) == (2, 4, ["near", "hidden"])
        assert [each.value for each in page.facets["genre"] or ()] == ["g"]
        assert library.songs.search("heart", near=True, cursor=page.cursor, limit=2).near == ()
        assert (near(library, "heart", offset=1), library.songs.search("heart").near) == ([], ())
        assert near(library, "heart", guest=True) == ["near"]
        assert near(library, "heart", sort_by="title") == ["near", "hidden"]
        add_songs(library, song("hit4", "Heart", "X"))
        assert near(library, "heart") == []

    @rule("R-74")
    def test_the_nearest_first(self, library: Library) -> None:
        """Near songs come by the number of slips, then title, artist and id, and are 10 at most."""
        add_songs(library, *(song(f"{number:02}", "Wonderwohl", f"{9 - number % 10}") for number in range(11)))
        add_songs(library, song("close", "Wonderwal", "Z"))
        expected = ["close", *(f"{number:02}" for number in (9, 8, 7, 6, 5, 4, 3, 2, 1))]
        assert near(library, "wonderwaal") == expected[:1] + sorted(expected[1:], reverse=True)

    @rule("R-75")
    def test_near_artists(self, library: Library) -> None:
        """Artists that a query may have meant are told by name, the nearest first, under the same conditions."""
        add_songs(
            library,
            song("a", "One", "Metallica"),
            song("b", "Two", "Metalica"),
            song("c", "Hid", "Metallico", hidden=True),
        )
        add_songs(library, song("d", "Three", "Beyoncé", artist_aliases=["Queen Bey"]))
        assert near_artists(library, "metalcia") == ("Metalica", "Metallica")
        assert near_artists(library, "metallicaa") == ("Metallica", "Metalica", "Metallico")
        assert near_artists(library, "metallicaa", guest=True) == ("Metallica", "Metalica")
        assert near_artists(library, "artist:beyonse") == near_artists(library, "qeen bey") == ("Beyoncé",)
        assert near_artists(library, "title:beyonse") == near_artists(library, "metalcia one") == ()
        assert library.songs.search("metalcia").near_artists == ()


class CompletionRules(Conformance):
    """A beginning is completed to songs and artists."""

    @pytest.fixture
    def names(self, library: Library) -> Library:
        """Give songs of which some were sung."""
        add_songs(
            library,
            song("queen", "Queen of Hearts", "Juice"),
            song("love", "Somebody", "Queen"),
            song("stop", "Don't Stop", "Queen", aliases=["Quit not"]),
            song("quiet", "Quiet", "Quavers"),
            song("secret", "Quite Secret", "Quorum", hidden=True),
            song("motor", "Überfall", "Öre"),
        )
        sung(library, love=2, stop=3, queen=4, secret=9)
        return library

    @rule("R-76")
    def test_by_use(self, names: Library) -> None:
        """Completions come by how often they were sung, an artist by all its songs, then artists and songs in turn."""
        expected = [
            ("artist", "Quorum"),
            ("song", "Quite Secret"),
            ("artist", "Queen"),
            ("song", "Queen of Hearts"),
            ("song", "Don't Stop"),
            ("artist", "Quavers"),
            ("song", "Quiet"),
        ]
        assert starting(names, "q") == starting(names, "Qu") == expected
        assert starting(names, "q", limit=2) == expected[:2]
        assert starting(names, "q", guest=True) == expected[2:]
        assert starting(names, "queen") == [("artist", "Queen"), ("song", "Queen of Hearts")]

    @rule("R-77")
    def test_what_is_a_beginning(self, names: Library) -> None:
        """A beginning is of the whole name, or of another name, however it is spelled; nothing begins with nothing."""
        assert starting(names, "som") == [("song", "Somebody")]
        assert starting(names, "hearts") == starting(names, "") == starting(names, " ") == []
        assert starting(names, "ueber") == starting(names, "UBER") == starting(names, "ü") == [("song", "Überfall")]
        assert starting(names, "oe") == [("artist", "Öre")]
        found = names.songs.complete("quit n")
        assert [(each.text, each.artist, each.song_id, each.plays) for each in found] == [
            ("Don't Stop", "Queen", "stop", 3)
        ]
        artist = names.songs.complete("quee")[0]
        assert (artist.kind, artist.artist, artist.song_id, artist.plays) == ("artist", "Queen", None, 5)

    @rule("R-78")
    def test_completions_follow_writes(self, names: Library, other: Library) -> None:
        """Completions follow what is renamed, deleted, hidden and sung."""
        names.songs.patch_song("stop", {"artist": "Juice"})
        names.songs.delete_song("queen")
        sung(names, quiet=1)
        names.songs.patch_song("secret", {"hidden": False, "title": "Known"})
        expected = [
            ("artist", "Quorum"),
            ("song", "Don't Stop"),
            ("artist", "Queen"),
            ("artist", "Quavers"),
            ("song", "Quiet"),
        ]
        assert starting(other, "q") == starting(other, "q", guest=True) == expected
        assert starting(other, "jui") == [("artist", "Juice")]


class HighlightRules(Conformance):
    """A hit says where the terms are."""

    @rule("R-79")
    def test_highlights(self, library: Library) -> None:
        """Highlights are the parts of a stored text that terms are found in, whole letters, joined where they touch."""
        for title, query, parts in LIT:
            with library.transaction() as tx:
                tx.songs.create_or_update_song("a", title, "X")
                assert lit(tx, query).get("title", []) == parts, (title, query)
                tx.rollback()

    @rule("R-96")
    def test_highlights_by_field(self, library: Library) -> None:
        """Each field has its own highlights, a field term only those of its field; what an alias has is not shown."""
        add_songs(library, song("a", "Queen", "Queen", album="The Queens", aliases=["Alias"]))
        assert lit(library, "queen") == {"title": ["Queen"], "artist": ["Queen"], "album": ["Queen"]}
        assert (lit(library, "album:queen"), lit(library, "alias"), lit(library, "")) == ({"album": ["Queen"]}, {}, {})
        assert ids_of(library.songs.search("alias")) == ["a"]
