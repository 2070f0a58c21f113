"""M3U8: a line for each path, with the length and the name of the song in a line before it.

The id of a song stands in a comment that players skip. A song without media has its address in place of a path, so that
the order is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from karaoke_persist.playlist_formats.track import PlaylistFile, Track, broken, song_address, song_at

_HEADER: Final = "#EXTM3U"
_NAME: Final = "#PLAYLIST:"
_INFO: Final = "#EXTINF:"
_ALBUM: Final = "#EXTALB:"
_SONG: Final = "#KARAOKE-SONG:"
_BREAKS: Final = re.compile(r"[\r\n]+")
_SECONDS: Final = re.compile(r"\s*(-?\d{1,12}(?:\.\d{1,9})?)(?:\s[^,]*)?,(.*)", re.DOTALL)
_BETWEEN: Final = " - "


def write(file: PlaylistFile) -> str:
    """The text of a file."""
    lines = [_HEADER]
    if file.name is not None:
        lines.append(_NAME + _one_line(file.name))
    for track in file.tracks:
        lines += _lines(track)
    return "\n".join(lines) + "\n"


def read(text: str) -> PlaylistFile:
    """What a file says. A list of paths alone is one too."""
    name, tracks = None, list[Track]()
    said: dict[str, str | int | None] = {}
    for number, line in _numbered(text):
        if line.startswith(_INFO):
            said |= _info(number, line)
        elif line.startswith(_ALBUM):
            said["album"] = line.removeprefix(_ALBUM).strip() or None
        elif line.startswith(_SONG):
            said["song_id"] = song_at(line.removeprefix(_SONG).strip())
        elif line.startswith(_NAME):
            name = line.removeprefix(_NAME).strip() or None
        elif not line.startswith("#"):
            tracks.append(_track(number, line, said))
            said = {}
    return PlaylistFile(name, None, tuple(tracks))


def _lines(track: Track) -> Iterator[str]:
    seconds = -1 if track.duration_ms is None or track.duration_ms < 0 else round(track.duration_ms / 1_000)
    shown = _BETWEEN.join(part for part in (track.artist, track.title) if part)
    yield f"{_INFO}{seconds},{_one_line(shown)}"
    if track.album:
        yield _ALBUM + _one_line(track.album)
    if track.song_id is not None:
        yield _SONG + song_address(track.song_id)
    path = track.path
    if path is None or _BREAKS.search(path):
        yield song_address(track.song_id or "")
    else:
        # What begins otherwise like a comment, an address or nothing at all is still a path.
        yield f"./{path}" if path[0] in "# \t" or song_at(path) is not None else path


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if "\x00" in line:
            raise broken("M3U8", number, line, "this is no text; give the text of a playlist")
        if line.strip():
            yield number, line.removesuffix("\r")


def _info(number: int, line: str) -> dict[str, str | int | None]:
    found = _SECONDS.fullmatch(line.removeprefix(_INFO))
    if found is None:
        raise broken("M3U8", number, line, "#EXTINF:SECONDS,ARTIST - TITLE is expected, with -1 for an unknown length")
    seconds, shown = float(found[1]), found[2].strip()
    artist, between, title = shown.partition(_BETWEEN)
    if not between:
        artist, title = "", shown
    return {
        "duration_ms": None if seconds < 0 else round(seconds * 1_000),
        "artist": artist.strip() or None,
        "title": title.strip() or None,
    }


def _track(number: int, line: str, said: dict[str, str | int | None]) -> Track:
    song_id = song_at(line)
    path = None if song_id is not None else _path(line)
    fields: dict[str, object] = {"path": path, "song_id": song_id, **said, "line": number}
    return Track(**fields)  # type: ignore[arg-type]


def _path(line: str) -> str:
    return unquote(line.removeprefix("file://")) if line.startswith("file://") else line.removeprefix("./")


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text)
