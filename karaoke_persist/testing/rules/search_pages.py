"""R: the order, the number and the pages of what a search finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from karaoke_persist import InvalidValue, Library
from karaoke_persist.contract import Query
from karaoke_persist.contract.search import SearchQuery, SearchSort
from karaoke_persist.models import Song
from karaoke_persist.testing.handles import Conformance, add_songs, probing
from karaoke_persist.testing.oracle import in_order
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.search import search
from karaoke_persist.testing.samples import MOMENT, song

BY_FIELD: Final[dict[SearchSort, str]] = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "year": "year",
    "date_added": "date_added",
    "plays": "play_count",
}


def ids_of(page: Any) -> list[str]:
    """The ids of the songs on a page."""
    return [hit.song.id for hit in page.items]


def pages(library: Any, query: str, **how: Any) -> Iterator[list[str]]:
    """The pages of a search, each from the cursor of the one before."""
    cursor = None
    while True:
        page = library.songs.search(query, cursor=cursor, **how)
        yield ids_of(page)
        cursor = page.cursor
        if cursor is None:
            return


def joined(library: Any, query: str, **how: Any) -> list[str]:
    """All that the pages of a search hold."""
    return [song_id for page in pages(library, query, **how) for song_id in page]


def sung(library: Library, **plays: int) -> None:
    """Set how often songs were sung, as the history does."""
    with probing(library) as probe:
        for song_id, count in plays.items():
            probe.maintain(Song, song_id, {"play_count": count})


def everything(library: Library) -> list[Song]:
    """All songs that are stored."""
    with probing(library, read_only=True) as probe:
        return probe.find(Query(Song))


class SearchPageRules(Conformance):
    """What is found comes in one order, in pages that join to the whole."""

    @pytest.fixture
    def loves(self, library: Library) -> Library:
        """Give a library of 24 songs that match `love`, with ties and absent values in what they are sorted by."""
        names = ["Love", "lóve me", "LOVE", "Unloved", "Love me", "glove"]
        add_songs(
            library,
            *(
                song(
                    f"s{number:02}",
                    names[number % 6],
                    ["Ábba", "abba", "Queen"][number % 3],
                    album=[None, "B", "á", "Z"][number % 4],
                    year=None if number % 5 == 0 else 1990 + number % 4,
                    date_added=None if number % 7 == 0 else MOMENT + timedelta(microseconds=number % 3),
                    hidden=number % 8 == 0,
                )
                for number in range(24)
            ),
            song("other", "Hate", "Nobody"),
        )
        sung(library, **{f"s{number:02}": number % 4 for number in range(24)})
        return library

    @rule("R-55")
    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("sort_by", BY_FIELD)
    def test_sorts_of_a_search(self, loves: Library, sort_by: SearchSort, descending: bool) -> None:
        """Hits are sorted by title, artist, album, year, date or plays, both ways, then id, absent values last."""
        rows = [each for each in everything(loves) if each.id != "other"]
        how: dict[str, Any] = {"sort_by": sort_by, "descending": descending}
        expected = in_order(rows, BY_FIELD[sort_by], descending)
        assert ids_of(loves.songs.search("love", limit=100, **how)) == expected
        for limit in (1, 7, 24):
            assert joined(loves, "love", limit=limit, **how) == expected
            places = range(0, 24, limit)
            by_offset = [ids_of(loves.songs.search("love", limit=limit, offset=place, **how)) for place in places]
            assert [song_id for page in by_offset for song_id in page] == expected

    @rule("R-56")
    def test_directions_of_a_search(self, loves: Library) -> None:
        """Plays and dates run downwards unless told otherwise, the other sorts upwards; relevance has one direction."""
        for sort_by in BY_FIELD:
            downwards = sort_by in ("plays", "date_added")
            one, other = (loves.songs.search("love", sort_by=sort_by, descending=way) for way in (None, downwards))
            assert ids_of(one) == ids_of(other)
        assert ids_of(loves.songs.search("love", descending=True)) == search(loves, "love")

    @rule("R-57")
    def test_pages_by_relevance(self, loves: Library) -> None:
        """Pages by cursor and pages by offset, of any size, join to the same whole, and the last has no cursor."""
        for guest in (False, True):
            whole = ids_of(loves.songs.search("love", limit=100, guest=guest))
            assert len(whole) == (21 if guest else 24)
            for limit in (1, 5, len(whole) - 1, len(whole), 100):
                assert joined(loves, "love", limit=limit, guest=guest) == whole
                assert [len(page) for page in pages(loves, "love", limit=limit, guest=guest)][:-1] == [limit] * (
                    (len(whole) - 1) // limit
                )
        second = loves.songs.search("love", limit=5).cursor
        assert ids_of(loves.songs.search("love", limit=5, cursor=second, offset=3)) == search(loves, "love")[8:13]
        assert ids_of(loves.songs.search("love", offset=24)) == ids_of(loves.songs.search("love", offset=2**62)) == []

    @rule("R-58")
    def test_pages_of_any_query(self, loves: Library) -> None:
        """Pages join to the whole whether a query ranks, filters, excludes or asks nothing."""
        for query in ("", "-queen", "artist:abba", "year:1990..", "l"):
            whole = loves.songs.search(query, limit=100, total="exact")
            assert (joined(loves, query, limit=4), len(whole.items)) == (ids_of(whole), whole.total), query

    @rule("R-59")
    def test_totals_of_a_search(self, loves: Library) -> None:
        """A total is counted when it is asked for, of the whole and not of the page, and the same on each page."""
        at = loves.songs
        assert at.search("love").total is None
        for total in ("capped", "exact"):
            first = at.search("love", limit=5, total=total)
            later = at.search("love", limit=5, cursor=first.cursor, total=total)
            beyond = at.search("love", offset=100, total=total)
            assert [(page.total, page.capped) for page in (first, later, beyond)] == [(24, False)] * 3
            assert at.search("love", total=total, guest=True).total == 21
            assert at.search("nothing", total=total).total == 0
        assert at.search("", total="exact").total == 25

    @rule("R-60")
    def test_capped_totals(self, library: Library) -> None:
        """A capped total ends at 1,000 and says so when there are more; an exact one counts on."""
        add_songs(library, *(song(f"{number}", "x", "y") for number in range(1_000)))
        counts = [library.songs.search("x", total=total) for total in ("capped", "exact")]
        assert [(page.total, page.capped) for page in counts] == [(1_000, False)] * 2
        add_songs(library, song("one more", "x", "y"))
        counts = [library.songs.search(query, total=total) for query in ("x", "") for total in ("capped", "exact")]
        assert [(page.total, page.capped) for page in counts] == [(1_000, True), (1_001, False)] * 2

    @rule("R-61")
    def test_foreign_cursors_of_a_search(self, loves: Library) -> None:
        """A cursor of another query, sort, direction or view, or none at all, is `InvalidValue`."""
        at = loves.songs
        cursor = at.search("love", limit=2).cursor
        by_year = at.search("love", limit=2, sort_by="year").cursor
        artists = at.search_by_artist("love", limit=1).cursor
        songs = at.get_songs_page(sort_by="title", limit=2).cursor
        calls: list[tuple[str, dict[str, Any]]] = [
            ("lov", {"cursor": cursor}),
            ("love -x", {"cursor": cursor}),
            ("love year:1990", {"cursor": cursor}),
            ("love", {"cursor": cursor, "sort_by": "title"}),
            ("love", {"cursor": cursor, "guest": True}),
            ("love", {"cursor": cursor, "missing": True}),
            ("love", {"cursor": by_year}),
            ("love", {"cursor": by_year, "sort_by": "year", "descending": True}),
            ("love", {"cursor": artists}),
            ("love", {"cursor": songs}),
            *(("love", {"cursor": broken}) for broken in ("", "x", "é", f"{cursor}A", (cursor or "")[:-4], 7, "W10")),
        ]
        for query, how in calls:
            with pytest.raises(InvalidValue, match="cursor"):
                at.search(query, **how)
        for bad in (cursor, songs, "x"):
            with pytest.raises(InvalidValue, match="cursor"):
                at.search_by_artist("love", cursor=bad)

    @rule("R-62")
    def test_the_same_cursor(self, loves: Library, other: Library) -> None:
        """A cursor goes on in another handle, with another size of page, another total, and the query as a value."""
        whole = search(loves, "love", limit=100)
        cursor = loves.songs.search("love", limit=4).cursor
        assert (
            ids_of(other.songs.search("love", limit=9, cursor=cursor, total="exact", facets=["artist"])) == whole[4:13]
        )
        assert ids_of(other.songs.search(SearchQuery.parse("love"), limit=2, cursor=cursor)) == whole[4:6]

    @rule("R-63")
    @pytest.mark.parametrize("sort_by", ["relevance", "title", "year"])
    def test_pages_amid_changes(self, loves: Library, sort_by: SearchSort) -> None:
        """A page goes on after its place though the song there is gone; no other song is skipped or comes twice."""
        first = loves.songs.search("love", limit=10, sort_by=sort_by)
        rest = joined(loves, "love", limit=10, sort_by=sort_by)[10:]
        for gone in (ids_of(first)[-1], ids_of(first)[3]):
            loves.songs.delete_song(gone)
        follows = loves.songs.search("love", limit=100, sort_by=sort_by, cursor=first.cursor)
        assert (ids_of(follows), follows.cursor) == (rest, None)

    @rule("R-64")
    def test_what_there_is_not(self, loves: Library) -> None:
        """A page of nothing or of too much, an unknown sort, total or facet are `InvalidValue`."""
        refused: list[dict[str, Any]] = [
            {"limit": 0},
            {"limit": -1},
            {"limit": 10_001},
            {"limit": True},
            {"offset": -1},
            {"offset": 2**63},
            {"sort_by": "rating"},
            {"total": "some"},
            {"facets": ["mood"]},
            {"guest": None},
            {"missing": None},
        ]
        for how in refused:
            with pytest.raises(InvalidValue):
                loves.songs.search("love", **how)
