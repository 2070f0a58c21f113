"""Playlists: songs in an order of somebody's own, or found anew by saved criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from karaoke_persist.contract import And, Condition, Eq, Exists, FoldedEq, Or, Order, Query
from karaoke_persist.errors import AlreadyExists, IllegalState, NotFound
from karaoke_persist.models import Playlist, PlaylistEntry
from karaoke_persist.models.playlist import Visibility
from karaoke_persist.models.record import named_fields
from karaoke_persist.operations.answers import Page
from karaoke_persist.operations.base import none, operation
from karaoke_persist.operations.paging import page_of
from karaoke_persist.operations.playlist_contents import PlaylistContents, song_ids
from karaoke_persist.operations.playlist_entries import PlaylistEntryOperations
from karaoke_persist.operations.playlist_files import PlaylistFiles, fill
from karaoke_persist.operations.redirects import kept_ids
from karaoke_persist.operations.smart_playlists import parse


class PlaylistOperations(PlaylistEntryOperations, PlaylistContents, PlaylistFiles):
    """Playlists, kept by hand or, with `criteria`, found anew whenever they are read.

    `revision` counts the changes of what a list is called and who may see it, `rev` those of its entries. Reading what
    is not there is None or empty; changing it is `NotFound`.
    """

    @operation("write")
    def create(self, /, name: str, *, playlist_id: str | None = None, **fields: Any) -> Playlist:
        """Store a new playlist and return it; an id is made if none is given.

        The fields are `owner`, `visibility` (`public` or `private`), `duplicates` (`allow`, `skip` or `refuse` a song
        that is there already), `description` and `criteria`.
        """
        return self._create(playlist_id, {"name": name, **fields})

    @operation("single", none)
    def get(self, playlist_id: str) -> Playlist | None:
        """The playlist with this id, or None."""
        return self.session.get(Playlist, playlist_id)

    @operation("single", list)
    def get_by_name(self, name: str) -> list[Playlist]:
        """The playlists of this name, in any case and accent: names need not be unique."""
        return self.session.find(Query(Playlist, FoldedEq("name", name), Order("name")))

    @operation("single")
    def get_page(
        self,
        *,
        owner: str | None = None,
        visible_to: str | None = None,
        visibility: Visibility | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Playlist]:
        """A page of playlists by name: of one owner, public or owned by one user, of one visibility, or all."""
        return self._page_where(
            limit, cursor, _equal("owner", owner), _seen(visible_to), _equal("visibility", visibility)
        )

    @operation("read")
    def get_page_holding(
        self, song_id: str, *, visible_to: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[Playlist]:
        """A page of the playlists, kept by hand, that hold a song."""
        (song_id,) = kept_ids(self.session, [song_id])
        holding = Exists(PlaylistEntry, {"id": "playlist_id"}, Eq("song_id", song_id))
        return self._page_where(limit, cursor, holding, _seen(visible_to))

    @operation("write")
    def update(self, playlist_id: str, changes: Mapping[str, Any], *, expect: int | None = None) -> Playlist:
        """Change the named fields (in either spelling; None clears) and return the playlist.

        With `expect`, one that has moved on from that `revision` is `StaleWrite`, and nothing changes. Entries stay as
        they are, also under a stricter policy for duplicates; a list that has some does not become smart.
        """
        changed = named_fields(Playlist, changes)
        playlist = self._existing(playlist_id)
        if changed.get("criteria") is not None:
            self._check_criteria(changed["criteria"])
            self._check_may_be_smart(playlist)
        self.session.patch(Playlist, playlist_id, changed, expect=expect)
        return self._existing(playlist_id)

    @operation("write")
    def delete(self, playlist_id: str) -> None:
        """Delete a playlist and its entries; the songs stay."""
        if not self.session.delete(Playlist, playlist_id):
            raise NotFound(Playlist.__name__, playlist_id)

    @operation("write")
    def copy(self, playlist_id: str, /, *, copy_id: str | None = None, **fields: Any) -> Playlist:
        """Make a playlist of the same songs in the same order, and return it. It belongs to nobody but a given `owner`.

        Fields that are given differ from the original's. The copy of a smart list is smart too; with `criteria=None` it
        keeps the songs that are found now. A song that comes twice is treated as the copy's `duplicates` say, as if the
        songs were added to it: with `skip` the first stays, with `refuse` it is `AlreadyExists` and nothing is made.
        """
        original = self._existing(playlist_id)
        kept = ("name", "visibility", "duplicates", "description", "criteria")
        same = {name: getattr(original, name) for name in kept}
        if fields.get("criteria") is not None:
            self._check_may_be_smart(original)
        with self.session.savepoint():
            made = self._create(copy_id, {**same, **named_fields(Playlist, fields)})
            if made.criteria is None:
                fill(self.session, made, _admitted(made, song_ids(self.session, original)))
        return self._existing(made.id)

    # helpers

    def _create(self, playlist_id: str | None, fields: Mapping[str, Any]) -> Playlist:
        given = named_fields(Playlist, fields)
        if given.get("criteria") is not None:
            self._check_criteria(given["criteria"])
        new_id = self.session.context.new_id() if playlist_id is None else playlist_id
        self.session.insert(Playlist(id=new_id, **given))
        return self._existing(new_id)

    def _existing(self, playlist_id: str) -> Playlist:
        playlist = self.session.get(Playlist, playlist_id)
        if playlist is None:
            raise NotFound(Playlist.__name__, playlist_id)
        return playlist

    def _check_criteria(self, criteria: object) -> None:
        parse(criteria, self.session.context.clock())

    def _check_may_be_smart(self, playlist: Playlist) -> None:
        if self.session.find(Query(PlaylistEntry, Eq("playlist_id", playlist.id), limit=1)):
            raise IllegalState(
                Playlist.__name__,
                playlist.id,
                "kept by hand",
                "take criteria",
                "Clear it first, or create another list",
            )

    def _page_where(self, limit: int, cursor: str | None, *conditions: Condition | None) -> Page[Playlist]:
        where = And(*(each for each in conditions if each is not None))
        return page_of(self.session, Query(Playlist, where, Order("name")), limit, cursor)


def _admitted(playlist: Playlist, songs: list[str]) -> list[str]:
    """The songs that a new list lets in."""
    if playlist.duplicates == "allow":
        return songs
    repeated = next((song_id for song_id, times in Counter(songs).items() if times > 1), None)
    if playlist.duplicates == "refuse" and repeated is not None:
        raise AlreadyExists(PlaylistEntry.__name__, "song_id", repeated)
    return list(dict.fromkeys(songs))


def _equal(field: str, value: str | None) -> Condition | None:
    return None if value is None else Eq(field, value)


def _seen(user_id: str | None) -> Condition | None:
    return None if user_id is None else Or(Eq("visibility", "public"), Eq("owner", user_id))
