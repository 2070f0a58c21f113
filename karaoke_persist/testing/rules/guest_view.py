"""S, R, F, P, D: hidden songs are out of guests' sight, wherever songs are listed or counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, get_args

import pytest

from karaoke_persist import ArtistPage, InvalidValue, Library, PlaylistDuration, PlaylistPage, Song
from karaoke_persist.operations.favorite_operations import LikedOrder
from karaoke_persist.testing.handles import Conformance, add_songs
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song


def ids(found: Iterable[Song]) -> list[str]:
    """Their ids."""
    return [each.id for each in found]


class GuestViewRules(Conformance):
    """What guests see."""

    @pytest.fixture
    def night(self, library: Library) -> Library:
        """Give a library with two songs of Björk, one of them hidden, and a hidden one by somebody else."""
        add_songs(
            library,
            song("joga", "Jóga", "Björk", duration_ms=1),
            song("joga-secret", "JOGA", "Björk", duration_ms=10, hidden=True),
            song("secret", "Secret of Jóga", "Nobody", duration_ms=100, hidden=True),
            song("queen", "Dancing Queen", "ABBA"),
        )
        return library

    @rule("S-34")
    def test_songs_for_guests(self, night: Library) -> None:
        """For a guest every list and every count of songs and artists leaves the hidden songs out; a host has all."""
        at = night.songs
        assert (sorted(ids(at.get_songs(guest=True))), at.count_songs(guest=True)) == (["joga", "queen"], 2)
        assert (len(at.get_songs()), at.count_songs()) == (4, 4)
        assert (at.count_songs(artist="Björk", guest=True), at.count_songs(artist="Nobody", guest=True)) == (1, 0)
        assert ids(at.get_songs_by_artist("Björk", guest=True)) == ["joga"]
        assert at.get_songs_by_artist("Nobody", guest=True) == []
        assert at.get_artists_with_counts(guest=True) == [("ABBA", 1), ("Björk", 1)]
        assert at.get_artists_with_counts(search="bjork", guest=True) == [("Björk", 1)]
        assert at.get_artists_with_counts() == [("ABBA", 1), ("Björk", 2), ("Nobody", 1)]
        page = at.get_artists_page(guest=True, limit=1)
        assert (page.items, page.total) == ((("ABBA", 1),), 2)
        assert at.get_artists_page(search="nobody", guest=True) == ArtistPage((), 0)

    @rule("S-35")
    def test_pages_for_guests(self, night: Library) -> None:
        """The pages of a guest are full, and join to all that is not hidden; a host cannot go on with their cursors."""
        first = night.songs.get_songs_page(sort_by="title", limit=1, guest=True)
        rest = night.songs.get_songs_page(sort_by="title", limit=1, guest=True, cursor=first.cursor)
        assert (ids(first.items), ids(rest.items), rest.cursor) == (["queen"], ["joga"], None)
        assert ids(night.songs.get_songs_page(artist="Björk", guest=True).items) == ["joga"]
        with pytest.raises(InvalidValue):
            night.songs.get_songs_page(sort_by="title", limit=1, cursor=first.cursor)

    @rule("S-36")
    def test_hiding_at_once(self, night: Library, other: Library) -> None:
        """A song that is hidden is out of sight with that, and back with the opposite."""
        for hidden, shown in ((True, []), (False, ["queen"])):
            night.songs.patch_song("queen", {"hidden": hidden})
            assert ids(other.songs.get_songs_by_artist("ABBA", guest=True)) == shown
            assert other.songs.count_songs(artist="ABBA", guest=True) == len(shown)

    @rule("R-26")
    def test_search_for_guests(self, night: Library) -> None:
        """For a guest a search neither finds nor counts hidden songs, and its pages are full."""
        at = night.songs
        found, total = at.search_songs_paginated("joga")
        assert (ids(found), total) == (["joga", "joga-secret", "secret"], 3)
        found, total = at.search_songs_paginated("joga", guest=True)
        assert (ids(found), total) == (["joga"], 1)
        found, total = at.search_songs_paginated("", limit=1, offset=1, guest=True)
        assert (ids(found), total) == (["joga"], 2)

    @rule("F-14")
    def test_favorites_for_guests(self, night: Library) -> None:
        """The favourites of a guest are listed and counted without the hidden songs, and are still there."""
        night.users.register("ana", user_id="ana")
        for each in ("joga", "joga-secret", "queen", "secret"):
            night.favorites.add_song("ana", each)
        at = night.favorites
        for sort_by in get_args(LikedOrder):
            first = at.get_songs_page("ana", sort_by=sort_by, limit=1, guest=True)
            rest = at.get_songs_page("ana", sort_by=sort_by, limit=1, guest=True, cursor=first.cursor)
            assert [each.song.id for each in (*first.items, *rest.items)] == ["queen", "joga"]
            assert rest.cursor is None
        assert (at.count_songs("ana", guest=True), at.count_songs("ana")) == (2, 4)

    @rule("P-57")
    def test_playlists_for_guests(self, night: Library) -> None:
        """For a guest a playlist, smart or not, is shown without its hidden songs; the others keep their positions."""
        held = night.playlists.create("Held", playlist_id="held")
        night.playlists.add_many(held.id, ["joga", "secret", "queen", "joga-secret", "joga"])
        criteria = {"version": 1, "order": {"by": "title"}, "limit": {"songs": 3}}
        smart = night.playlists.create("Smart", criteria=criteria)
        at = night.playlists
        assert places(at.get_contents(held.id, guest=True)) == [(1, "joga"), (3, "queen"), (5, "joga")]
        assert places(at.get_contents(held.id, start=2, limit=2, guest=True)) == [(3, "queen")]
        assert at.get_contents(held.id, start=4, limit=1, guest=True).next_start == 5
        assert len(at.get_contents(held.id).items) == 5
        assert places(at.get_contents(smart.id)) == [(1, "queen"), (2, "joga-secret"), (3, "joga")]
        seen = [(1, "queen"), (3, "joga")]
        assert places(at.get_contents(smart.id, guest=True)) == places(at.preview(criteria, guest=True)) == seen
        assert at.get_duration(held.id, guest=True) == PlaylistDuration(3, 2, 1)
        assert at.get_duration(smart.id, guest=True) == PlaylistDuration(2, 1, 1)
        assert at.get_duration(held.id) == PlaylistDuration(5, 112, 1)

    @rule("D-35")
    def test_versions_for_guests(self, night: Library) -> None:
        """A guest is offered no hidden version, also where it is the preferred one, and none if there is no other."""
        night.versions.prefer("joga-secret")
        at = night.versions
        preferred, offered = at.get_preferred("joga"), at.get_preferred("joga-secret", guest=True)
        assert (preferred and preferred.id, offered and offered.id) == ("joga-secret", "joga")
        assert ids(at.get_versions("joga", guest=True)) == ["joga"]
        assert (at.get_versions("secret", guest=True), at.get_preferred("secret", guest=True)) == ([], None)

    @rule("R-27")
    def test_who_looks_is_said_plainly(self, night: Library) -> None:
        """What is neither True nor False is no word of who looks: `InvalidValue`, and nothing hidden is shown."""
        at: Any = night  # what is not typed right is refused too
        calls: list[Callable[[object], object]] = [
            lambda who: at.songs.get_songs(guest=who),
            lambda who: at.songs.get_artists_page(guest=who),
            lambda who: at.songs.search_songs_paginated("", guest=who),
            lambda who: at.favorites.count_songs("ana", guest=who),
            lambda who: at.playlists.get_contents("nowhere", guest=who),
            lambda who: at.playlists.get_duration("nowhere", guest=who),
            lambda who: at.versions.get_versions("joga", guest=who),
        ]
        for call in calls:
            for no_word in (None, 0, 1, "no"):
                with pytest.raises(InvalidValue, match="guest"):
                    call(no_word)


def places(page: PlaylistPage) -> list[tuple[int, str]]:
    """What a page shows, and where."""
    return [(item.position, item.song.id) for item in page.items]
