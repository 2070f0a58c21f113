"""How what a scan found becomes songs in the store: new ones, and what existing ones lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import basename, dirname
from typing import Any, Final

from karaoke_persist.contract import Eq, Query
from karaoke_persist.media.reading import UNKNOWN_ARTIST, ReadSong
from karaoke_persist.media.recognise import Found
from karaoke_persist.media.walk import Tree
from karaoke_persist.models import Song
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.operations import SongOperations

SOURCE: Final = "folder:"
_PLAYABLE: Final = ("original", "vocals", "instrumental", "video", "midi", "ultrastar")


class Merger:
    """Compares what was found below one root with the songs of the store."""

    def __init__(self, root_name: str, tree: Tree) -> None:
        self.source: str = f"{SOURCE}{root_name}"
        self._present = tree.files()
        self._unlisted = tuple(f"{folder}/" for folder in tree.unlisted)
        self._claimed: dict[str, str] = {}

    def pending(self, songs: SongOperations, batch: Sequence[ReadSong]) -> list[Song]:
        """What must be written for these songs: new ones, and the fields that change of existing ones."""
        ids = [song_id for each in batch for song_id in (each.found.folder_id, each.found.derived_id) if song_id]
        stored = songs.get_songs_by_ids(ids)
        current = {song.id: song for song in stored.values()}
        changed: dict[str, dict[str, Any]] = {}
        for each in batch:
            song_id = self._choose_id(each.found, stored)
            song = current.get(stored[song_id].id if song_id in stored else song_id)
            if song is None:
                changed[song_id] = dict(each.fields)
            elif changes := song.differing(self._changes(song, each.fields)):
                # Several folders may belong to one song, since songs were merged: each adds to what is there by now.
                current[song.id] = song.replaced(changes)
                changed.setdefault(song.id, {"title": song.title, "artist": song.artist}).update(changes)
        return [Song(id=song_id, **fields) for song_id, fields in changed.items()]

    def count_missing(self, songs: SongOperations) -> int:
        """How many songs came from this root and have no playable file there any more."""
        rows = songs.session.rows(Query(Song, Eq("source", self.source)), ("media",))
        return sum(not self._is_there(media) for (media,) in rows)

    def _changes(self, song: Song, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that are empty, and the paths that are absent or lead nowhere; what is set stays as it is."""
        empty = {name: value for name, value in fields.items() if name != "media" and _is_empty(song, name)}
        paths = {kind: path for kind, path in fields["media"].items() if not self._may_exist(song.media.get(kind))}
        return {**empty, "media": freeze_object({**song.media, **paths})}

    # ids

    def _choose_id(self, found: Found, stored: dict[str, Song]) -> str:
        """The folder's name, unless another folder has it: once given, an id stays."""
        if found.folder_id is None or found.derived_id in stored:
            return found.derived_id
        song = stored.get(found.folder_id)
        is_merged = song is not None and song.id != found.folder_id  # and so its folder is that of another song
        if song is not None and not is_merged and self._is_elsewhere(song, found):
            return found.derived_id
        owner = self._claimed.setdefault(found.folder_id, found.derived_id)
        return found.folder_id if owner == found.derived_id else found.derived_id

    def _is_elsewhere(self, song: Song, found: Found) -> bool:
        """Whether a song belongs to another root, or to another folder of the same name that is still there."""
        if song.source is not None and song.source.startswith(SOURCE) and song.source != self.source:
            return True
        folders = {dirname(path) for path in song.media.values() if self._may_exist(path)}
        return any(folder != found.folder and basename(folder) == found.name for folder in folders)

    # files

    def _is_there(self, media: Mapping[str, str]) -> bool:
        paths = [media[kind] for kind in _PLAYABLE if kind in media]
        return not paths or any(map(self._may_exist, paths))

    def _may_exist(self, path: str | None) -> bool:
        """Whether a file is there, or in a folder that could not be listed."""
        return path is not None and (path in self._present or path.startswith(self._unlisted))


def _is_empty(song: Song, name: str) -> bool:
    value = getattr(song, name)
    return value is None or (name == "artist" and value == UNKNOWN_ARTIST)
