"""UltraStar: a text of notes that names its audio, video and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from posixpath import splitext
from typing import Any, Final

from karaoke_persist.contract.media import FolderView, FoundSong, OpenSong, UnreadableFile
from karaoke_persist.media.readers.beside import AUDIO, IMAGES, VIDEO, decoded
from karaoke_persist.media.tags import fitting, read_tags

_HEADER: Final = re.compile(rb"^#([A-Za-z0-9]+):(.*)$", re.MULTILINE)
_MEDIA: Final = {  # kind of media: the headers that name its file, the best first
    "original": ("AUDIO", "MP3"),
    "instrumental": ("INSTRUMENTAL",),
    "vocals": ("VOCALS",),
    "video": ("VIDEO",),
    "cover_art": ("COVER",),
    "thumbnail": ("BACKGROUND",),
}
_FIELDS: Final = {"title": "TITLE", "artist": "ARTIST", "genre": "GENRE", "language": "LANGUAGE"}
_CODE_PAGES: Final = {"CP1250": "cp1250", "CP1252": "cp1252", "UTF8": "utf-8-sig", "UTF-8": "utf-8-sig"}
_NOTE: Final = re.compile(rb"^[:*FRG] +-?\d+ +\d+ +-?\d+ ", re.MULTILINE)


class UltraStarReader:
    """One song for each `.txt` that has the headers of UltraStar and names audio that is there."""

    endings: frozenset[str] = frozenset({".txt", *AUDIO, *VIDEO, *IMAGES})

    def find(self, folder: FolderView) -> Iterable[FoundSong]:
        """The songs of a folder. A file of the same audio in another version, such as a duet, is a song too."""
        for name in folder.names:
            stem, ending = splitext(name)
            if ending.lower() == ".txt" and (headers := _headers(folder.beginning(name))):
                media = _named_files(folder, headers)
                if "original" in media:
                    yield FoundSong(stem, {"ultrastar": name, **media}, ("ultrastar", "original"), shared=_SHARED)

    def read(self, song: OpenSong) -> Mapping[str, Any]:
        """What the headers say, the length from the audio, and the words as lyrics."""
        data = song.open("ultrastar").read(4 * 1024 * 1024)
        headers = _headers(data)
        if not headers or not _NOTE.search(data):
            raise UnreadableFile("it has the headers of UltraStar, and no notes")
        year = headers.get("YEAR", "").strip()
        texts = {
            field: fitting(headers.get(name, ""), indexed=name in ("TITLE", "ARTIST"))
            for field, name in _FIELDS.items()
        }
        fields: dict[str, Any] = {**texts, "year": int(year) if re.fullmatch(r"[1-9]\d{3}", year) else None}
        return {"duration_ms": _length(song), **{name: value for name, value in fields.items() if value is not None}}


_SHARED: Final = frozenset(_MEDIA)


def _length(song: OpenSong) -> int | None:
    try:
        return read_tags(song.open("original")).get("duration_ms")
    except UnreadableFile as error:
        song.refuse("original", str(error))
        raise UnreadableFile("its audio cannot be read") from error


def _headers(data: bytes) -> dict[str, str]:
    """The headers by name in capitals; none unless there are a title, an artist and audio."""
    raw = {
        match[1].upper().decode(): match[2].strip() for match in _HEADER.finditer(data.removeprefix(b"\xef\xbb\xbf"))
    }
    if not {"TITLE", "ARTIST"} <= raw.keys() or not {"AUDIO", "MP3"} & raw.keys():
        return {}
    encoding = _CODE_PAGES.get(raw.get("ENCODING", b"").decode("ascii", "ignore").upper())
    return {name: value.decode(encoding, "replace") if encoding else decoded(value) for name, value in raw.items()}


def _named_files(folder: FolderView, headers: Mapping[str, str]) -> dict[str, str]:
    """The files that are there, of those that the headers name; none outside the folder."""
    named = {kind: [headers[name] for name in names if name in headers] for kind, names in _MEDIA.items()}
    found = {kind: next(filter(None, map(folder.named, texts)), None) for kind, texts in named.items()}
    return {kind: name for kind, name in found.items() if name is not None and _fits(kind, name)}


def _fits(kind: str, name: str) -> bool:
    ending = splitext(name)[1].lower()
    wanted = {"video": VIDEO, "cover_art": IMAGES, "thumbnail": IMAGES}.get(kind, (*AUDIO, *VIDEO))
    return ending in wanted
