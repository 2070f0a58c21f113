"""Favourites: what users like, how it is counted, and how it survives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from karaoke_persist import InvalidValue, Library, NotFound, Page
from karaoke_persist.contract import Query
from karaoke_persist.models import FavoriteArtist, FavoriteSong
from karaoke_persist.operations.favorite_operations import move_favorites, move_user_favorites
from karaoke_persist.testing.handles import (
    Conformance,
    Opener,
    add_songs,
    nothing_changes,
    probing,
    stored,
)
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import MOMENT, song, songs
from karaoke_persist.testing.threads import together
from karaoke_persist.testing.ticking import Ticking


class FavoriteRules(Conformance):
    """Songs and artists that users like."""

    @rule("F-01")
    def test_liking_a_song(self, open_library: Opener, other: Library) -> None:
        """Liking a song is new once; liking it again changes nothing, not even the date."""
        library = open_library(clock=Ticking())
        furnish(library)
        assert library.favorites.add_song("ana", "song-000") is True
        with nothing_changes(other):
            assert library.favorites.add_song("ana", "song-000") is False
        assert other.favorites.is_favorite("ana", "song-000") is True
        assert other.favorites.is_favorite("bob", "song-000") is False

    @rule("F-02")
    def test_liking_no_more(self, library: Library, other: Library) -> None:
        """Liking a song no more is new once, and turning it round answers how it is now."""
        furnish(library)
        library.favorites.add_song("ana", "song-000")
        library.favorites.add_song("bob", "song-000")
        assert library.favorites.remove_song("ana", "song-000") is True
        with nothing_changes(other):
            assert library.favorites.remove_song("ana", "song-000") is False
            assert library.favorites.remove_song("nobody", "nothing") is False
        assert [library.favorites.toggle_song("ana", "song-000") for _ in range(3)] == [True, False, True]
        assert other.favorites.get_song_counts(["song-000"]) == {"song-000": 2}

    @rule("F-03")
    def test_who_and_what_must_be_there(self, library: Library, other: Library) -> None:
        """To like, user and song must be there: `NotFound`; of others nothing is liked."""
        furnish(library)
        attempts: list[Callable[[], object]] = [
            lambda: library.favorites.add_song("nobody", "song-000"),
            lambda: library.favorites.add_song("ana", "nothing"),
            lambda: library.favorites.toggle_song("ana", "nothing"),
            lambda: library.favorites.add_artist("nobody", "Björk"),
        ]
        for attempt in attempts:
            with nothing_changes(other), pytest.raises(NotFound):
                attempt()
        at = library.favorites
        assert (at.is_favorite("nobody", "x"), at.count_songs("nobody"), at.count_artists("nobody")) == (False, 0, 0)
        assert (at.get_songs_page("nobody"), at.get_artists_page("nobody")) == (Page(), Page())

    @rule("F-04")
    def test_many_at_once(self, library: Library) -> None:
        """Of many songs at once it is told which a user likes, and how many users like each."""
        furnish(library)
        for user_id, song_id in (("ana", "song-000"), ("ana", "song-002"), ("bob", "song-002")):
            library.favorites.add_song(user_id, song_id)
        wanted = ["song-002", "song-001", "no", "song-000", "song-002"]
        liked = library.favorites.are_favorites("ana", wanted)
        assert list(liked.items()) == [("song-002", True), ("song-001", False), ("no", False), ("song-000", True)]
        assert library.favorites.get_song_counts(wanted) == {"song-002": 2, "song-001": 0, "no": 0, "song-000": 1}
        assert (library.favorites.count_songs("ana"), library.favorites.count_songs("bob")) == (2, 1)
        for ask in (library.favorites.get_song_counts, lambda ids: library.favorites.are_favorites("ana", ids)):
            assert ask([]) == {}
            assert len(ask(f"song-{number:03}" for number in range(20_000))) == 20_000
            with pytest.raises(InvalidValue):
                ask("song-000")

    @rule("F-05")
    @pytest.mark.parametrize("descending", [False, True])
    def test_pages_by_title(self, library: Library, descending: bool) -> None:
        """Liked songs come by title as every list does, page by page, and a change between pages shifts nothing."""
        titles = {"a": "ÉCLAIR", "b": "Zoo", "c": "éclair", "d": "Ash", "e": "zoo", "f": "Ash", "g": "unliked"}
        furnish(library, *(song(song_id, title) for song_id, title in titles.items()))
        for song_id in "ecafbd":
            library.favorites.add_song("ana", song_id)
        expected = ["d", "f", "a", "c", "b", "e"][:: -1 if descending else 1]
        first = library.favorites.get_songs_page("ana", descending=descending, limit=2)
        library.favorites.remove_song("ana", first.items[0].song.id)
        library.favorites.add_song("bob", "g")
        assert [each.song.id for each in (*first.items, *_rest(library, first, descending=descending))] == expected

    @rule("F-06")
    def test_pages_by_date(self, open_library: Opener) -> None:
        """Liked songs come newest first when asked for by date, each with its date, page by page."""
        library = open_library(clock=Ticking())
        furnish(library)
        for number in (3, 1, 4, 0, 2):
            library.favorites.add_song("ana", f"song-00{number}")
        first = library.favorites.get_songs_page("ana", sort_by="added_at", limit=2)
        found = (*first.items, *_rest(library, first, sort_by="added_at"))
        assert [each.song.title[-1] for each in found] == ["2", "0", "4", "1", "3"]
        dates = [each.added_at for each in found]
        assert dates == sorted(dates, key=lambda date: date or MOMENT, reverse=True)
        assert len(set(dates)) == 5
        oldest = library.favorites.get_songs_page("ana", sort_by="added_at", descending=False, limit=1)
        assert oldest.items == (found[-1],)

    @rule("F-07")
    def test_cursors_belong_to_their_list(self, library: Library) -> None:
        """A cursor of another user, another order or another list, and a page of nothing, are `InvalidValue`."""
        furnish(library)
        for song_id in ("song-000", "song-001"):
            library.favorites.add_song("ana", song_id)
            library.favorites.add_artist("ana", song_id)
        by_title = library.favorites.get_songs_page("ana", limit=1).cursor
        by_date = library.favorites.get_songs_page("ana", limit=1, sort_by="added_at").cursor
        wrong: list[Callable[[], object]] = [
            lambda: library.favorites.get_songs_page("bob", cursor=by_title),
            lambda: library.favorites.get_songs_page("ana", cursor=by_title, descending=True),
            lambda: library.favorites.get_songs_page("ana", cursor=by_date),
            lambda: library.favorites.get_songs_page("ana", cursor=by_title, sort_by="added_at"),
            lambda: library.favorites.get_artists_page("ana", cursor=by_title),
            lambda: library.favorites.get_songs_page("ana", limit=0),
            lambda: library.favorites.get_artists_page("ana", limit=0),
            lambda: library.favorites.get_songs_page("ana", sort_by=_any("artist")),
        ]
        for ask in wrong:
            with pytest.raises(InvalidValue):
                ask()

    @rule("F-08")
    def test_liking_artists(self, library: Library, other: Library) -> None:
        """An artist is liked whatever the spelling, shown as first given, counted as one, and paged by name."""
        furnish(library)
        assert [library.favorites.add_artist("ana", artist) for artist in ("Björk", "BJORK", "ABBA")] == [
            True,
            False,
            True,
        ]
        library.favorites.add_artist("bob", "björk")
        assert library.favorites.get_artist_counts(["BJÖRK", "Abba", "x"]) == {"BJÖRK": 2, "Abba": 1, "x": 0}
        page = other.favorites.get_artists_page("ana", limit=1)
        rest = other.favorites.get_artists_page("ana", cursor=page.cursor)
        assert [each.artist for each in (*page.items, *rest.items)] == ["ABBA", "Björk"]
        assert other.favorites.is_favorite_artist("ana", "bjork") is True
        assert (library.favorites.remove_artist("ana", "bjork"), library.favorites.count_artists("ana")) == (True, 1)
        assert [library.favorites.toggle_artist("ana", "abba") for _ in range(2)] == [False, True]
        for artist in ("", None, "x" * 501):
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.favorites.add_artist("ana", _any(artist))

    @rule("F-09")
    def test_they_survive_a_rescan(self, library: Library, other: Library) -> None:
        """Liked songs stay liked when they are stored again, in bulk or one by one, and go with a deleted song."""
        furnish(library)
        for song_id in ("song-000", "song-001"):
            library.favorites.add_song("ana", song_id)
        add_songs(library, *songs(5, year=1999))
        library.songs.create_or_update_song("song-000", "New title", "New artist")
        assert [each.song.title for each in other.favorites.get_songs_page("ana").items] == ["New title", "Title 001"]
        library.songs.delete_song("song-000")
        assert other.favorites.are_favorites("ana", ["song-000", "song-001"]) == {"song-000": False, "song-001": True}

    @rule("F-10")
    def test_they_follow_a_merge_of_songs(self, library: Library, other: Library) -> None:
        """When songs become one, who liked any of them likes that one, once, since the earliest date."""
        furnish(library)
        _liked_since(library, ("ana", "song-000", 5), ("ana", "song-001", 3), ("ana", "song-002", 4))
        _liked_since(library, ("bob", "song-001", 2), ("bob", "song-003", 1), ("zoe", "song-002", None))
        with probing(library) as probe:
            assert move_favorites(probe, ["song-001", "song-002"], "song-000") == 4
        expected = {("ana", "song-000", 3), ("bob", "song-000", 2), ("bob", "song-003", 1), ("zoe", "song-000", None)}
        assert _since(other, FavoriteSong, "song_id") == expected

    @rule("F-11")
    def test_they_follow_a_merge_of_users(self, library: Library, other: Library) -> None:
        """When users become one, what either liked is liked by that one, once, since the earlier date."""
        furnish(library)
        _liked_since(library, ("ana", "song-000", 2), ("bob", "song-000", 1), ("ana", "song-001", 3))
        artists = (("ana", "Björk", 1), ("bob", "BJORK", 2), ("ana", "Abba", None), ("zoe", "Abba", 1))
        for number, (user_id, artist, day) in enumerate(artists):
            key: dict[str, Any] = {"artist": artist, "artist_key": artist.casefold().replace("ö", "o")}
            stored(library, FavoriteArtist(id=f"{number}", user_id=user_id, added_at=_day(day), **key))
        with probing(library) as probe:
            assert move_user_favorites(probe, "ana", "bob") == 4
        assert _since(other, FavoriteSong, "song_id") == {("bob", "song-000", 1), ("bob", "song-001", 3)}
        expected = {("bob", "BJORK", 1), ("bob", "Abba", None), ("zoe", "Abba", 1)}
        assert _since(other, FavoriteArtist, "artist") == expected

    @rule("F-12")
    def test_liking_at_the_same_time(self, library: Library) -> None:
        """Of eight threads that like a song for one user at once, one makes it so; eight users count as eight."""
        furnish(library)
        answers = together(*[lambda: library.favorites.add_song("ana", "song-000")] * 8)
        assert sorted(answers) == [False] * 7 + [True]
        for number in range(8):
            library.users.register(f"user {number}", user_id=f"u{number}")
        together(*[lambda each=f"u{number}": library.favorites.add_song(each, "song-001") for number in range(8)])
        assert library.favorites.get_song_counts(["song-000", "song-001"]) == {"song-000": 1, "song-001": 8}

    @rule("F-13")
    def test_the_ids_of_merged_songs(self, library: Library, other: Library) -> None:
        """The id of a song that was merged stands for the one that was kept, to like it and to ask about it."""
        furnish(library)
        library.favorites.add_song("ana", "song-001")
        library.versions.merge_songs("song-000", ["song-001"])
        assert other.favorites.are_favorites("ana", ["song-001", "song-000"]) == {"song-001": True, "song-000": True}
        assert other.favorites.get_song_counts(["song-001", "song-000"]) == {"song-001": 1, "song-000": 1}
        assert library.favorites.add_song("ana", "song-001") is False
        assert [library.favorites.toggle_song("ana", "song-001") for _ in range(2)] == [False, True]
        assert [each.song.id for each in other.favorites.get_songs_page("ana").items] == ["song-000"]


def furnish(library: Library, *others: Any) -> None:
    """Three users, and songs for them to like."""
    add_songs(library, *(others or songs(5)))
    for username in ("ana", "bob", "zoe"):
        library.users.register(username, user_id=username)


def _rest(library: Library, page: Page[Any], **how: Any) -> list[Any]:
    found: list[Any] = []
    while page.cursor is not None:
        page = library.favorites.get_songs_page("ana", limit=2, cursor=page.cursor, **how)
        found += page.items
    return found


def _day(number: int | None) -> Any:
    return None if number is None else MOMENT + timedelta(days=number)


def _liked_since(library: Library, *likes: tuple[str, str, int | None]) -> None:
    for user_id, song_id, day in likes:
        row = FavoriteSong(id=f"{user_id} {song_id}", user_id=user_id, song_id=song_id, added_at=_day(day))
        stored(library, row)


def _since(library: Library, model: Any, what: str) -> set[tuple[Any, ...]]:
    with probing(library, read_only=True) as probe:
        rows = probe.find(Query(model))
    found = {(row.user_id, getattr(row, what), row.added_at and (row.added_at - MOMENT).days) for row in rows}
    assert len(found) == len(rows)
    return found


def _any(value: Any) -> Any:
    return value
