"""Audio and video files that are songs by themselves, with the graphics and lyrics of the same name beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from posixpath import splitext
from typing import Any, Final

from karaoke_persist.contract.media import FolderView, FoundSong, OpenSong, UnreadableFile
from karaoke_persist.media.readers.beside import AUDIO, STEMS, VIDEO, lyrics_of
from karaoke_persist.media.tags import read_tags

_TAGGED_VIDEO: Final = (".mp4", ".m4v", ".mov", ".wmv")
_SIGNATURES: Final = {  # what a container begins with, where no tags can be read from it
    ".mkv": (b"\x1a\x45\xdf\xa3",),
    ".webm": (b"\x1a\x45\xdf\xa3",),
    ".avi": (b"RIFF",),
    ".mpg": (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3"),
    ".mpeg": (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3"),
}


class TaggedReader:
    """One song for each audio file, and for each video file without audio of the same name."""

    endings: frozenset[str] = frozenset({*AUDIO, *VIDEO, ".cdg", ".lrc"})

    def find(self, folder: FolderView) -> Iterable[FoundSong]:
        """The songs of a folder, in the order of its files; what may be a stem of the folder is none."""
        for name in folder.names:
            stem, ending = splitext(name)
            if ending.lower() in AUDIO and stem.lower() not in STEMS:
                yield _song(folder, stem, "original", name)
        for name in folder.names:
            stem, ending = splitext(name)
            if ending.lower() in VIDEO and folder.find(stem, AUDIO) is None:
                yield _song(folder, stem, "video", name)

    def read(self, song: OpenSong) -> Mapping[str, Any]:
        """What the tags say, and the lyrics beside the file."""
        kind = song.found.reads[0]
        ending = splitext(song.found.media[kind])[1].lower()
        if kind == "video" and ending not in _TAGGED_VIDEO:
            _check_signature(song, ending)
            return lyrics_of(song)
        return {**lyrics_of(song), **read_tags(song.open(kind))}


def _song(folder: FolderView, stem: str, kind: str, name: str) -> FoundSong:
    beside = {"cdg": (".cdg",), "lyrics": (".lrc",), **({"video": VIDEO} if kind == "original" else {})}
    others = {other: found for other, endings in beside.items() if (found := folder.find(stem, endings))}
    return FoundSong(stem, {kind: name, **others}, (kind, *(["lyrics"] if "lyrics" in others else [])))


def _check_signature(song: OpenSong, ending: str) -> None:
    start = song.open("video").read(16)
    if not start:
        raise UnreadableFile("the file is empty")
    if not start.startswith(_SIGNATURES[ending]):
        raise UnreadableFile("it is damaged, or not what its name says")
