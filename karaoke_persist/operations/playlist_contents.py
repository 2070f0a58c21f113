"""What is in a playlist, whether it is kept by hand or found by criteria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from karaoke_persist.contract import And, Eq, Exists, In, Order, Query
from karaoke_persist.models import Playlist, PlaylistEntry, Song
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.guest_view import checked_guest, of_songs
from karaoke_persist.operations.ordered_list import check_position
from karaoke_persist.operations.paging import check_page_size
from karaoke_persist.operations.playlist_answers import PlaylistDuration, PlaylistItem, PlaylistPage
from karaoke_persist.operations.smart_playlists import parse
from karaoke_persist.operations.smart_reading import Found, found_songs
from karaoke_persist.session import Session

_Pair = tuple[str, PlaylistEntry | None]


class _Part(NamedTuple):
    """Which part of a list is asked for, and whether by a guest."""

    start: int
    limit: int
    guest: bool

    def check(self) -> None:
        check_position(self.start)
        check_page_size(self.limit)
        checked_guest(self.guest)


class PlaylistContents(Operations):
    """Reading a playlist. A smart one is evaluated anew each time.

    For a guest hidden songs are left out; the others keep the positions that they have in the list.
    """

    @operation("read")
    def get_contents(self, playlist_id: str, *, start: int = 1, limit: int = 50, guest: bool = False) -> PlaylistPage:
        """The songs from a position on; nothing if there is no such list."""
        part = _Part(start, limit, guest)
        part.check()
        playlist = self.session.get(Playlist, playlist_id)
        if playlist is None:
            return PlaylistPage()
        if playlist.criteria is not None:
            return self._page(self._found_pairs(playlist.criteria, part), part, playlist.rev)
        own = Eq("playlist_id", playlist_id)
        query = Query(PlaylistEntry, own, Order("rank"), limit=limit + 1, offset=start - 1)
        return self._page([(entry.song_id, entry) for entry in self.session.find(query)], part, playlist.rev)

    @operation("read")
    def preview(
        self, criteria: Mapping[str, Any], *, start: int = 1, limit: int = 50, guest: bool = False
    ) -> PlaylistPage:
        """What a smart playlist of these criteria would hold."""
        part = _Part(start, limit, guest)
        part.check()
        return self._page(self._found_pairs(criteria, part), part, 0)

    @operation("read")
    def get_duration(self, playlist_id: str, *, guest: bool = False) -> PlaylistDuration:
        """How long the whole list lasts, and how many of its songs have no known length."""
        playlist = self.session.get(Playlist, playlist_id)
        found = [] if playlist is None else list(_lengths(self.session, playlist))
        hidden = _hidden(self.session, found) if checked_guest(guest) else set[str]()
        lengths = [length for song_id, length in found if song_id not in hidden]
        known = [length for length in lengths if length is not None]
        return PlaylistDuration(len(lengths), sum(known), len(lengths) - len(known))

    def _found_pairs(self, criteria: Mapping[str, Any], part: _Part) -> list[_Pair]:
        found = found_songs(self.session, parse(criteria, self.session.context.clock()), skip=part.start - 1)
        return [(song_id, None) for song_id, _ in islice(found, part.limit + 1)]

    def _page(self, pairs: list[_Pair], part: _Part, rev: int) -> PlaylistPage:
        shown, more = pairs[: part.limit], len(pairs) > part.limit
        query = Query(Song, of_songs(part.guest, In("id", sorted({song_id for song_id, _ in shown}))))
        songs = {song.id: song for song in self.session.find(query)} if pairs else {}
        items = [
            PlaylistItem(position, songs[song_id], entry)
            for position, (song_id, entry) in enumerate(shown, part.start)
            if song_id in songs  # one that cannot be decoded is reported, and hides no other
        ]
        return PlaylistPage(tuple(items), rev, part.start + part.limit if more else None)


def found_by(session: Session, playlist: Playlist) -> Iterable[Found]:
    """The songs of a smart playlist at this moment."""
    return found_songs(session, parse(playlist.criteria, session.context.clock()))


def song_ids(session: Session, playlist: Playlist) -> list[str]:
    """The songs of a playlist in their order."""
    if playlist.criteria is not None:
        return [song_id for song_id, _ in found_by(session, playlist)]
    query = Query(PlaylistEntry, Eq("playlist_id", playlist.id), Order("rank"))
    return [row[0] for row in session.rows(query, ("song_id",))]


def _lengths(session: Session, playlist: Playlist) -> Iterable[Found]:
    if playlist.criteria is not None:
        return found_by(session, playlist)
    held = Exists(PlaylistEntry, {"id": "song_id"}, Eq("playlist_id", playlist.id))
    lengths = dict(session.rows(Query(Song, held), ("id", "duration_ms")))
    return [(song_id, lengths.get(song_id)) for song_id in song_ids(session, playlist)]


def _hidden(session: Session, found: Iterable[Found]) -> set[str]:
    where = And(Eq("hidden", True), In("id", sorted({song_id for song_id, _ in found})))
    return {song_id for (song_id,) in session.rows(Query(Song, where), ("id",))}
