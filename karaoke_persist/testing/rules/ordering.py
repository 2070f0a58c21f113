"""Order and paging: one total order on every backend, and pages that miss nothing."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karaoke_persist import InvalidValue, Library, Song
from karaoke_persist.contract import Eq, Order, Query
from karaoke_persist.testing.handles import Conformance, add_songs, probing, stored
from karaoke_persist.testing.oracle import in_order
from karaoke_persist.testing.probes import Sample
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import MOMENT, UNUSUAL_TEXT, song
from karaoke_persist.testing.trials import TRIALS

SORTS: Final = ("date_added", "title", "artist", "album", "year")
LETTERS: Final = [*"BabÁáàAZæøoßéЖжァｱ歌가12-_𠮷", "ss", "e\u0301", "10", "\uffee"]
every_sort: pytest.MarkDecorator = pytest.mark.parametrize("sort_by", SORTS)
both_directions: pytest.MarkDecorator = pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])


def varied() -> list[Song]:
    """Songs with ties, absent values and letters of many kinds in every field that can be sorted by."""
    return [
        song(
            f"{chr(97 + number % 7)}{number:03}",
            title=LETTERS[number % len(LETTERS)],
            artist=LETTERS[number * 5 % 9],
            album=None if number % 4 == 0 else LETTERS[number * 3 % len(LETTERS)],
            year=None if number % 3 == 0 else number % 5 - 2,
            date_added=None if number % 6 == 0 else MOMENT + timedelta(microseconds=number % 4 - 2),
        )
        for number in range(60)
    ]


def ids(songs: Any) -> list[str]:
    """The ids of songs, in their order."""
    return [each.id for each in songs]


def pages(library: Library, limit: int, **options: Any) -> list[Song]:
    """Every page one after the other, read through a cursor each."""
    found: list[Song] = []
    cursor = None
    while True:
        page = library.songs.get_songs_page(limit=limit, cursor=cursor, **options)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found
        assert len(page.items) == limit


class OrderRules(Conformance):
    """Everything comes in one total order, whole or in pages."""

    @rule("O-01")
    @every_sort
    @both_directions
    def test_the_order_of_songs(self, library: Library, other: Library, sort_by: Any, descending: bool) -> None:
        """Songs come by the folded text, then its code points, then the id, all reversed downwards; None comes last."""
        add_songs(library, *varied())
        page = other.songs.get_songs_page(sort_by=sort_by, descending=descending, limit=100)
        assert ids(page.items) == in_order(varied(), sort_by, descending)

    @rule("O-02")
    @every_sort
    @both_directions
    def test_pages_join(self, library: Library, sort_by: Any, descending: bool) -> None:
        """Pages of any size, joined, are the whole in its order: nothing twice, nothing missing."""
        add_songs(library, *varied())
        whole = in_order(varied(), sort_by, descending)
        for limit in (1, 7, 60):
            assert ids(pages(library, limit, sort_by=sort_by, descending=descending)) == whole, limit

    @rule("O-03")
    def test_absent_values_come_last(self, library: Library) -> None:
        """Absent values come last upwards and downwards, by id in the same direction."""
        add_songs(library, song("b"), song("a"), song("c", year=1), song("d", year=-5))
        assert ids(library.songs.get_songs_page(sort_by="year").items) == ["d", "c", "a", "b"]
        assert ids(library.songs.get_songs_page(sort_by="year", descending=True).items) == ["c", "d", "b", "a"]

    @rule("O-04")
    def test_case_and_accents_sort_together(self, library: Library) -> None:
        """Text sorts without regard to case, accents and width first, and by code point where that is the same."""
        titles = ["Zebra", "äpfel", "apfel", "Apfel", "Ａpfel", "banane", "Ärger", "o", "ø", "p"]
        add_songs(library, *(song(title, title) for title in titles))
        expected = ["Apfel", "apfel", "äpfel", "Ａpfel", "Ärger", "banane", "o", "ø", "p", "Zebra"]
        assert ids(library.songs.get_songs_page(sort_by="title").items) == expected

    @rule("O-05")
    def test_scripts_sort_by_code_point(self, library: Library) -> None:
        """Text of other scripts sorts by code point of its folded form, also beyond the basic plane."""
        titles = ["𠮷", "가", "\ufdfa", "歌", "あ", "ж", "z", "1", "ﬀ"]
        add_songs(library, *(song(title, title) for title in titles))
        assert ids(library.songs.get_songs_page(sort_by="title").items) == in_order(
            [song(title, title) for title in titles], "title", False
        )
        assert ids(library.songs.get_songs_page(sort_by="title").items)[-1] == "𠮷"

    @rule("O-06")
    @both_directions
    def test_a_deletion_between_pages(self, library: Library, other: Library, descending: bool) -> None:
        """Deleting rows between two pages, also the one that the cursor stands on, loses and repeats nothing else."""
        add_songs(library, *varied())
        first = library.songs.get_songs_page(sort_by="title", descending=descending, limit=20)
        for song_id in (first.items[3].id, first.items[-1].id):
            other.songs.delete_song(song_id)
        rest = library.songs.get_songs_page(sort_by="title", descending=descending, limit=100, cursor=first.cursor)
        assert ids(first.items) + ids(rest.items) == in_order(varied(), "title", descending)

    @rule("O-07")
    def test_an_insertion_between_pages(self, library: Library, other: Library) -> None:
        """A row that comes before the cursor between two pages does not shift the next page; one after it is in it."""
        add_songs(library, song("b", "b"), song("d", "d"), song("f", "f"))
        first = library.songs.get_songs_page(sort_by="title", limit=2)
        add_songs(other, song("a", "a"), song("e", "e"))
        assert ids(library.songs.get_songs_page(sort_by="title", cursor=first.cursor).items) == ["e", "f"]

    @rule("O-08")
    def test_the_last_page_has_no_cursor(self, library: Library) -> None:
        """The last page has no cursor, also when it is full; an empty library has one empty page."""
        assert library.songs.get_songs_page() == library.songs.get_songs_page(sort_by="title")
        assert library.songs.get_songs_page().cursor is None
        add_songs(library, song("a"), song("b"))
        assert library.songs.get_songs_page(limit=2).cursor is None
        assert library.songs.get_songs_page(limit=1).cursor is not None

    @rule("O-09")
    def test_a_cursor_of_another_query(self, library: Library) -> None:
        """A cursor is refused by every query but its own: another order, direction, artist or question."""
        add_songs(library, *varied())
        cursor = library.songs.get_songs_page(sort_by="title", limit=5).cursor
        others: list[dict[str, Any]] = [{"sort_by": "artist"}, {"descending": True}, {"artist": "a"}]
        for options in others:
            with pytest.raises(InvalidValue):
                library.songs.get_songs_page(**{"sort_by": "title", "cursor": cursor, **options})
        with pytest.raises(InvalidValue):
            library.songs.get_songs_lacking("lyrics", cursor=cursor)

    @rule("O-10")
    def test_a_cursor_that_was_tampered_with(self, library: Library) -> None:
        """A cursor that was changed, cut or made up is `InvalidValue`."""
        add_songs(library, *varied())
        cursor = library.songs.get_songs_page(sort_by="title", limit=5).cursor
        assert cursor is not None
        body = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moved = base64.urlsafe_b64encode(json.dumps([*body[:-1], ["zzz", "zzz"]]).encode()).decode().rstrip("=")
        made_up: list[Any] = ["", "x", "é", "W10", "e30", "bnVsbA", "[" * 5_000, 7, b"x"]
        for bad in [moved, cursor[:-4], cursor + "AAAA", cursor.swapcase(), *made_up]:
            with pytest.raises(InvalidValue):
                library.songs.get_songs_page(sort_by="title", cursor=bad)

    @rule("O-11")
    def test_a_cursor_works_anywhere(self, library: Library, other: Library) -> None:
        """A cursor goes on through another handle, and with another limit."""
        add_songs(library, *varied())
        first = library.songs.get_songs_page(sort_by="album", limit=11)
        rest = other.songs.get_songs_page(sort_by="album", limit=100, cursor=first.cursor)
        assert ids(first.items) + ids(rest.items) == in_order(varied(), "album", False)

    @rule("O-12")
    def test_an_order_that_there_is_not(self, library: Library) -> None:
        """An order by a field that cannot be sorted by is `InvalidValue`, not another order."""
        names: list[Any] = ["dateAdded", "genre", "relevance", "id", "", "title DESC", "__class__", None, 7]
        for name in names:
            with pytest.raises(InvalidValue):
                library.songs.get_songs_page(sort_by=name)
            with pytest.raises(InvalidValue):
                library.songs.get_songs_by_artist("x", sort_by=name)

    @rule("O-13")
    def test_cursors_hold_any_text(self, library: Library) -> None:
        """Pages continue after titles and ids with quotes, emoji, separators and every script."""
        texts = list(UNUSUAL_TEXT.values())
        add_songs(library, *(song(text, text) for text in texts))
        expected = in_order([song(text, text) for text in texts], "title", False)
        assert ids(pages(library, 1, sort_by="title")) == expected

    @rule("O-14")
    @both_directions
    def test_every_kind_of_field(self, library: Library, descending: bool) -> None:
        """Fields of every kind sort alike: text by code point, times and numbers by value, False before True."""
        rows = [
            Sample(
                id=f"{number:02}",
                name=[None, "b", "Ä"][number % 3],
                code=[None, "b", "B", "ä", "\uffee", "𠮷"][number % 6],
                number=[5, None, -(2**63), 2**63 - 1][number % 4],
                flag=[True, False, None][number % 3],
                moment=[MOMENT, None, MOMENT + timedelta(microseconds=1)][number % 3],
            )
            for number in range(12)
        ]
        stored(library, *rows)
        with probing(library, read_only=True) as probe:
            for field in ("name", "number", "moment", "code", "flag"):
                found = probe.find(Query(Sample, order=Order(field, descending)))
                assert ids(found) == in_order(rows, field, descending), field

    @rule("O-15")
    def test_keys_come_in_order(self, library: Library) -> None:
        """Without an order rows come by key, by code point, from any key on."""
        keys = ["b", "B", "ä", "a", "\uffee", "𠮷", "10", "9", "é", "z"]
        stored(library, *(Sample(id=key) for key in keys))
        with probing(library, read_only=True) as probe:
            assert ids(probe.find(Query(Sample))) == sorted(keys)
            assert ids(probe.find(Query(Sample, after=("a",)))) == [key for key in sorted(keys) if key > "a"]

    @rule("O-17")
    @both_directions
    def test_an_order_within(self, library: Library, descending: bool) -> None:
        """Rows that share a value come in an order of their own, page after page, absent values last."""
        codes, numbers = ["a", "b", None], [3, None, 1, 2, 1]
        rows = [Sample(id=f"{n:02}", code=codes[n % 3], number=numbers[n % 5]) for n in range(24)]
        stored(library, *rows)
        found, after, order = [], None, Order("number", descending)
        with probing(library, read_only=True) as probe:
            while page := probe.find(Query(Sample, Eq("code", "b"), order, limit=3, after=after)):
                found += page
                after = (page[-1].number, page[-1].id)
        assert ids(found) == in_order([row for row in rows if row.code == "b"], "number", descending)

    @rule("O-16")
    def test_any_text_in_order(self, library: Library) -> None:
        """Any titles at all come in the contract's order, upwards and downwards, and page by page."""

        @TRIALS
        @given(st.lists(st.text(st.sampled_from("aAáÁbBzßøéЖжアｱ가歌𠮷 -'.1"), min_size=1, max_size=3), max_size=8))
        def check(titles: list[str]) -> None:
            made = [song(f"{number}", title) for number, title in enumerate(titles) if title.strip()]
            with library.transaction() as tx:
                tx.songs.upsert_songs(made)
                for descending in (False, True):
                    page = tx.songs.get_songs_page(sort_by="title", descending=descending)
                    assert ids(page.items) == in_order(made, "title", descending)
                tx.rollback()

        check()
