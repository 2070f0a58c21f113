"""Playlists out to the formats of others, and in from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from karaoke_persist.contract import In, Query
from karaoke_persist.errors import InvalidValue, NotFound
from karaoke_persist.models import Playlist, PlaylistEntry, Song, rank, thaw
from karaoke_persist.models.record import named_fields
from karaoke_persist.operations.base import Operations, operation
from karaoke_persist.operations.ordered_list import OrderedList
from karaoke_persist.operations.playlist_answers import ImportReport, TrackMatch
from karaoke_persist.operations.playlist_contents import song_ids
from karaoke_persist.operations.playlist_matching import matched
from karaoke_persist.operations.playlist_songs import PLAYLISTS
from karaoke_persist.operations.smart_playlists import parse
from karaoke_persist.playlist_formats import PlaylistFile, PlaylistFormat, Track, read, write
from karaoke_persist.session import Session

UNNAMED: Final = "Imported playlist"
_SAID: Final = ("name", "description", "visibility", "duplicates", "criteria")
"""What a file may say of a playlist, beside its songs."""
_CHUNK: Final = 1_000
_FIELDS: Final = ("id", "title", "artist", "album", "duration_ms", "media")
_PLAYED: Final = ("original", "video", "instrumental", "vocals", "cdg", "midi", "ultrastar")
"""The kinds of media that a player may play, the best first."""


class PlaylistFiles(Operations):
    """Export and import, as text: reading and writing files is the host's."""

    @operation("read")
    def export_text(self, playlist_id: str, form: PlaylistFormat, *, folder: str = "") -> str:
        """A playlist as the text of a file. `folder` is put in front of the paths of the songs."""
        playlist = self.session.get(Playlist, playlist_id)
        if playlist is None:
            raise NotFound(Playlist.__name__, playlist_id)
        keys = song_ids(self.session, playlist)
        tracks = _tracks(self.session, sorted(set(keys)), folder)
        known = tuple(tracks[key] for key in keys if key in tracks)
        said = {name: thaw(getattr(playlist, name)) for name in _SAID}
        return write(PlaylistFile(tracks=known, **said), form)

    @operation("write")
    def import_text(self, /, text: str, form: PlaylistFormat, *, folder: str = "", **fields: Any) -> ImportReport:
        """Make a playlist of the text of a file, and say what each track has become.

        The fields are those of the new playlist, such as `owner`; those that are not given are as the file has them.
        `folder` is taken away from the front of the paths. A track that repeats a song is left out where the list wants
        none twice. A list that the file has criteria of is smart, and needs no tracks; with `criteria=None` it holds
        them. A broken file is `InvalidValue`, which names the line, and nothing is made of it.
        """
        file = read(text, form)
        if fields.get("criteria") is not None:
            raise InvalidValue("Playlist.criteria", fields["criteria"], "they come from the file; None leaves them out")
        said = {name: getattr(file, name) for name in _SAID if getattr(file, name) is not None}
        with self.session.savepoint():
            playlist = self._made({"name": UNNAMED, **said, **named_fields(Playlist, fields)})
            tracks = self._filled(playlist, file, folder) if playlist.criteria is None else []
        stored = self.session.get(Playlist, playlist.id)
        assert stored is not None, "a playlist that was just written is there"
        return ImportReport(stored, tuple(tracks))

    def _made(self, fields: dict[str, Any]) -> Playlist:
        if fields.get("criteria") is not None:
            parse(fields["criteria"], self.session.context.clock())
        playlist = Playlist(id=self.session.context.new_id(), **fields)
        self.session.insert(playlist)
        return playlist

    def _filled(self, playlist: Playlist, file: PlaylistFile, folder: str) -> list[TrackMatch]:
        tracks = matched(self.session, file.tracks, folder)
        if playlist.duplicates != "allow":
            tracks = _repeats_marked(tracks)
        fill(self.session, playlist, [track.song_id for track in tracks if track.song_id and not track.repeats])
        return tracks


def fill(session: Session, playlist: Playlist, songs: Sequence[str]) -> None:
    """Give an empty playlist these songs."""
    new_id = session.context.new_id
    entries = [
        PlaylistEntry(id=new_id(), playlist_id=playlist.id, rank=place, song_id=song_id)
        for place, song_id in zip(rank.spread(len(songs)), songs, strict=True)
    ]
    if entries:
        session.insert(*entries)
        OrderedList(session, PLAYLISTS, playlist.id).changed()


def _repeats_marked(tracks: Iterable[TrackMatch]) -> list[TrackMatch]:
    seen: set[str | None] = {None}
    marked = []
    for track in tracks:
        marked.append(replace(track, repeats=track.song_id is not None and track.song_id in seen))
        seen.add(track.song_id)
    return marked


def _tracks(session: Session, keys: list[str], folder: str) -> dict[str, Track]:
    found: dict[str, Track] = {}
    for start in range(0, len(keys), _CHUNK):
        rows = session.rows(Query(Song, In("id", keys[start : start + _CHUNK])), _FIELDS)
        found |= {row[0]: _track(row, folder) for row in rows}
    return found


def _track(row: tuple[Any, ...], folder: str) -> Track:
    song_id, title, artist, album, duration_ms, media = row
    path = next((media[kind] for kind in _PLAYED if kind in media), None)
    if path is not None and folder:
        path = f"{folder.rstrip('/')}/{path}"
    return Track(title, artist, album, duration_ms, path, song_id)
