"""Users: who they are, what is told of them, and what stays when they go."""

from __future__ import annotations

from typing import Any

import pytest

from karaoke_persist import AlreadyExists, InvalidValue, Library, NotFound, StaleWrite, User
from karaoke_persist.contract import Query
from karaoke_persist.models import Credential, FavoriteSong, Playlist
from karaoke_persist.models.singer import singer_key, user_key
from karaoke_persist.testing.handles import Conformance, Opener, add_songs, nothing_changes, probing
from karaoke_persist.testing.night import perform, prefer, queue_up, rooms, sung_by, waiting
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song
from karaoke_persist.testing.threads import outcome_of, together
from karaoke_persist.testing.ticking import Ticking

PROFILE: dict[str, Any] = {
    "display_name": "Ana María",
    "theme": "dark",
    "color": "#f0a",
    "preferences": {"key": 2, "nested": [1]},
    "is_admin": True,
}
"""A profile with nothing at its default."""


class UserRules(Conformance):
    """Names and profiles."""

    @rule("U-01")
    def test_registering_users(self, library: Library, other: Library) -> None:
        """A user who registers is answered as stored, at revision 1, under an id that was made or is the host's."""
        made = library.users.register("Ana", **PROFILE)
        given = library.users.register("Bob", user_id="host-7")
        assert made == other.users.get(made.id)
        assert (made.username, made.revision, made.is_guest, given.id) == ("Ana", 1, False, "host-7")
        assert {name: made.to_dict()[key] for name, key in zip(PROFILE, _camel(PROFILE), strict=True)} == PROFILE

    @rule("U-02")
    @pytest.mark.parametrize("taken", ["ana maría", "ANA MARIA", " Ana  Maria ", "Ａna maría"])
    def test_usernames_are_unique(self, library: Library, other: Library, taken: str) -> None:
        """A username that is another's but for case, accents, width or spacing is `AlreadyExists`."""
        library.users.register("Ana María")
        with nothing_changes(other), pytest.raises(AlreadyExists, match="username"):
            library.users.register(taken)
        assert library.users.count() == 1

    @rule("U-03")
    def test_usernames_are_long_enough(self, library: Library, other: Library) -> None:
        """A username of fewer than three characters, stripped and folded, is `InvalidValue`, and so is no text."""
        refused: list[Any] = ["", "   ", "ab", " ab ", "a\u200bb", "ǅ", "a\x00bc", "x" * 501, None, 7, b"ana"]
        for username in refused:
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.users.register(username)
        assert library.users.register("  Zoë ").username == "Zoë"

    @rule("U-04")
    def test_finding_users(self, library: Library) -> None:
        """Users are found by id and by username in any spelling; who is not there is None, or left out."""
        ana, bob = library.users.register("Ána"), library.users.register("Bob")
        assert library.users.get_by_username("ANA ") == library.users.get(ana.id) == ana
        assert list(library.users.get_many([bob.id, "x", ana.id])) == [bob.id, ana.id]
        assert (library.users.get("x"), library.users.get_by_username("x"), library.users.get_many([])) == (
            None,
            None,
            {},
        )

    @rule("U-05")
    def test_listing_users(self, open_library: Opener) -> None:
        """Users come by name, or newest first, all at once or page by page, guests among them."""
        library = open_library(clock=Ticking())
        for username in ("bob", "Änne", "Zoë", "anna"):
            library.users.register(username, guest=username == "bob")
        assert [user.username for user in library.users.get_all()] == ["anna", "Änne", "bob", "Zoë"]
        assert _pages(library, sort_by="username") == ["anna", "Änne", "bob", "Zoë"]
        assert _pages(library, sort_by="created_at") == ["anna", "Zoë", "Änne", "bob"]
        assert library.users.count() == 4

    @rule("U-06")
    def test_changing_profiles(self, library: Library, other: Library) -> None:
        """A profile is changed in the parts that are named, in either spelling; None clears, and no change is none."""
        user = library.users.register("Ana", **PROFILE)
        changed = library.users.update_profile(user.id, {"displayName": None, "color": "red"})
        assert changed == other.users.get(user.id)
        assert (changed.display_name, changed.color, changed.theme, changed.revision) == (None, "red", "dark", 2)
        with nothing_changes(other):
            library.users.update_profile(user.id, {"color": "red"})
        cleared = library.users.update_profile(user.id, dict.fromkeys(PROFILE))
        assert cleared == User(**{**user.to_dict(), **_defaults(), "revision": 3})

    @rule("U-07")
    def test_what_is_no_profile(self, library: Library, other: Library) -> None:
        """What is unknown, or no part of the profile, is `InvalidValue`, a user who is not there `NotFound`."""
        user = library.users.register("Ana")
        no_part: list[Any] = [{"colour": "red"}, {"username": "Eve"}, {"is_guest": True}, {"id": "x"}, {"revision": 9}]
        for changes in [*no_part, {"password": "secret"}, {"password_hash": "x"}, {"is_admin": "yes"}, None]:
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.users.update_profile(user.id, changes)
        unknown: list[dict[str, Any]] = [{"colour": "red"}, {"revision": 9}, {"username_key": "x"}]
        for fields in unknown:
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.users.register("Bob", **fields)
        with nothing_changes(other), pytest.raises(NotFound):
            library.users.update_profile("x", {"color": "red"})

    @rule("U-08")
    def test_stale_profiles(self, library: Library, other: Library) -> None:
        """With `expect`, a profile or name that has moved on is `StaleWrite`, and nothing changes."""
        user = library.users.register("Ana")
        library.users.update_profile(user.id, {"color": "red"}, expect=1)
        with nothing_changes(other), pytest.raises(StaleWrite):
            library.users.update_profile(user.id, {"color": "blue"}, expect=1)
        with nothing_changes(other), pytest.raises(StaleWrite):
            library.users.rename(user.id, "Eve", expect=1)

    @rule("U-09")
    def test_renaming_users(self, library: Library, other: Library) -> None:
        """A user may take another name, also the own one in another spelling, but neither another's nor a short one."""
        user = library.users.register("Ana", "right")
        library.users.register("Bob")
        assert library.users.rename(user.id, "ÁNA").username == "ÁNA"
        assert library.users.rename(user.id, "Eve") == other.users.get_by_username("eve")
        refused: dict[str, type[Exception]] = {"bób": AlreadyExists, "ev": InvalidValue}
        for username, error in refused.items():
            with nothing_changes(other), pytest.raises(error):
                library.users.rename(user.id, username)
        with pytest.raises(NotFound):
            library.users.rename("x", "Somebody")
        assert library.users.register("Ana").id != user.id
        assert other.users.authenticate("eve", "right") == other.users.get(user.id)

    @rule("U-10")
    def test_deleting_users(self, library: Library, other: Library) -> None:
        """Who is deleted leaves playlists to nobody, and takes password, favourites and preferences along."""
        user = library.users.register("Ana", "right", user_id="ana")
        add_songs(library, song())
        library.favorites.add_song("ana", "song-1")
        library.favorites.add_artist("ana", "Björk")
        prefer(library, user_key("ana"), "song-1")
        _own_a_playlist(library, user.id)
        library.users.delete("ana")
        with probing(other, read_only=True) as probe:
            assert probe.find(Query(Credential)) == probe.find(Query(FavoriteSong)) == probe.find(Query(User)) == []
            assert [playlist.owner for playlist in probe.find(Query(Playlist))] == [None]
        assert other.users.authenticate("Ana", "right") is None
        with nothing_changes(other), pytest.raises(NotFound):
            library.users.delete("ana")

    @rule("U-11")
    def test_names_of_deleted_users_stay(self, library: Library, other: Library) -> None:
        """Queue and history keep the names of who is deleted, who is a mere name there, held if that was so."""
        library.users.register("Ana", user_id="ana")
        queue_up(library, "e1", ("Ana", "ana"), ("Bob", None))
        queue_up(library, "e2", ("Anita", "ana"))
        perform(library, "p1", ("ANITA", "ana"))
        rooms(library, held_singers=[user_key("ana"), "name:zoe"])
        before = rooms(library)
        library.users.delete("ana")
        assert waiting(other) == {"e1": [("Ana", "name:ana", None), ("Bob", "name:bob", None)], "e2": [_mere("Anita")]}
        assert sung_by(other) == {"p1": [("ANITA", "name:anita", None)]}
        assert rooms(other).held_singers == ("name:ana", "name:anita", "name:zoe")
        assert rooms(other).queue_rev == before.queue_rev + 1

    @rule("U-12")
    def test_deleted_users_beside_their_namesakes(self, library: Library, other: Library) -> None:
        """Where somebody of the same name sings along with who is deleted, the one who was named first stays."""
        library.users.register("Ana", user_id="ana")
        queue_up(library, "e1", ("Ana", "ana"), ("ana", None))
        perform(library, "p1", ("Ána", None), ("Zoë", None), ("Ana", "ana"))
        library.users.delete("ana")
        assert waiting(other) == {"e1": [_mere("Ana")]}
        assert sung_by(other) == {"p1": [_mere("Ána"), _mere("Zoë")]}

    @rule("U-13")
    def test_a_deleted_user_id_starts_afresh(self, library: Library, other: Library) -> None:
        """Who registers under the id of a user who was deleted has nothing of that one: no password, no songs."""
        library.users.register("Ana", "right", user_id="ana")
        queue_up(library, "e1", ("Ana", "ana"))
        perform(library, "p1", ("Ana", "ana"))
        library.favorites.add_song("ana", "song-1")
        library.users.delete("ana")
        library.users.register("Ana", user_id="ana")
        assert other.users.authenticate("Ana", "right") is None
        assert other.favorites.count_songs("ana") == 0
        assert (waiting(other), sung_by(other)) == ({"e1": [_mere("Ana")]}, {"p1": [_mere("Ana")]})

    @rule("U-14")
    def test_mistakes_with_users_in_a_transaction(self, library: Library, other: Library) -> None:
        """After a mistake the transaction goes on: what was done before and after it is stored, and nothing of it."""
        library.users.register("Ana", user_id="ana")
        with library.transaction() as tx:
            tx.users.register("Bob", user_id="bob")
            mistakes: list[Any] = [
                lambda: tx.users.register("ANA", "a password"),
                lambda: tx.users.register("Somebody", "a password", user_id="ana"),
                lambda: tx.users.rename("ana", "bob"),
                lambda: tx.users.update_profile("ana", {"is_guest": True}),
                lambda: tx.users.delete("x"),
                lambda: tx.users.set_password("x", "a password"),
            ]
            assert [type(outcome_of(each)()) for each in mistakes] == [
                *[AlreadyExists] * 3,
                InvalidValue,
                *[NotFound] * 2,
            ]
            tx.users.register("Zoë")
        assert [user.username for user in other.users.get_all()] == ["Ana", "Bob", "Zoë"]

    @rule("U-15")
    def test_one_of_eight_threads_gets_a_name(self, library: Library, other: Library) -> None:
        """Of eight threads that register one name at the same time, one does, and the others find it taken."""
        outcomes = together(*[outcome_of(lambda: library.users.register("Ana", "right"))] * 8)
        check_one_registered(other, outcomes)


