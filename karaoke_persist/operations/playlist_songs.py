"""What becomes of the entries of playlists when their song goes, or becomes one with another."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from operator import attrgetter
from typing import Final

from karaoke_persist.contract import And, Eq, In, Query
from karaoke_persist.models import Playlist, PlaylistEntry
from karaoke_persist.operations.ordered_list import ListKind, OrderedList
from karaoke_persist.session import Session

PLAYLISTS: Final = ListKind(Playlist, "rev", PlaylistEntry, "playlist_id")


def remove_song_everywhere(session: Session, song_id: str) -> None:
    """Take a song out of every playlist that holds it, and raise the `rev` of each."""
    holding = Query(PlaylistEntry, Eq("song_id", song_id))
    for playlist_id in sorted({row[0] for row in session.rows(holding, ("playlist_id",))}):
        session.delete_where(Query(PlaylistEntry, And(Eq("playlist_id", playlist_id), Eq("song_id", song_id))))
        OrderedList(session, PLAYLISTS, playlist_id).changed()


def replace_song(session: Session, from_ids: Collection[str], to_id: str) -> None:
    """Let the entries of some songs hold another, and raise the `rev` of each list once.

    Where a list wants no song twice, the first of them all stays, and the others go.
    """
    old = sorted(set(from_ids) - {to_id})
    found = session.find(Query(PlaylistEntry, In("song_id", old)))
    by_list = groupby(sorted(found, key=attrgetter("playlist_id", "rank")), attrgetter("playlist_id"))
    with session.savepoint():
        for playlist_id, entries in by_list:
            _replace_in(session, playlist_id, [entry.key for entry in entries], [*old, to_id])


def _replace_in(session: Session, playlist_id: str, keys: list[str], songs: list[str]) -> None:
    ordered = OrderedList(session, PLAYLISTS, playlist_id)
    playlist = session.get(Playlist, playlist_id)
    if playlist is not None and playlist.duplicates != "allow":
        first, *others = [entry.key for entry in ordered.entries(In("song_id", songs))]
        session.delete_where(Query(PlaylistEntry, In("id", others)))
        keys = [key for key in keys if key == first]
    session.patch_where(Query(PlaylistEntry, In("id", keys)), {"song_id": songs[-1]})
    ordered.changed()
