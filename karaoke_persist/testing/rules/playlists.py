"""P: playlists that are kept by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest

from karaoke_persist import (
    AlreadyExists,
    InvalidValue,
    Library,
    NotFound,
    Page,
    Playlist,
    PlaylistDuration,
    PlaylistPage,
    ReferenceMissing,
    StaleWrite,
)
from karaoke_persist.contract import StoreSession
from karaoke_persist.models import User
from karaoke_persist.operations import PlaylistOperations
from karaoke_persist.operations.playlist_songs import replace_song
from karaoke_persist.session import Session
from karaoke_persist.testing.handles import Conformance, add_songs, nothing_changes, probing, stored
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song, songs
from karaoke_persist.testing.ticking import Ticking


def user(user_id: str) -> User:
    """Somebody."""
    return User(id=user_id, username=user_id, username_key=user_id)


def made(library: Library, playlist_id: str, *song_ids: str, **fields: Any) -> Playlist:
    """A playlist of these songs; the entries are named after it and their places."""
    library.playlists.create(playlist_id.title(), playlist_id=playlist_id, **fields)
    with library.transaction() as tx:
        for place, song_id in enumerate(song_ids):
            tx.playlists.add(playlist_id, song_id, entry_id=f"{playlist_id}-{place}")
    return read(library, playlist_id)


def read(library: Library, playlist_id: str = "p") -> Playlist:
    """A playlist that is there."""
    found = library.playlists.get(playlist_id)
    assert found is not None
    return found


def held(library: Library, playlist_id: str = "p") -> list[str]:
    """The ids of the songs in their order."""
    return [item.song.id for item in library.playlists.get_contents(playlist_id, limit=1_000).items]


def names(page: Page[Playlist]) -> list[str]:
    """The names of playlists on a page."""
    return [each.name for each in page.items]


class Counting:
    """A backend's session that counts its calls."""

    def __init__(self, backend: StoreSession, calls: Counter[str]) -> None:
        self._backend, self._calls = backend, calls

    def __getattr__(self, name: str) -> Any:
        self._calls[name] += 1
        return getattr(self._backend, name)


def calls_of(library: Library, work: Callable[[Session], object]) -> int:
    """How often a read session asks its backend for something."""
    calls = Counter[str]()
    with probing(library, read_only=True) as probe:
        probe._backend = cast(StoreSession, Counting(probe._backend, calls))
        work(probe)
        return calls.total()


def _contents(playlist_id: str, session: Session) -> PlaylistPage:
    return PlaylistOperations(session).get_contents(playlist_id, limit=60)


def _duration(playlist_id: str, session: Session) -> PlaylistDuration:
    return PlaylistOperations(session).get_duration(playlist_id)