def check_one_registered(library: Library, outcomes: list[Any]) -> None:
    """Fail unless one of those who tried is the one user, and the others were told that the name is taken."""
    winners = [each for each in outcomes if isinstance(each, User)]
    assert [type(each) for each in outcomes if each not in winners] == [AlreadyExists] * (len(outcomes) - 1)
    assert [library.users.authenticate("Ana", "right")] == winners


def _mere(name: str) -> tuple[str, str, None]:
    """How somebody who is no user stands in a queue or in history."""
    return name, singer_key(name), None


def _pages(library: Library, **how: Any) -> list[str]:
    page = library.users.get_page(limit=3, **how)
    assert page.cursor is not None
    rest = library.users.get_page(limit=3, cursor=page.cursor, **how)
    assert rest.cursor is None
    return [user.username for user in (*page.items, *rest.items)]


def _camel(names: dict[str, Any]) -> list[str]:
    return [User.model_fields[name].alias or name for name in names]


def _defaults() -> dict[str, Any]:
    return {key: User.model_fields[name].default for name, key in zip(PROFILE, _camel(PROFILE), strict=True)}


def _own_a_playlist(library: Library, owner: str) -> None:
    with probing(library) as probe:
        probe.insert(Playlist(id="list", name="Slow ones", owner=owner))
