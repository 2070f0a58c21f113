"""Singers: what becomes of queue, history and favourites when two of them are one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from karaoke_persist import IllegalState, InvalidValue, Library, MergedSinger, NotFound, singer_key, user_key
from karaoke_persist.contract import Query
from karaoke_persist.models import Credential, Playlist, thaw
from karaoke_persist.testing.handles import (
    Conformance,
    Opener,
    add_songs,
    nothing_changes,
    probing,
    stored,
)
from karaoke_persist.testing.listening import Recorder
from karaoke_persist.testing.night import perform, prefer, preferred, queue_up, rooms, sung_by, waiting
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song
from karaoke_persist.testing.threads import outcome_of, together

ANA, BOB = user_key("ana"), user_key("bob")


class SingerRules(Conformance):
    """Merging singers, and claiming guests."""

    @rule("G-01")
    def test_a_name_becomes_a_user(self, library: Library, other: Library) -> None:
        """What a mere name has in queues and history becomes a user's, and every name stays as it was given."""
        library.users.register("Ana", user_id="ana")
        queue_up(library, "e1", ("ANITA", None), ("Bob", None))
        perform(library, "p1", ("Bob", None), ("Aníta", None))
        assert library.singers.merge_singers("name:Anita", ANA) == MergedSinger(entries=1, performances=1)
        assert waiting(other) == {"e1": [("ANITA", ANA, "ana"), ("Bob", "name:bob", None)]}
        assert sung_by(other) == {"p1": [("Bob", "name:bob", None), ("Aníta", ANA, "ana")]}

    @rule("G-02")
    def test_a_name_becomes_another(self, library: Library, other: Library) -> None:
        """What a mere name has becomes another name's, and the names stay as they were given."""
        queue_up(library, "e1", ("Bobby", None))
        perform(library, "p1", ("bobby", None))
        library.singers.merge_singers(singer_key("BOBBY"), singer_key("Bob"))
        assert waiting(other) == {"e1": [("Bobby", "name:bob", None)]}
        assert sung_by(other) == {"p1": [("bobby", "name:bob", None)]}

    @rule("G-03")
    def test_a_user_becomes_another(self, library: Library, other: Library) -> None:
        """Queue, history, favourites and playlists of a user become another's, and the user is gone with the log-in."""
        library.users.register("Ana", "of ana", user_id="ana")
        bob = library.users.register("Bob", "of bob", user_id="bob")
        queue_up(library, "e1", ("Ana", "ana"))
        perform(library, "p1", ("Ana", "ana"))
        library.favorites.add_song("ana", "song-1")
        library.favorites.add_artist("ana", "Björk")
        library.favorites.add_artist("bob", "BJORK")
        stored(library, Playlist(id="list", name="Slow ones", owner="ana"))
        assert library.singers.merge_singers(ANA, BOB) == MergedSinger(1, 1, favorites=2, playlists=1)
        assert (waiting(other), sung_by(other)) == ({"e1": [("Ana", BOB, "bob")]}, {"p1": [("Ana", BOB, "bob")]})
        assert other.favorites.are_favorites("bob", ["song-1"]) == {"song-1": True}
        assert other.favorites.get_artist_counts(["Björk"]) == {"Björk": 1}
        with probing(other, read_only=True) as probe:
            assert [playlist.owner for playlist in probe.find(Query(Playlist))] == ["bob"]
            assert [credential.user_id for credential in probe.find(Query(Credential))] == ["bob"]
        assert other.users.get_all() == [bob]
        assert other.users.authenticate("Ana", "of ana") is None
        assert other.users.authenticate("Bob", "of bob") == bob

    @rule("G-04")
    def test_what_is_unset_is_filled(self, library: Library, other: Library) -> None:
        """The profile of who stays gets what it lacks and keeps what it has; nobody becomes an admin by it."""
        mine = {"key": 1, "echo": "much"}
        library.users.register("Ana", user_id="ana", theme="dark", color="red", preferences=mine, is_admin=True)
        library.users.register("Bob", user_id="bob", color="blue", preferences={"key": 2, "tempo": 90})
        library.singers.merge_singers(ANA, BOB)
        bob = other.users.get("bob")
        assert bob is not None
        assert (bob.theme, bob.color, bob.display_name, bob.is_admin) == ("dark", "blue", None, False)
        assert bob.preferences == {"key": 2, "tempo": 90, "echo": "much"}

    @rule("G-05")
    def test_who_sings_with_the_other(self, library: Library, other: Library) -> None:
        """Where both sing the same entry or performance, the one who was named first stays, and nobody counts twice."""
        library.users.register("Ana", user_id="ana")
        queue_up(library, "e1", ("Anita", None), ("Zoë", None), ("Ana", "ana"))
        queue_up(library, "e2", ("Ana", "ana"), ("Anita", None))
        queue_up(library, "e3", ("Ana", "ana"))
        perform(library, "p1", ("Ana", "ana"), ("Anita", None))
        assert library.singers.merge_singers("name:anita", ANA) == MergedSinger(entries=2, performances=1)
        zoe, ana = ("Zoë", "name:zoe", None), ("Ana", ANA, "ana")
        assert waiting(other) == {"e1": [("Anita", ANA, "ana"), zoe], "e2": [ana], "e3": [ana]}
        assert sung_by(other) == {"p1": [ana]}

    @rule("G-06")
    def test_holds_and_preferred_versions(self, library: Library, other: Library) -> None:
        """Holds and preferred versions become the other's; who stays keeps the own preference."""
        library.users.register("Ana", user_id="ana")
        add_songs(library, song(), song("song-2"))
        rooms(library, held_singers=["name:anita", "name:zoe", ANA])
        rooms(library, "another", held_singers=["name:anita"])
        prefer(library, "name:anita", "song-1", "one")
        prefer(library, "name:anita", "song-1", "two")
        prefer(library, ANA, "song-2", "two")
        prefer(library, "host", "song-2", "one")
        library.singers.merge_singers("name:anita", ANA)
        assert (rooms(other).held_singers, rooms(other, "another").held_singers) == ((ANA, "name:zoe"), (ANA,))
        assert preferred(other) == {(ANA, "one"): "song-1", (ANA, "two"): "song-2", ("host", "one"): "song-2"}

    @rule("G-07")
    def test_queues_that_changed(self, library: Library, other: Library) -> None:
        """The `queue_rev` of a room rises once if its queue or holds changed, and stays otherwise."""
        library.users.register("Ana", user_id="ana")
        queue_up(library, "e1", ("Anita", None), room_id="one")
        queue_up(library, "e2", ("Anita", None), room_id="one")
        queue_up(library, "e3", ("Zoë", None), room_id="two")
        rooms(library, "three", held_singers=["name:anita"])
        names = ("one", "two", "three")
        before = [rooms(other, name).queue_rev for name in names]
        library.singers.merge_singers("name:anita", ANA)
        assert [rooms(other, name).queue_rev - was for name, was in zip(names, before, strict=True)] == [1, 0, 1]

    @rule("G-08")
    def test_claiming_a_guest(self, library: Library, other: Library) -> None:
        """A user who claims a guest has what the guest had, and the guest is gone."""
        guest, ana = library.users.register("Guest 7", guest=True), library.users.register("Ana", user_id="ana")
        queue_up(library, "e1", ("Anita", guest.id))
        perform(library, "p1", ("Guest 7", guest.id))
        library.favorites.add_song(guest.id, "song-1")
        assert library.singers.claim_guest(guest.id, "ana") == MergedSinger(1, 1, favorites=1)
        assert (waiting(other), sung_by(other)) == ({"e1": [("Anita", ANA, "ana")]}, {"p1": [("Guest 7", ANA, "ana")]})
        assert other.favorites.is_favorite("ana", "song-1")
        assert other.users.get_all() == [ana]

    @rule("G-09")
    def test_who_cannot_be_merged(self, library: Library, other: Library) -> None:
        """What cannot be one is refused by a typed error, nothing changes, and the transaction goes on."""
        for username in ("ana", "bob"):
            library.users.register(username, user_id=username)
        library.users.register("guest", user_id="guest", guest=True)
        queue_up(library, "e1", ("Anita", None), ("Ana", "ana"))
        with library.transaction() as tx, nothing_changes(other):
            merge, claim = tx.singers.merge_singers, tx.singers.claim_guest
            no_singers: list[Any] = ["anita", "", "name:", "user:", None]
            refused: list[tuple[type[Exception], Callable[[], object]]] = [
                (InvalidValue, lambda: merge(ANA, ANA)),
                (InvalidValue, lambda: merge("name:Anita", "name:ANITA ")),
                (InvalidValue, lambda: merge(ANA, "name:anita")),
                *[(InvalidValue, lambda each=each: merge(each, ANA)) for each in no_singers],
                (NotFound, lambda: merge("user:nobody", ANA)),
                (NotFound, lambda: merge("name:anita", "user:nobody")),
                (NotFound, lambda: claim("nobody", "ana")),
                (NotFound, lambda: claim("guest", "nobody")),
                (IllegalState, lambda: merge(ANA, user_key("guest"))),
                (IllegalState, lambda: claim("ana", "bob")),
                (IllegalState, lambda: claim("guest", "guest")),
            ]
            for error, attempt in refused:
                with pytest.raises(error):
                    attempt()
            assert merge("name:never seen", ANA) == MergedSinger()
        library.singers.claim_guest("guest", "ana")

    @rule("G-10")
    def test_a_merge_is_one_transaction(self, open_library: Opener, other: Library) -> None:
        """A merge is told in one commit, and is undone whole with the transaction that it is part of."""
        recorder = Recorder()
        library = open_library(plugins=[recorder])
        for username in ("ana", "bob"):
            library.users.register(username, user_id=username)
        queue_up(library, "e1", ("Ana", "ana"), ("Bob", "bob"))
        perform(library, "p1", ("Ana", "ana"))
        library.favorites.add_song("ana", "song-1")
        with nothing_changes(other), pytest.raises(RuntimeError), library.transaction() as tx:
            tx.singers.merge_singers(ANA, BOB)
            raise RuntimeError("the host changes its mind")
        told = len(recorder.commits)
        library.singers.merge_singers(ANA, BOB)
        assert len(recorder.commits) == told + 1
        assert {"QueueSinger", "PerformanceSinger", "FavoriteSong", "User"} == {
            each.model for each in recorder.commits[-1]
        }

    @rule("G-13")
    def test_an_announced_entry_that_is_held(self, library: Library) -> None:
        """An announced entry whose singer becomes one who is held is announced no more."""
        add_songs(library, song())
        for name, entry_id in (("Anita", "a"), ("Bea", "b")):
            library.queue.add("song-1", singer=name, entry_id=entry_id)
        library.queue.hold_singer("Ana")
        library.queue.lock_next()
        before = library.queue.view().rev
        library.singers.merge_singers(singer_key("Anita"), singer_key("Ana"))
        view = library.queue.view()
        assert (view.room.locked_entry, view.rev) == (None, before + 1)

    @rule("G-12")
    def test_smart_playlists_follow_a_merge(self, library: Library, other: Library) -> None:
        """A smart playlist of what a user likes is of what the other likes, wherever in its criteria that stands."""
        for username in ("ana", "bob"):
            library.users.register(username, user_id=username)
        add_songs(library, song())
        library.favorites.add_song("ana", "song-1")
        both = {"all": [{"not": {"favorite_of": "ana"}}, {"favorite_of": "bob"}]}
        for number, where in enumerate(({"favorite_of": "ana"}, both)):
            library.playlists.create("Liked", playlist_id=f"{number}", criteria={"version": 1, "where": where})
        plain = library.playlists.create("Favourites of ana")
        library.singers.merge_singers(ANA, BOB)
        found = [other.playlists.get(f"{number}") for number in range(2)]
        expected = [{"favorite_of": "bob"}, {"all": [{"not": {"favorite_of": "bob"}}, {"favorite_of": "bob"}]}]
        assert [thaw(playlist.criteria)["where"] for playlist in found if playlist] == expected
        assert other.playlists.get(plain.id) == plain
        assert [item.song.id for item in other.playlists.get_contents("0").items] == ["song-1"]

    @rule("G-11")
    def test_eight_threads_claim_one_guest(self, library: Library) -> None:
        """Of eight users who claim one guest at the same time, one has it all, and the others find it gone."""
        prepare_claim(library, 8)
        claims = [lambda each=f"u{number}": library.singers.claim_guest("guest", each) for number in range(8)]
        check_one_claimed(library, together(*map(outcome_of, claims)))


def prepare_claim(library: Library, users: int) -> None:
    """A guest who is queued, has sung and likes a song, and users who may claim all that."""
    library.users.register("guest", user_id="guest", guest=True)
    for number in range(users):
        library.users.register(f"user {number}", user_id=f"u{number}")
    queue_up(library, "e1", ("Anita", "guest"))
    perform(library, "p1", ("Anita", "guest"))
    library.favorites.add_song("guest", "song-1")


def check_one_claimed(library: Library, outcomes: list[Any]) -> None:
    """Fail unless one of those who claimed has it all, and the others were told that the guest is gone."""
    won = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, MergedSinger)]
    assert len(won) == 1, outcomes
    assert [type(outcome) for number, outcome in enumerate(outcomes) if number not in won] == [NotFound] * (
        len(outcomes) - 1
    )
    winner = f"u{won[0]}"
    assert waiting(library) == {"e1": [("Anita", user_key(winner), winner)]}
    assert sung_by(library) == {"p1": [("Anita", user_key(winner), winner)]}
    assert library.favorites.is_favorite(winner, "song-1")