class PlaylistRules(Conformance):
    """What a playlist is, who finds it, and what becomes of it."""

    @rule("P-01")
    def test_create_a_playlist(self, library: Library, other: Library) -> None:
        """A playlist that is created is answered as it is stored; an id is made for it unless the host gives one."""
        stored(library, user("ana"))
        given = {"visibility": "private", "duplicates": "skip", "description": "of an evening"}
        one = library.playlists.create("Mine", playlist_id="mine", owner="ana", **given)
        two = library.playlists.create("Mine")
        assert (one, two) == (read(other, "mine"), read(other, two.id))
        assert (one.id, one.owner, one.visibility, one.duplicates, one.rev) == ("mine", "ana", "private", "skip", 0)
        assert (two.owner, two.visibility, two.duplicates, two.criteria) == (None, "public", "allow", None)
        with nothing_changes(other), pytest.raises(AlreadyExists):
            library.playlists.create("Other", playlist_id="mine")

    @rule("P-02")
    def test_absent_playlists(self, library: Library, other: Library) -> None:
        """Reading a playlist that is not there is None or empty, changing it is `NotFound`."""
        at = library.playlists
        assert (at.get("x"), at.get_contents("x"), at.get_duration("x")) == (None, PlaylistPage(), PlaylistDuration())
        assert (at.get_by_name("x"), at.get_page(), at.get_page_holding("x")) == ([], Page(), Page())
        writes: list[Callable[[], object]] = [
            lambda: at.update("x", {"name": "y"}),
            lambda: at.delete("x"),
            lambda: at.copy("x"),
            lambda: at.add("x", "s"),
            lambda: at.add_many("x", []),
            lambda: at.add_at("x", 1, []),
            lambda: at.remove("x", "e"),
            lambda: at.remove_many("x", []),
            lambda: at.clear("x"),
            lambda: at.move("x", "e"),
            lambda: at.move_to("x", "e", 1),
            lambda: at.reorder("x", []),
            lambda: at.replace_order("x", []),
            lambda: at.export_text("x", "json"),
        ]
        for write in writes:
            with nothing_changes(other), pytest.raises(NotFound, match="Playlist 'x'"):
                write()

    @rule("P-03")
    def test_update_a_playlist(self, library: Library, other: Library) -> None:
        """An update changes what it names, in either spelling; None clears; `expect` is the revision it must be at."""
        before = made(library, "p", description="old")
        after = library.playlists.update("p", {"name": "New", "description": None, "visibility": "private"}, expect=1)
        assert after == read(other)
        assert (after.name, after.description, after.visibility) == ("New", None, "private")
        assert (after.duplicates, after.rev, after.revision) == (before.duplicates, before.rev, 2)
        with nothing_changes(other), pytest.raises(StaleWrite):
            library.playlists.update("p", {"name": "Late"}, expect=1)

    @rule("P-04")
    def test_wrong_fields_of_a_playlist(self, library: Library, other: Library) -> None:
        """Fields that are unknown, wrong, or not the host's to change are refused, and so is an owner nobody knows."""
        made(library, "p")
        wrong: list[dict[str, Any]] = [
            {"name": ""},
            {"visibility": "secret"},
            {"duplicates": "maybe"},
            {"colour": "red"},
            {"rev": 7},
            {"revision": 7},
            {"id": "q"},
        ]
        for fields in wrong:
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.playlists.update("p", fields)
            with nothing_changes(other), pytest.raises((InvalidValue, TypeError)):
                library.playlists.create(**{"name": "New", **fields})
        nobodys: list[Callable[[], object]] = [
            lambda: library.playlists.create("New", owner="x"),
            lambda: library.playlists.copy("p", owner="x"),
        ]
        for call in nobodys:
            with nothing_changes(other), pytest.raises(ReferenceMissing):
                call()

    @rule("P-05")
    def test_pages_of_playlists(self, library: Library) -> None:
        """Playlists come in pages by name: all, of one owner, of one visibility, or those that a user may see."""
        stored(library, user("ana"), user("bob"))
        for name, owner, visibility in [
            ("éclair", "ana", "public"),
            ("Zebra", "ana", "private"),
            ("apple", "bob", "private"),
            ("Echo", None, "public"),
            ("Mango", "bob", "public"),
        ]:
            library.playlists.create(name, owner=owner, visibility=visibility)
        at = library.playlists
        assert names(at.get_page()) == ["apple", "Echo", "éclair", "Mango", "Zebra"]
        assert names(at.get_page(owner="ana")) == ["éclair", "Zebra"]
        assert names(at.get_page(visible_to="ana")) == ["Echo", "éclair", "Mango", "Zebra"]
        assert names(at.get_page(visible_to="nobody")) == names(at.get_page(visibility="public"))
        assert names(at.get_page(owner="bob", visible_to="ana")) == ["Mango"]
        assert [each.name for each in at.get_by_name("ECLAIR")] == ["éclair"]
        first = at.get_page(visible_to="ana", limit=3)
        assert names(at.get_page(visible_to="ana", limit=3, cursor=first.cursor)) == ["Zebra"]
        wrong: list[dict[str, Any]] = [{"cursor": first.cursor}, {"limit": 0}, {"limit": 10_001}]
        for options in wrong:
            with pytest.raises(InvalidValue):
                at.get_page(**options)

    @rule("P-06")
    def test_delete_a_playlist(self, library: Library, other: Library) -> None:
        """A playlist is deleted with its entries; its songs and all other lists stay as they are."""
        add_songs(library, *songs(2))
        kept = made(library, "kept", "song-000")
        made(library, "gone", "song-000", "song-001")
        library.playlists.delete("gone")
        assert other.playlists.get("gone") is None
        assert (held(other, "gone"), held(other, "kept"), read(other, "kept")) == ([], ["song-000"], kept)
        assert other.songs.count_songs() == 2

    @rule("P-07")
    def test_the_owner_goes(self, library: Library, other: Library) -> None:
        """The playlists of a user who is deleted stay, and belong to nobody."""
        stored(library, user("ana"))
        made(library, "p", owner="ana")
        with probing(library) as probe:
            probe.delete(User, "ana")
        assert read(other).owner is None

    @rule("P-08")
    def test_add_songs(self, library: Library, other: Library) -> None:
        """Songs are added in their order at the end, before or after an entry, or at a position, and answered so."""
        add_songs(library, *songs(5))
        made(library, "p", "song-000")
        at = library.playlists
        assert at.add("p", "song-001", added_by="Ana").added_by == "Ana"
        assert [entry.song_id for entry in at.add_many("p", ["song-002", "song-003"], before="p-0").entries] == [
            "song-002",
            "song-003",
        ]
        at.add_many("p", ["song-004"], after="p-0")
        at.add_at("p", 1, ["song-004", "song-000"])
        assert held(other) == [f"song-{place:03}" for place in (4, 0, 2, 3, 0, 4, 1)]
        answered = at.add("p", "song-000", entry_id="own")
        items = other.playlists.get_contents("p").items
        assert items[-1].entry == answered
        assert (answered.id, answered.song_id, answered.revision) == ("own", "song-000", 1)
        with nothing_changes(other), pytest.raises(AlreadyExists):
            at.add("p", "song-000", entry_id="own")

    @rule("P-09")
    def test_songs_that_are_not_there(self, library: Library, other: Library) -> None:
        """A song that is not there is not added, nor any that was to be added with it."""
        add_songs(library, song())
        made(library, "p", "song-1")
        at = library.playlists
        missing: list[Callable[[], object]] = [
            lambda: at.add("p", "nobody"),
            lambda: at.add_many("p", ["song-1", "nobody"]),
            lambda: at.add_at("p", 1, ["nobody", "song-1"]),
        ]
        for call in missing:
            with nothing_changes(other), pytest.raises(ReferenceMissing):
                call()
        wrong: list[Any] = ["song-1", None, 7, ["song-1", 7], ["a\x00b"]]
        for ids in wrong:
            with nothing_changes(other), pytest.raises(InvalidValue):
                at.add_many("p", ids)

    @rule("P-10")
    def test_songs_twice(self, library: Library, other: Library) -> None:
        """A song that is in the list is added again, skipped, or refused with all that came with it, by its policy."""
        add_songs(library, *songs(3))
        at = library.playlists
        again = ["song-001", "song-000", "song-001"]
        for policy in ("allow", "skip", "refuse"):
            made(library, policy, "song-000", duplicates=policy)
        assert at.add_many("allow", again).skipped == ()
        assert held(other, "allow") == ["song-000", *again]
        added = at.add_many("skip", again)
        assert ([entry.song_id for entry in added.entries], added.skipped) == (["song-001"], ("song-000", "song-001"))
        assert held(other, "skip") == ["song-000", "song-001"]
        with nothing_changes(other):
            assert at.add("skip", "song-000").id == "skip-0"
            for ids in (again, ["song-002", "song-002"], ["song-000"]):
                with pytest.raises(AlreadyExists, match="song_id"):
                    at.add_many("refuse", ids)
            with pytest.raises(AlreadyExists, match="song_id"):
                at.add("refuse", "song-000")
        at.add("refuse", "song-002")
        assert held(other, "refuse") == ["song-000", "song-002"]

    @rule("P-11")
    def test_a_stricter_policy(self, library: Library, other: Library) -> None:
        """A stricter policy takes nothing out that is there already."""
        add_songs(library, song())
        made(library, "p", "song-1", "song-1")
        library.playlists.update("p", {"duplicates": "refuse"})
        assert held(other) == ["song-1", "song-1"]
        with pytest.raises(AlreadyExists):
            library.playlists.add("p", "song-1")

    @rule("P-12")
    def test_remove_entries(self, library: Library, other: Library) -> None:
        """Entries are removed one by one, many at once or all; if one is not in the list, none is."""
        add_songs(library, *songs(6))
        made(library, "p", *(f"song-{place:03}" for place in range(6)))
        made(library, "q", "song-000")
        at = library.playlists
        at.remove("p", "p-1")
        assert at.remove_many("p", ["p-5", "p-0", "p-5"]) == 2
        assert held(other) == ["song-002", "song-003", "song-004"]
        calls: list[Callable[[], object]] = [
            lambda: at.remove("p", "p-1"),
            lambda: at.remove("p", "q-0"),
            lambda: at.remove_many("p", ["p-2", "q-0"]),
        ]
        for call in calls:
            with nothing_changes(other), pytest.raises(NotFound, match="PlaylistEntry"):
                call()
        assert (at.clear("p"), at.clear("p"), held(other), held(other, "q")) == (3, 0, [], ["song-000"])

    @rule("P-13")
    def test_copy_a_playlist(self, library: Library, other: Library) -> None:
        """A copy has the songs in their order and the fields but for those given, and is nobody's by itself."""
        add_songs(library, *songs(3))
        stored(library, user("ana"), user("bob"))
        original = made(library, "p", "song-002", "song-000", "song-002", owner="ana", visibility="private")
        copy = library.playlists.copy("p", copy_id="q", name="Copy", owner="bob")
        assert copy == read(other, "q")
        assert (copy.id, copy.name, copy.owner, copy.visibility) == ("q", "Copy", "bob", "private")
        assert held(other, "q") == held(other, "p") == ["song-002", "song-000", "song-002"]
        library.playlists.clear("q")
        assert (held(other), read(other)) == (["song-002", "song-000", "song-002"], original)
        assert library.playlists.copy("p").owner is None
        assert held(other, library.playlists.copy("p", duplicates="skip").id) == ["song-002", "song-000"]

    @rule("P-61")
    def test_copy_by_policy(self, library: Library, other: Library) -> None:
        """A copy that refuses a song twice is not made of a list that has one, which is said; one that skips may be."""
        add_songs(library, *songs(2))
        made(library, "p", "song-000", "song-001", "song-000")
        with nothing_changes(other), pytest.raises(AlreadyExists) as caught:
            library.playlists.copy("p", duplicates="refuse")
        assert (caught.value.field, caught.value.value) == ("song_id", "song-000")
        library.playlists.remove("p", "p-2")
        assert held(other, library.playlists.copy("p", duplicates="refuse").id) == ["song-000", "song-001"]

    @rule("P-14")
    def test_total_duration(self, library: Library) -> None:
        """The duration of a list sums the songs of known length, each as often as it is there, and counts the rest."""
        add_songs(library, song("a", duration_ms=60_000), song("b", duration_ms=0), song("c"))
        made(library, "p", "a", "c", "b", "a", "c")
        assert library.playlists.get_duration("p") == PlaylistDuration(songs=5, known_ms=120_000, unknown=2)

    @rule("P-15")
    def test_contents_in_pages(self, library: Library) -> None:
        """The contents come in pages with positions, songs and entries, the `rev`, and where the next page starts."""
        add_songs(library, *songs(7))
        made(library, "p", *(f"song-{place:03}" for place in range(7)))
        start: int | None = 1
        seen: list[tuple[int, str, str]] = []
        while start is not None:
            page = library.playlists.get_contents("p", start=start, limit=3)
            seen += [(item.position, item.song.id, item.entry.id) for item in page.items if item.entry is not None]
            start = page.next_start
        assert seen == [(place + 1, f"song-{place:03}", f"p-{place}") for place in range(7)]
        assert library.playlists.get_contents("p").rev == 7
        assert library.playlists.get_contents("p", start=7) == library.playlists.get_contents("p", start=7, limit=1)
        assert library.playlists.get_contents("p", start=8) == PlaylistPage(rev=7)
        wrong: list[dict[str, Any]] = [{"start": 0}, {"start": -1}, {"start": True}, {"limit": 0}, {"limit": 10_001}]
        for options in wrong:
            with pytest.raises(InvalidValue):
                library.playlists.get_contents("p", **options)

    @rule("P-16")
    def test_few_reads(self, library: Library) -> None:
        """A page of contents and a duration ask the store three times, however many songs there are."""
        add_songs(library, *songs(60))
        made(library, "few", "song-000")
        made(library, "many", *(f"song-{place:03}" for place in range(60)))
        for playlist_id in ("few", "many"):
            assert calls_of(library, partial(_contents, playlist_id)) == 3
            assert calls_of(library, partial(_duration, playlist_id)) == 3

    @rule("P-17")
    def test_lists_that_hold_a_song(self, library: Library) -> None:
        """The lists that hold a song come in pages by name, each once; for a user, those that this one may see."""
        add_songs(library, *songs(2))
        stored(library, user("ana"))
        made(library, "one", "song-000", "song-000")
        made(library, "two", "song-001")
        made(library, "three", "song-001", "song-000", visibility="private", owner="ana")
        at = library.playlists
        assert names(at.get_page_holding("song-000")) == ["One", "Three"]
        assert names(at.get_page_holding("song-000", visible_to="bob")) == ["One"]
        first = at.get_page_holding("song-000", limit=1)
        assert names(at.get_page_holding("song-000", limit=1, cursor=first.cursor)) == ["Three"]


