"""What is in a playlist, whether it is kept by hand or found by criteria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from karaoke_persist.contract import Eq, Exists, In, Order, Query
from karaoke_persist.models import Playlist, PlaylistEntry, Song
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.ordered_list import check_position
from karaoke_persist.operations.paging import check_page_size
from karaoke_persist.operations.playlist_answers import PlaylistDuration, PlaylistItem, PlaylistPage
from karaoke_persist.operations.smart_playlists import parse
from karaoke_persist.operations.smart_reading import Found, found_songs
from karaoke_persist.session import Session

_Pair = tuple[str, PlaylistEntry | None]


class PlaylistContents(Operations):
    """Reading a playlist. A smart one is evaluated anew each time."""

    @operation("read")
    def get_contents(self, playlist_id: str, *, start: int = 1, limit: int = 50) -> PlaylistPage:
        """The songs from a position on; nothing if there is no such list."""
        check_position(start)
        check_page_size(limit)
        playlist = self.session.get(Playlist, playlist_id)
        if playlist is None:
            return PlaylistPage()
        if playlist.criteria is not None:
            return self._page(self._found_pairs(playlist.criteria, start, limit), start, limit, playlist.rev)
        own = Eq("playlist_id", playlist_id)
        query = Query(PlaylistEntry, own, Order("rank"), limit=limit + 1, offset=start - 1)
        return self._page([(entry.song_id, entry) for entry in self.session.find(query)], start, limit, playlist.rev)

    @operation("read")
    def preview(self, criteria: Mapping[str, Any], *, start: int = 1, limit: int = 50) -> PlaylistPage:
        """What a smart playlist of these criteria would hold."""
        check_position(start)
        check_page_size(limit)
        return self._page(self._found_pairs(criteria, start, limit), start, limit, 0)

    @operation("read")
    def get_duration(self, playlist_id: str) -> PlaylistDuration:
        """How long the whole list lasts, and how many of its songs have no known length."""
        playlist = self.session.get(Playlist, playlist_id)
        lengths = [] if playlist is None else _lengths(self.session, playlist)
        known = [length for length in lengths if length is not None]
        return PlaylistDuration(len(lengths), sum(known), len(lengths) - len(known))

    def _found_pairs(self, criteria: Mapping[str, Any], start: int, limit: int) -> list[_Pair]:
        found = found_songs(self.session, parse(criteria, self.session.context.clock()), skip=start - 1)
        return [(song_id, None) for song_id, _ in islice(found, limit + 1)]

    def _page(self, pairs: list[_Pair], start: int, limit: int, rev: int) -> PlaylistPage:
        query = Query(Song, In("id", sorted({song_id for song_id, _ in pairs[:limit]})))
        songs = {song.id: song for song in self.session.find(query)} if pairs else {}
        items = [
            PlaylistItem(position, songs[song_id], entry)
            for position, (song_id, entry) in enumerate(pairs[:limit], start)
            if song_id in songs  # one that cannot be decoded is reported, and hides no other
        ]
        return PlaylistPage(tuple(items), rev, start + limit if len(pairs) > limit else None)


def found_by(session: Session, playlist: Playlist) -> Iterable[Found]:
    """The songs of a smart playlist at this moment."""
    return found_songs(session, parse(playlist.criteria, session.context.clock()))


def song_ids(session: Session, playlist: Playlist) -> list[str]:
    """The songs of a playlist in their order."""
    if playlist.criteria is not None:
        return [song_id for song_id, _ in found_by(session, playlist)]
    query = Query(PlaylistEntry, Eq("playlist_id", playlist.id), Order("rank"))
    return [row[0] for row in session.rows(query, ("song_id",))]


def _lengths(session: Session, playlist: Playlist) -> list[int | None]:
    if playlist.criteria is not None:
        return [length for _, length in found_by(session, playlist)]
    held = Exists(PlaylistEntry, {"id": "song_id"}, Eq("playlist_id", playlist.id))
    lengths = dict(session.rows(Query(Song, held), ("id", "duration_ms")))
    return [lengths.get(song_id) for song_id in song_ids(session, playlist)]
