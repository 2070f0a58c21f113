"""A folder that is one song: its stems, and what lies beside them under fixed names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from karaoke_persist.contract.media import METADATA, FolderView, FoundSong, OpenSong, UnreadableFile
from karaoke_persist.media.readers.beside import AUDIO, IMAGES, STEMS, VIDEO, lyrics_of, metadata_of
from karaoke_persist.media.tags import read_tags

_BESIDE: Final = {  # kind of media: name, endings with the preferred one first
    "thumbnail": ("thumbnail", IMAGES),
    "cover_art": ("cover", IMAGES),
    "lyrics": ("lyrics", (".lrc", ".txt")),
    "cdg": ("original", (".cdg",)),
    "video": ("video", VIDEO),
    METADATA: (METADATA, (".json",)),
}


class StemsReader:
    """`original`, `vocals` or `instrumental` audio makes its folder a song."""

    endings: frozenset[str] = frozenset({*AUDIO, *(ending for _, endings in _BESIDE.values() for ending in endings)})

    def find(self, folder: FolderView) -> Iterable[FoundSong]:
        """The song that the folder is, if it is one."""
        stems = {kind: name for kind in STEMS if (name := folder.find(kind, AUDIO))}
        if not stems:
            return
        beside = {kind: name for kind, (stem, endings) in _BESIDE.items() if (name := folder.find(stem, endings))}
        reads = (*stems, *(kind for kind in ("lyrics", METADATA) if kind in beside))
        yield FoundSong(folder.name, {**stems, **beside}, reads, is_folder=True)

    def read(self, song: OpenSong) -> Mapping[str, Any]:
        """What the metadata say, then the tags of the first stem that names the song, then the lyrics."""
        tags = [fields for kind in STEMS if (fields := _tags(song, kind)) is not None]
        if not tags:
            raise UnreadableFile("none of its stems can be read")
        best = next((each for each in tags if "title" in each or "artist" in each), tags[0])
        return {**lyrics_of(song), **best, **metadata_of(song)}


def _tags(song: OpenSong, kind: str) -> dict[str, Any] | None:
    if kind not in song.found.media:
        return None
    try:
        return read_tags(song.open(kind))
    except UnreadableFile as error:
        song.refuse(kind, str(error))
        return None