class SongsOfPlaylistsRules(Conformance):
    """What becomes of entries when their song goes, or becomes one with another."""

    @rule("P-18")
    def test_a_song_is_deleted(self, library: Library, other: Library) -> None:
        """A song that is deleted leaves every list, whose `rev` rises by one; other lists stay as they are."""
        add_songs(library, *songs(2))
        made(library, "p", "song-000", "song-001", "song-000")
        made(library, "q", "song-000")
        untouched = made(library, "r", "song-001")
        assert library.songs.delete_song("song-000") is True
        assert (held(other, "p"), held(other, "q")) == (["song-001"], [])
        assert (read(other, "p").rev, read(other, "q").rev, read(other, "r")) == (4, 2, untouched)

    @rule("P-19")
    def test_a_deletion_that_is_undone(self, library: Library, other: Library) -> None:
        """When the deletion of a song is undone, its entries are back in their lists, which are as they were."""
        add_songs(library, song())
        made(library, "p", "song-1", "song-1")
        with nothing_changes(other), library.transaction() as tx:
            with tx.savepoint() as savepoint:
                assert tx.songs.delete_song("song-1") is True
                savepoint.rollback()
            assert tx.songs.delete_song("nobody") is False

    @rule("P-20")
    def test_songs_become_one(self, library: Library, other: Library) -> None:
        """Entries of songs that become one hold the kept song; where none may come twice, the first of them stays."""
        add_songs(library, *songs(4))
        ids = ("song-003", "song-001", "song-000", "song-002", "song-001")
        for policy in ("allow", "skip", "refuse"):
            made(library, policy, *dict.fromkeys(ids))
        made(library, "many", *ids)
        untouched = made(library, "other", "song-000", "song-003", duplicates="refuse")
        library.playlists.update("skip", {"duplicates": "skip"})
        library.playlists.update("refuse", {"duplicates": "refuse"})
        revs = {each: read(library, each).rev for each in ("allow", "skip", "refuse", "many")}
        with probing(library) as probe:
            replace_song(probe, ["song-001", "song-002"], "song-000")
        assert held(other, "allow") == ["song-003", "song-000", "song-000", "song-000"]
        assert held(other, "many") == ["song-003", "song-000", "song-000", "song-000", "song-000"]
        assert held(other, "skip") == held(other, "refuse") == ["song-003", "song-000"]
        kept = other.playlists.get_contents("skip").items[1].entry
        assert kept is not None
        assert kept.id == "skip-1"
        assert {each: read(other, each).rev - before for each, before in revs.items()} == dict.fromkeys(revs, 1)
        assert read(other, "other") == untouched

    @rule("P-21")
    def test_songs_that_cannot_become_one(self, library: Library, other: Library) -> None:
        """A song that is not there takes nobody's place, and inside a transaction nothing of the attempt is left."""
        add_songs(library, *songs(2))
        made(library, "p", "song-000", "song-001", duplicates="refuse")
        with nothing_changes(other), probing(library, clock=Ticking()) as probe:
            with pytest.raises(ReferenceMissing):
                replace_song(probe, ["song-000", "song-001"], "nobody")
            replace_song(probe, ["song-000"], "song-000")
            replace_song(probe, [], "song-001")
