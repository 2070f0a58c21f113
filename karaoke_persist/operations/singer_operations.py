"""Singers, whether users or mere names."""

from __future__ import annotations

from typing import Final

from karaoke_persist.contract import Eq, IsNull, Not, Query
from karaoke_persist.errors import IllegalState, InvalidValue, NotFound
from karaoke_persist.models import Playlist, User
from karaoke_persist.models.singer import checked_singer, user_key, user_of
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.favorite_operations import move_user_favorites
from karaoke_persist.operations.singer_moves import move_singer
from karaoke_persist.operations.smart_playlists import with_other_user
from karaoke_persist.operations.user_answers import MergedSinger

_LOOKS: Final = ("display_name", "theme", "color")


class SingerOperations(Operations):
    """Singers: users, or mere names without regard to case and accents.

    A singer is a text, as `singer_key` makes it: `user:` and the id of a user, or `name:` and the fold of a name.
    """

    @operation("write")
    def merge_singers(self, singer: str, into: str) -> MergedSinger:
        """Make two singers one: what belongs to the first belongs to the second from now on.

        That is their place in queues, what they sang, holds and preferred versions and, of a user, favourites,
        playlists, and what the other's profile lacks. History keeps the names as sung. A user who was merged is
        deleted, with the log-in. A user cannot become a mere name, nor one with a log-in a guest.
        """
        old, new = checked_singer(singer), checked_singer(into)
        if old == new:
            raise InvalidValue("into", into, "this is the same singer; nothing was merged")
        user, target = self._user(old), self._user(new)
        if user is not None:
            _check_may_become(user, target, into)
        entries, performances = move_singer(self.session, old, new)
        favorites, playlists = (0, 0) if user is None or target is None else self._move_user(user, target)
        return MergedSinger(entries, performances, favorites, playlists)

    @operation("write")
    def claim_guest(self, guest_id: str, user_id: str) -> MergedSinger:
        """Give a user all that belongs to a guest, who is deleted. Only a user claims, only a guest is claimed."""
        guest, user = self._stored(guest_id), self._stored(user_id)
        if not guest.is_guest:
            raise IllegalState("User", guest_id, "no guest", "be claimed", "Unite two users with merge_singers")
        if user.is_guest:
            raise IllegalState("User", user_id, "a guest", "claim another", "Register a user first")
        return self.merge_singers(user_key(guest_id), user_key(user_id))

    def _user(self, singer: str) -> User | None:
        user_id = user_of(singer)
        return None if user_id is None else self._stored(user_id)

    def _stored(self, user_id: str) -> User:
        user = self.session.get(User, user_id)
        if user is None:
            raise NotFound("User", user_id)
        return user

    def _move_user(self, user: User, target: User) -> tuple[int, int]:
        """What only users have; how many favourites and playlists. Then the user is gone."""
        favorites = move_user_favorites(self.session, user.id, target.id)
        playlists = self.session.patch_where(Query(Playlist, Eq("owner", user.id)), {"owner": target.id})
        self._move_criteria(user, target)
        self.session.patch(User, target.id, _filled(user, target))
        self.session.delete(User, user.id)
        return favorites, playlists

    def _move_criteria(self, user: User, target: User) -> None:
        """Smart playlists of what the one likes are of what the other likes."""
        for playlist in self.session.find(Query(Playlist, Not(IsNull("criteria")))):
            criteria = with_other_user(playlist.criteria, user.id, target.id)
            self.session.patch(Playlist, playlist.id, {"criteria": criteria})


def _check_may_become(user: User, target: User | None, into: str) -> None:
    if target is None:
        raise InvalidValue("into", into, "a user cannot become a mere name; merge the name into the user")
    if target.is_guest and not user.is_guest:
        raise IllegalState("User", user.id, "no guest", "become one", "Let the user claim the guest")


def _filled(user: User, target: User) -> dict[str, object]:
    """What the one profile lacks and the other has."""
    lacking = {name: getattr(user, name) for name in _LOOKS if getattr(target, name) is None}
    return {**lacking, "preferences": {**user.preferences, **target.preferences}}
