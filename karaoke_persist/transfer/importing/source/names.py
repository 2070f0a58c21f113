"""What a song is called where its row does not say it, and what kind of media a file is."""

from __future__ import annotations

import re
from posixpath import basename, splitext
from typing import Final

UNKNOWN_TITLE: Final = "Unknown Title"
UNKNOWN_ARTIST: Final = "Unknown Artist"

_VIDEO_ID: Final = re.compile(r"(?:---[\w-]{11}|\s*\[[\w-]{11}\])$")
"""What downloaders put behind a title: the id of the video it came from."""
_ARTIST_TITLE: Final = re.compile(r"(?P<artist>\S.*?)\s+[-–]\s+(?P<title>\S.*)", re.DOTALL)
_KINDS: Final = {
    "video": (".mp4", ".mkv", ".avi", ".webm", ".mov", ".m4v", ".mpg", ".mpeg", ".wmv"),
    "cdg": (".cdg",),
    "midi": (".mid", ".midi", ".kar"),
    "lyrics": (".lrc", ".ass", ".srt", ".vtt"),
}


def named(path: str) -> tuple[str | None, str | None]:
    """Artist and title out of the name of a file: "Artist - Title", or else a title alone."""
    stem = _VIDEO_ID.sub("", splitext(basename(path.replace("\\", "/")))[0]).strip()
    match = _ARTIST_TITLE.fullmatch(stem)
    return (match["artist"], match["title"]) if match else (None, stem or None)


def media_kind(path: str) -> str:
    """The kind of media by the ending of a file; audio and archives are `original`."""
    ending = splitext(path.lower())[1]
    return next((kind for kind, endings in _KINDS.items() if ending in endings), "original")
