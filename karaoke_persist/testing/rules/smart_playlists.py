"""P: smart playlists, whose songs are found by saved criteria."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from karaoke_persist import IllegalState, InvalidValue, Library, PlaylistDuration, PlaylistItem, Song
from karaoke_persist.models import FavoriteSong, User
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, nothing_changes, probing, stored
from karaoke_persist.testing.oracle import in_order
from karaoke_persist.testing.oracle_search import Catalogue
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.playlists import held, made, read, user
from karaoke_persist.testing.samples import song

NOON: Final = datetime(2024, 6, 1, 12, tzinfo=UTC)
Fields = dict[str, Any]


def noon() -> datetime:
    """The moment at which these rules read."""
    return NOON


LIBRARY: Final = [
    song("joga", "Jóga", "Björk", year=1997, album="Homogenic", tags=["slow"], duration_ms=305_000, language="en"),
    song("army", "Army of Me", "Björk", year=1995, album="Post", hidden=True, duration_ms=234_000),
    song(
        "queen", "Dancing Queen", "ABBA", year=1976, tags=["duet", "slow"], media={"cdg": "q.cdg"}, duration_ms=230_000
    ),
    song("love", "Somebody to Love", "Queen", year=1976, duration_ms=296_000, language="en"),
    song("thesis", "残酷な天使のテーゼ", "高橋洋子", year=1995, language="ja"),
    song("march", "The March", "Queens’ Band", date_added=NOON - timedelta(days=3), duration_ms=60_000),
]
PLAYS: Final = {"joga": (3, 1), "queen": (1, 40), "love": (3, 400)}
"""How often songs were played, and how many days ago the last time."""


def smart_library(open_library: Opener) -> Library:
    """The songs, some of them played, and what Ana likes."""
    library = open_library(clock=noon)
    add_songs(library, *LIBRARY)
    stored(library, user("ana"), FavoriteSong(id="f1", user_id="ana", song_id="love"))
    stored(library, FavoriteSong(id="f2", user_id="ana", song_id="joga"))
    with probing(library) as probe:
        for song_id, (count, days) in PLAYS.items():
            probe.maintain(Song, song_id, {"play_count": count, "last_played_at": NOON - timedelta(days=days)})
    return library


def where(condition: Fields, **more: Any) -> Fields:
    """Criteria of one condition, or more."""
    return {"version": 1, "where": condition, **more}


def finds(library: Library, criteria: Fields) -> list[str]:
    """The songs that criteria find, by way of a stored playlist and of a preview alike."""
    playlist = library.playlists.create("Smart", criteria=criteria)
    ids = held(library, playlist.id)
    assert [item.song.id for item in library.playlists.preview(criteria, limit=1_000).items] == ids
    return ids


def is_field(field: str, op: str, value: Any) -> Fields:
    """A condition on a field."""
    return {"field": field, "op": op, "value": value}


DAYS_AGO: Final = {"days_ago": 30}
CONDITIONS: Final[list[tuple[Fields, set[str]]]] = [
    ({"field": "artist", "value": "Björk"}, {"joga", "army"}),
    (is_field("artist", "eq", "bjork"), set()),
    (is_field("artist", "folded_eq", "BJORK"), {"joga", "army"}),
    (is_field("title", "prefix", "jo"), {"joga"}),
    (is_field("title", "contains", "queen"), {"queen"}),
    (is_field("year", "lt", 1995), {"queen", "love"}),
    (is_field("year", "le", 1995), {"queen", "love", "army", "thesis"}),
    (is_field("year", "gt", 1995), {"joga"}),
    (is_field("year", "ge", 1995), {"joga", "army", "thesis"}),
    (is_field("language", "in", ["ja", "is"]), {"thesis"}),
    (is_field("language", "in", []), set()),
    ({"field": "year", "op": "is_null"}, {"march"}),
    (is_field("tags", "has", "slow"), {"joga", "queen"}),
    (is_field("media", "has", "cdg"), {"queen"}),
    (is_field("hidden", "eq", True), {"army"}),
    (is_field("play_count", "ge", 3), {"joga", "love"}),
    (is_field("date_added", "ge", "2024-05-28T12:00:00+00:00"), {"joga", "army", "queen", "love", "thesis", "march"}),
    (is_field("date_added", "lt", {"days_ago": 1}), {"march"}),
    ({"all": []}, {"joga", "army", "queen", "love", "thesis", "march"}),
    ({"any": []}, set()),
    ({"all": [is_field("year", "eq", 1976), is_field("tags", "has", "duet")]}, {"queen"}),
    ({"any": [is_field("year", "eq", 1997), is_field("tags", "has", "duet")]}, {"joga", "queen"}),
    ({"not": is_field("year", "ge", 1977)}, {"queen", "love", "march"}),
    ({"favorite_of": "ana"}, {"joga", "love"}),
    ({"favorite_of": "nobody"}, set()),
    ({"not": {"favorite_of": "nobody"}}, {"joga", "army", "queen", "love", "thesis", "march"}),
    ({"played_since": DAYS_AGO}, {"joga"}),
    ({"played_since": "2024-01-01T00:00:00Z"}, {"joga", "queen"}),
    ({"not_played_since": DAYS_AGO}, {"army", "queen", "love", "thesis", "march"}),
    ({"never_played": True}, {"army", "thesis", "march"}),
]

REFUSED: Final[list[tuple[Any, str]]] = [
    ({}, "criteria.version"),
    ({"version": 2}, "criteria.version"),
    ({"version": True}, "criteria.version"),
    ([], "criteria"),
    ({"version": 1, "wher": {}}, "criteria"),
    (where({}), "criteria.where"),
    (where({"all": [], "any": []}), "criteria.where"),
    (where({"al": []}), "criteria.where"),
    (where({"all": {}}), "criteria.where.all"),
    (where({"all": [{"any": [is_field("yeer", "eq", 1)]}]}), "criteria.where.all[0].any[0].field"),
    (where({"field": "year", "op": "like", "value": 1}), "criteria.where.op"),
    (where({"field": "year", "op": "eq"}), "criteria.where"),
    (where({"field": "year", "op": "is_null", "value": 1}), "criteria.where.value"),
    (where({"field": "year", "value": 1, "extra": 1}), "criteria.where"),
    (where({"field": ["year"], "value": 1}), "criteria.where.field"),
    (where({"field": "year", "op": ["eq"], "value": 1}), "criteria.where.op"),
    (where(is_field("year", "eq", "1997")), "criteria.where.value"),
    (where(is_field("year", "eq", True)), "criteria.where.value"),
    (where(is_field("year", "eq", 2**63)), "criteria.where.value"),
    (where(is_field("year", "prefix", "19")), "criteria.where.value"),
    (where(is_field("title", "lt", "m")), "criteria.where.value"),
    (where(is_field("title", "contains", 7)), "criteria.where.value"),
    (where(is_field("title", "has", "x")), "criteria.where.value"),
    (where(is_field("tags", "eq", ["x"])), "criteria.where.value"),
    (where(is_field("year", "in", 1997)), "criteria.where.value"),
    (where(is_field("year", "in", [1997, None])), "criteria.where.value"),
    (where(is_field("date_added", "ge", "2024-05-28")), "criteria.where.value"),
    (where(is_field("date_added", "ge", 1_700_000_000)), "criteria.where.value"),
    (where({"played_since": {"days_ago": -1}}), "criteria.where.played_since.days_ago"),
    (where({"played_since": {"days": 1}}), "criteria.where.played_since"),
    (where({"favorite_of": 7}), "criteria.where.favorite_of"),
    (where({"favorite_of": "a\x00"}), "criteria.where.favorite_of"),
    (where({"never_played": False}), "criteria.where.never_played"),
    ({"version": 1, "text": " "}, "criteria.text"),
    ({"version": 1, "text": "a\x00"}, "criteria.text"),
    ({"version": 1, "order": "title"}, "criteria.order"),
    ({"version": 1, "order": {"by": "genre"}}, "criteria.order.by"),
    ({"version": 1, "order": {"by": "title", "descending": 1}}, "criteria.order.descending"),
    ({"version": 1, "limit": {}}, "criteria.limit"),
    ({"version": 1, "limit": {"songs": 1, "seconds": 1}}, "criteria.limit"),
    ({"version": 1, "limit": {"songs": 0}}, "criteria.limit.songs"),
    ({"version": 1, "limit": {"seconds": 1.5}}, "criteria.limit.seconds"),
]


class SmartPlaylistRules(Conformance):
    """Saved criteria, evaluated when a list is read."""

    @rule("P-30")
    def test_each_condition(self, open_library: Opener) -> None:
        """Each condition finds its songs, as fields, favourites and plays tell; without an order they come by title."""
        library = smart_library(open_library)
        for condition, expected in CONDITIONS:
            by_title = [song_id for song_id in in_order(LIBRARY, "title", False) if song_id in expected]
            assert finds(library, where(condition)) == by_title, condition

    @rule("P-31")
    def test_text(self, open_library: Opener) -> None:
        """A text finds what a search finds, by relevance unless an order is given, and conditions narrow it."""
        library = smart_library(open_library)
        for text in ("queen", "bjork", "天使", "nothing"):
            assert finds(library, {"version": 1, "text": text}) == Catalogue(LIBRARY).found(text)
        assert finds(library, where(is_field("year", "eq", 1976), text="queen")) == ["love", "queen"]
        assert finds(library, where({"never_played": True}, text="queen")) == ["march"]
        by_year = {"by": "year", "descending": True}
        assert finds(library, {"version": 1, "text": "o", "order": by_year})[:3] == ["joga", "thesis", "army"]
        by_plays = {"by": "play_count", "descending": True}
        assert finds(library, where({"favorite_of": "ana"}, text="o", order=by_plays)) == ["love", "joga"]

    @rule("P-32")
    def test_orders(self, open_library: Opener) -> None:
        """Criteria order by title, artist, album, year, date, length, plays or last play, the absent last."""
        library = smart_library(open_library)
        with probing(library, read_only=True) as probe:
            rows = list(probe.get_many(Song, [each.id for each in LIBRARY]).values())
        fields = ("title", "artist", "album", "year", "date_added", "duration_ms", "play_count", "last_played_at")
        for field in fields:
            for descending in (False, True):
                order = {"by": field, "descending": descending}
                assert finds(library, {"version": 1, "order": order}) == in_order(rows, field, descending), order

    @rule("P-33")
    def test_limits(self, open_library: Opener) -> None:
        """A list stops after so many songs, or before the first that exceeds its seconds, an unknown one being 240."""
        library = smart_library(open_library)
        by_title = ["army", "queen", "joga", "love", "march", "thesis"]
        assert in_order(LIBRARY, "title", False) == by_title
        assert finds(library, {"version": 1, "limit": {"songs": 2}}) == by_title[:2]
        assert finds(library, {"version": 1, "limit": {"songs": 7}}) == by_title
        lengths = [234, 230, 305, 296, 60, 240]
        for seconds, count in [(233, 0), (234, 1), (463, 1), (464, 2), (768, 2), (769, 3), (1_364, 5), (1_365, 6)]:
            assert sum(lengths[:count]) <= seconds
            assert finds(library, {"version": 1, "limit": {"seconds": seconds}}) == by_title[:count]
        newest = {"by": "duration_ms", "descending": True}
        assert finds(library, {"version": 1, "order": newest, "limit": {"songs": 1}}) == ["joga"]
        assert finds(library, {"version": 1, "text": "queen", "limit": {"songs": 1}}) == ["love"]
        assert finds(library, {"version": 1, "text": "queen", "limit": {"seconds": 295}}) == []

    @rule("P-34")
    def test_read_anew(self, open_library: Opener, other: Library) -> None:
        """A smart list is evaluated when it is read: it follows every change of songs, plays, favourites and users."""
        library = smart_library(open_library)
        lists: list[tuple[str, Fields]] = [
            ("liked", {"favorite_of": "ana"}),
            ("new", {"never_played": True}),
            ("old", is_field("year", "lt", 1990)),
        ]
        for playlist_id, condition in lists:
            library.playlists.create(playlist_id, playlist_id=playlist_id, criteria=where(condition))
        library.songs.patch_song("joga", {"year": 1980})
        library.songs.delete_song("queen")
        with probing(library) as probe:
            probe.maintain(Song, "army", {"play_count": 1, "last_played_at": NOON})
            probe.delete(User, "ana")
        assert (held(other, "old"), held(other, "new"), held(other, "liked")) == (
            ["joga", "love"],
            ["march", "thesis"],
            [],
        )
        assert read(other, "old").rev == 0

    @rule("P-35")
    def test_pages_of_smart_playlists(self, open_library: Opener) -> None:
        """A smart list has pages, positions and a duration like any other, and its items have no entry."""
        library = smart_library(open_library)
        orders: list[Fields] = [
            {"version": 1, "order": {"by": "year"}},
            {"version": 1, "order": {"by": "play_count"}},
            {"version": 1, "text": "e"},
            {"version": 1, "limit": {"songs": 3}},
            {"version": 1, "limit": {"seconds": 1_000}},
        ]
        for criteria in orders:
            playlist = library.playlists.create("Smart", criteria=criteria)
            whole = library.playlists.get_contents(playlist.id).items
            start: int | None = 1
            seen: list[PlaylistItem] = []
            while start is not None:
                page = library.playlists.get_contents(playlist.id, start=start, limit=2)
                seen += page.items
                start = page.next_start
            assert tuple(seen) == whole
            assert [(item.position, item.entry) for item in seen] == [(place + 1, None) for place in range(len(seen))]
            lengths = [item.song.duration_ms for item in whole]
            known = [length for length in lengths if length is not None]
            expected = PlaylistDuration(len(whole), sum(known), len(lengths) - len(known))
            assert library.playlists.get_duration(playlist.id) == expected

    @rule("P-36")
    def test_not_by_hand(self, open_library: Opener, other: Library) -> None:
        """A smart list cannot be changed by hand, and a list with entries does not become one."""
        library = smart_library(open_library)
        library.playlists.create("Smart", playlist_id="s", criteria={"version": 1})
        made(library, "p", "joga")
        at = library.playlists
        calls: list[Callable[[], object]] = [
            lambda: at.add("s", "joga"),
            lambda: at.add_many("s", ["joga"]),
            lambda: at.add_at("s", 1, ["joga"]),
            lambda: at.remove("s", "e"),
            lambda: at.remove_many("s", ["e"]),
            lambda: at.clear("s"),
            lambda: at.move("s", "e"),
            lambda: at.move_to("s", "e", 1),
            lambda: at.reorder("s", []),
            lambda: at.replace_order("s", []),
            lambda: at.update("p", {"criteria": {"version": 1}}),
            lambda: at.copy("p", criteria={"version": 1}),
        ]
        for call in calls:
            with nothing_changes(other), pytest.raises(IllegalState):
                call()
        at.update("s", {"criteria": None})
        at.add("s", "army")
        at.clear("p")
        at.update("p", {"criteria": where(is_field("year", "eq", 1997))})
        assert (held(other, "s"), held(other, "p")) == (["army"], ["joga"])

    @rule("P-37")
    def test_copies_of_smart_playlists(self, open_library: Opener, other: Library) -> None:
        """The copy of a smart list is smart; with `criteria=None` it keeps the songs found now, in their order."""
        library = smart_library(open_library)
        criteria = where(is_field("year", "lt", 1990))
        library.playlists.create("Smart", playlist_id="s", criteria=criteria)
        library.playlists.copy("s", copy_id="smart")
        library.playlists.copy("s", copy_id="kept", criteria=None)
        library.songs.patch_song("love", {"year": 2000})
        assert (held(other, "s"), held(other, "smart"), held(other, "kept")) == (
            ["queen"],
            ["queen"],
            ["queen", "love"],
        )

    @rule("P-38")
    def test_refused_criteria(self, library: Library, other: Library) -> None:
        """Criteria of another version, with unknown names or wrong values are `InvalidValue`, which names the place."""
        made(library, "p")
        for criteria, place in REFUSED:
            calls: list[Callable[[], object]] = [
                partial(library.playlists.create, "New", criteria=criteria),
                partial(library.playlists.update, "p", {"criteria": criteria}),
                partial(library.playlists.preview, criteria),
            ]
            for call in calls:
                with nothing_changes(other), pytest.raises(InvalidValue) as caught:
                    call()
                assert caught.value.where == place, criteria

    @rule("P-39")
    def test_the_largest_criteria(self, open_library: Opener) -> None:
        """Criteria with as many conditions, as deep and with as many values as are allowed find songs everywhere."""
        library = smart_library(open_library)
        years = is_field("year", "in", [*range(1_000), 1976][-1_000:])
        deep: Fields = years
        for _ in range(9):
            deep = {"not": {"not": deep}}
        many = {"any": [is_field("year", "eq", number) for number in range(170)]}
        assert finds(library, where({"any": [deep, many]})) == ["queen", "love"]
        beyond: list[Fields] = [
            {"any": [is_field("year", "eq", number) for number in range(200)]},
            {"not": {"not": {"not": {"not": deep}}}},
            is_field("year", "in", list(range(1_001))),
        ]
        for condition in beyond:
            with pytest.raises(InvalidValue):
                library.playlists.preview(where(condition))
