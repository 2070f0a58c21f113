"""Versions of a song: which belong together, which is preferred, and how they become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from karaoke_persist.contract import And, Condition, Eq, In, Query
from karaoke_persist.errors import InvalidValue, NotFound
from karaoke_persist.models import PreferredVersion, Song
from karaoke_persist.models.singer import NAME, USER
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.base import Operations, none, operation
from karaoke_persist.operations.duplicates import Sameness, find_duplicates
from karaoke_persist.operations.fuzzy_duplicates import LIKENESS
from karaoke_persist.operations.guest_view import of_songs
from karaoke_persist.operations.merging_songs import merge_songs
from karaoke_persist.operations.redirects import find_song, refuse_merged
from karaoke_persist.operations.song_versions import best_first, version_key, versions_of
from karaoke_persist.operations.version_answers import DuplicateGroup

HOST: Final = "host"
"""The scope of a preference that holds for everybody."""


class VersionOperations(Operations):
    """Songs of the same artist and title, but for case and accents, are versions of one another.

    A `singer` is a key as `karaoke_persist.models.singer.singer_key` makes it; without one, the host is meant.
    """

    @operation("read", list)
    def get_versions(self, song_id: str, *, sources: Sequence[str] = (), guest: bool = False) -> list[Song]:
        """The versions of a song, itself among them; empty if there is no such song.

        First those from the preferred `sources` in their order, then the most played, then the oldest; hidden ones come
        last, and for a guest not at all.
        """
        song = find_song(self.session, song_id)
        if song is None:
            return []
        where = of_songs(guest, versions_of(song))
        return best_first(self.session.find(Query(Song, where)), _checked_sources(sources))

    @operation("read", none)
    def get_preferred(
        self, song_id: str, *, singer: str | None = None, sources: Sequence[str] = (), guest: bool = False
    ) -> Song | None:
        """The version to offer: as the singer prefers, or else the host, or else the first of `get_versions`."""
        scopes = [_scope(singer), HOST]
        versions = {song.id: song for song in self.get_versions(song_id, sources=sources, guest=guest)}
        if not versions:
            return None
        key = version_key(next(iter(versions.values())))
        wanted = Query(PreferredVersion, And(Eq("version_key", key), In("scope", scopes)))
        chosen = {scope: song for scope, song in self.session.rows(wanted, ("scope", "song_id")) if song in versions}
        found = next((chosen[scope] for scope in scopes if scope in chosen), next(iter(versions)))
        return versions[found]

    @operation("write")
    def prefer(self, song_id: str, *, singer: str | None = None) -> None:
        """Let this be the version to offer, to a singer or to everybody who has not chosen. Absent is `NotFound`."""
        scope = _scope(singer)
        key = version_key(self._song(song_id))
        found = self.session.find(Query(PreferredVersion, _choice(key, scope)))
        if found:
            self.session.patch(PreferredVersion, found[0].id, {"song_id": song_id})
        else:
            made = PreferredVersion(id=self.session.context.new_id(), version_key=key, scope=scope, song_id=song_id)
            self.session.insert(made)

    @operation("write")
    def forget_preference(self, song_id: str, *, singer: str | None = None) -> bool:
        """Forget what a singer, or the host, prefers among the versions of a song; False if that was nothing."""
        choice = _choice(version_key(self._song(song_id)), _scope(singer))
        return self.session.delete_where(Query(PreferredVersion, choice)) > 0

    @operation("read")
    def find_duplicates(
        self, by: Sameness = "folded", *, limit: int = 50, cursor: str | None = None, likeness: float = LIKENESS
    ) -> Page[DuplicateGroup]:
        """A page of groups of songs that seem to be the same.

        `exact`: artist and title letter by letter. `folded`: but for case, accents and width, in the order of their
        titles. `fuzzy`: of one artist, with titles that are alike to the share `likeness`, in the order of the artists.
        `video_id` and `checksum`: by these, in their order.
        """
        return find_duplicates(self.session, by, limit, cursor, likeness)

    @operation("write")
    def merge_songs(self, keep: str, others: Iterable[str]) -> Song:
        """Let several songs become one, and return it.

        Favourites, playlists, queues, history, jobs and preferences of the others are its own from now on; it keeps
        what it has, and takes of the others what it lacks. Their ids find it; writing to them is `AlreadyExists`. A
        song that was merged into this one already is passed over; one that is not there is `NotFound`.
        """
        return merge_songs(self.session, keep, others)

    def _song(self, song_id: str) -> Song:
        song = self.session.get(Song, song_id)
        if song is None:
            refuse_merged(self.session, song_id)
            raise NotFound("Song", song_id)
        return song


def _choice(key: str, scope: str) -> Condition:
    return And(Eq("version_key", key), Eq("scope", scope))


def _scope(singer: str | None) -> str:
    if singer is None:
        return HOST
    if not isinstance(singer, str) or not singer.startswith((USER, NAME)):
        raise InvalidValue("singer", singer, "a key is expected, as singer_key makes it: 'user:ID' or 'name:FOLD'")
    return singer


def _checked_sources(sources: Sequence[str]) -> Sequence[str]:
    if isinstance(sources, str):
        raise InvalidValue("sources", sources, f"several sources are expected; for one give [{sources!r}]")
    return sources
