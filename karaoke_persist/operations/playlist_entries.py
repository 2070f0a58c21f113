"""The entries of a playlist that is kept by hand: adding, removing, moving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from karaoke_persist.contract import And, Eq, In, Query
from karaoke_persist.contract.checks import check_key
from karaoke_persist.errors import AlreadyExists, IllegalState, InvalidValue, NotFound
from karaoke_persist.models import Playlist, PlaylistEntry, Record, Song
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.ordered_list import Gap, OrderedList
from karaoke_persist.operations.playlist_answers import AddedSongs
from karaoke_persist.operations.playlist_songs import PLAYLISTS
from karaoke_persist.operations.redirects import kept_ids


class _Kept(NamedTuple):
    """A playlist that is kept by hand, and its order."""

    playlist: Playlist
    order: OrderedList


class PlaylistEntryOperations(Operations):
    """What changes the entries of a playlist. A smart one has none, and is `IllegalState`."""

    # add

    @operation("write")
    def add(
        self,
        playlist_id: str,
        song_id: str,
        *,
        entry_id: str | None = None,
        before: str | None = None,
        after: str | None = None,
        added_by: str | None = None,
    ) -> PlaylistEntry:
        """Add a song at the end, or before or after an entry, and return its entry.

        A song that is in the list already is added again, or its entry returned, or `AlreadyExists`, by the list's
        policy.
        """
        kept, (song_id,) = self._kept(playlist_id), kept_ids(self.session, [song_id])
        if kept.playlist.duplicates == "skip" and (there := self._entries_of(kept, [song_id])):
            return there[song_id]
        gap = kept.order.beside(before, after)
        entry = _entry(self._new_id(entry_id), playlist_id, song_id, added_by)
        return self._added(kept, gap, [entry]).entries[0]

    @operation("write")
    def add_many(
        self,
        playlist_id: str,
        song_ids: Iterable[str],
        *,
        before: str | None = None,
        after: str | None = None,
        added_by: str | None = None,
    ) -> AddedSongs:
        """Add songs in this order at the end, or before or after an entry; all or none."""
        kept, listed = self._kept(playlist_id), self._songs(song_ids)
        return self._added(kept, kept.order.beside(before, after), self._entries_for(kept, listed, added_by))

    @operation("write")
    def add_at(
        self,
        playlist_id: str,
        position: int,
        song_ids: Iterable[str],
        *,
        expect: int | None = None,
        added_by: str | None = None,
    ) -> AddedSongs:
        """Add songs so that the first is at a position, counted from 1.

        With `expect`, a list that has changed since it had that `rev` is `StaleWrite`, and nothing changes.
        """
        kept, listed = self._kept(playlist_id, expect), self._songs(song_ids)
        return self._added(kept, kept.order.at_position(position), self._entries_for(kept, listed, added_by))

    # remove

    @operation("write")
    def remove(self, playlist_id: str, entry_id: str) -> None:
        """Take one entry out."""
        kept = self._kept(playlist_id)
        self.session.delete(PlaylistEntry, kept.order.entry(entry_id).key)
        kept.order.changed()

    @operation("write")
    def remove_many(self, playlist_id: str, entry_ids: Iterable[str]) -> int:
        """Take entries out, all or none; how many there were."""
        kept, listed = self._kept(playlist_id), set(several("entry_ids", entry_ids, PlaylistEntry))
        doomed = And(Eq("playlist_id", playlist_id), In("id", sorted(listed)))
        found = {row[0] for row in self.session.rows(Query(PlaylistEntry, doomed), ("id",))}
        if missing := listed - found:
            raise NotFound(PlaylistEntry.__name__, min(missing))
        return self._removed(kept, Query(PlaylistEntry, doomed))

    @operation("write")
    def clear(self, playlist_id: str) -> int:
        """Take every entry out; how many there were."""
        return self._removed(self._kept(playlist_id), Query(PlaylistEntry, Eq("playlist_id", playlist_id)))

    # move

    @operation("write")
    def move(self, playlist_id: str, entry_id: str, *, before: str | None = None, after: str | None = None) -> None:
        """Move an entry before or after another, or to the end if neither is named."""
        order = self._kept(playlist_id).order
        order.move(entry_id, order.beside(before, after))

    @operation("write")
    def move_to(self, playlist_id: str, entry_id: str, position: int, *, expect: int | None = None) -> None:
        """Move an entry to a position, counted from 1. With `expect`, a list that has changed is `StaleWrite`."""
        order = self._kept(playlist_id, expect).order
        order.move(entry_id, order.moved_to(entry_id, position))

    @operation("write")
    def reorder(self, playlist_id: str, entry_ids: Iterable[str], *, expect: int | None = None) -> None:
        """Let these entries take, in this order, the places that they hold now; the others stay.

        With `expect`, a list that has changed is `StaleWrite`.
        """
        order = self._kept(playlist_id, expect).order
        if order.reorder(entry_ids, order.entries()):
            order.changed()

    @operation("write")
    def replace_order(self, playlist_id: str, entry_ids: Iterable[str], *, expect: int | None = None) -> None:
        """The same for the whole list: every entry is named once. With `expect`, a changed list is `StaleWrite`."""
        order = self._kept(playlist_id, expect).order
        if order.replace_order(entry_ids, order.entries()):
            order.changed()

    # helpers

    def _kept(self, playlist_id: str, expect: int | None = None) -> _Kept:
        playlist = self.session.get(Playlist, playlist_id)
        if playlist is None:
            raise NotFound(Playlist.__name__, playlist_id)
        if playlist.criteria is not None:
            remedy = "Its criteria find its songs: update them, or copy it with criteria=None and change the copy"
            raise IllegalState(Playlist.__name__, playlist_id, "smart", "be changed by hand", remedy)
        order = OrderedList(self.session, PLAYLISTS, playlist_id)
        if expect is not None:
            order.expect(expect)
        return _Kept(playlist, order)

    def _songs(self, song_ids: Iterable[str]) -> list[str]:
        return kept_ids(self.session, several("song_ids", song_ids, Song))

    def _entries_for(self, kept: _Kept, song_ids: list[str], added_by: str | None) -> list[PlaylistEntry]:
        return [_entry(self._new_id(), kept.playlist.id, song_id, added_by) for song_id in song_ids]

    def _added(self, kept: _Kept, gap: Gap, entries: list[PlaylistEntry]) -> AddedSongs:
        admitted, skipped = self._admitted(kept, entries)
        if admitted:
            # A missing song is noticed after the list may have been spread for longer ranks.
            with self.session.savepoint():
                ranks = kept.order.ranks(gap, len(admitted))
                placed = [entry.replaced({"rank": rank}) for entry, rank in zip(admitted, ranks, strict=True)]
                self.session.insert(*placed)
                kept.order.changed()
        stored = self.session.get_many(PlaylistEntry, [entry.key for entry in admitted])
        return AddedSongs(tuple(stored.values()), tuple(skipped))

    def _admitted(self, kept: _Kept, entries: list[PlaylistEntry]) -> tuple[list[PlaylistEntry], list[str]]:
        """The entries that the list's policy lets in, and the songs of those it skips."""
        policy = kept.playlist.duplicates
        if policy == "allow":
            return entries, []
        seen = set(self._entries_of(kept, [entry.song_id for entry in entries]))
        admitted, skipped = list[PlaylistEntry](), list[str]()
        for entry in entries:
            if entry.song_id not in seen:
                admitted.append(entry)
            elif policy == "refuse":
                raise AlreadyExists(PlaylistEntry.__name__, "song_id", entry.song_id)
            else:
                skipped.append(entry.song_id)
            seen.add(entry.song_id)
        return admitted, skipped

    def _entries_of(self, kept: _Kept, song_ids: list[str]) -> dict[str, PlaylistEntry]:
        """The first entry of each of these songs that the list holds."""
        there = kept.order.entries(In("song_id", song_ids))
        return {entry.song_id: entry for entry in reversed(there)}

    def _removed(self, kept: _Kept, doomed: Query) -> int:
        number = self.session.delete_where(doomed)
        if number:
            kept.order.changed()
        return number

    def _new_id(self, given: str | None = None) -> str:
        return self.session.context.new_id() if given is None else given


def several(where: str, ids: Iterable[str], model: type[Record]) -> list[str]:
    """Ids as a list; one id by itself, or anything that is none, is `InvalidValue`."""
    if isinstance(ids, str) or not isinstance(ids, Iterable):
        raise InvalidValue(where, ids, "several ids are expected, as a list")
    listed = list(ids)
    for key in listed:
        check_key(model, key)
    return listed


def _entry(entry_id: str, playlist_id: str, song_id: str, added_by: str | None) -> PlaylistEntry:
    return PlaylistEntry(id=entry_id, playlist_id=playlist_id, rank="", song_id=song_id, added_by=added_by)
