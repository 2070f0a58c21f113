"""What several formats share: endings, and the texts that lie beside the music."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from karaoke_persist.contract.media import METADATA, OpenSong
from karaoke_persist.media.tags import fitting
from karaoke_persist.models.json_values import INT64_MAX

LOSSY: Final = (".mp3", ".ogg", ".oga", ".opus", ".m4a", ".m4b", ".aac", ".wma", ".mpc", ".spx", ".ac3")
LOSSLESS: Final = (".flac", ".wav", ".aif", ".aiff", ".ape", ".wv", ".tta", ".dsf")
AUDIO: Final = (*LOSSY, *LOSSLESS)
VIDEO: Final = (".mp4", ".m4v", ".mkv", ".webm", ".avi", ".mov", ".mpg", ".mpeg", ".wmv")
IMAGES: Final = (".jpg", ".jpeg", ".png", ".webp")
STEMS: Final = ("original", "vocals", "instrumental")
TEXT_BYTES: Final = 1024 * 1024

_TIMED: Final = re.compile(r"^\s*\[\d{1,3}:\d\d(?:[.:]\d{1,3})?\]", re.MULTILINE)
_LRC_TAG: Final = re.compile(r"^\s*\[(?P<name>ti|ar|al):(?P<value>[^\]]*)\]\s*$", re.MULTILINE | re.IGNORECASE)
_LRC_FIELDS: Final = {"ti": "title", "ar": "artist", "al": "album"}
_TEXTS: Final = {
    "title": ("title",),
    "artist": ("artist",),
    "album": ("album", "releaseTitle"),
    "genre": ("genre",),
    "language": ("language",),
    "release_date": ("releaseDate",),
    "plain_lyrics": ("plainLyrics", "lyrics"),
    "synced_lyrics": ("syncedLyrics",),
    "source_url": ("sourceUrl",),
    "video_id": ("videoId",),
    "uploader": ("uploader",),
    "channel": ("channel",),
    "description": ("description",),
    "mbid": ("mbid",),
}
_INDEXED: Final = ("title", "artist", "album")


def lyrics_of(song: OpenSong) -> dict[str, Any]:
    """The fields that a file of lyrics gives: timed ones if it has times, and what an LRC says of the song."""
    if "lyrics" not in song.found.media:
        return {}
    text = text_of(song, "lyrics")
    if text is None:
        return {}
    if not _TIMED.search(text):
        return _filled({"plain_lyrics": fitting(text, indexed=False)})
    said = {_LRC_FIELDS[match["name"].lower()]: match["value"] for match in _LRC_TAG.finditer(text)}
    fields = {name: fitting(value, indexed=True) for name, value in said.items()}
    return _filled({**fields, "synced_lyrics": fitting(text, indexed=False)})


def metadata_of(song: OpenSong) -> dict[str, Any]:
    """The fields in a `metadata.json`, in either spelling; what does not fit is passed over."""
    if METADATA not in song.found.media:
        return {}
    text = text_of(song, METADATA)
    try:
        said = json.loads(text) if text else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, Mapping):
        song.refuse(METADATA, "it is no JSON object")
        return {}
    texts = {name: _first_text(said, (name, *others), name in _INDEXED) for name, others in _TEXTS.items()}
    return _filled({**texts, "year": _whole(said.get("year")), "duration_ms": _duration(said)})


def text_of(song: OpenSong, kind: str) -> str | None:
    """The text of a small file, whatever its encoding; None, and a report, for a large one."""
    if song.size(kind) > TEXT_BYTES:
        song.refuse(kind, f"it is larger than {TEXT_BYTES} bytes, and no text of a song")
        return None
    return decoded(song.open(kind).read(TEXT_BYTES))


def decoded(data: bytes) -> str:
    """Text as people save it: UTF-8, UTF-16 with its mark, or else the Windows code page of the west."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _first_text(said: Mapping[str, Any], names: tuple[str, ...], indexed: bool) -> str | None:
    values = (said[name] for name in names if isinstance(said.get(name), str))
    return next((text for value in values if (text := fitting(value, indexed=indexed))), None)


def _duration(said: Mapping[str, Any]) -> int | None:
    milliseconds = next((said[name] for name in ("duration_ms", "durationMs") if said.get(name)), None)
    if milliseconds is not None:
        return _whole(milliseconds)
    seconds = said.get("duration")
    return _whole(seconds * 1000) if isinstance(seconds, int | float) and 0 < seconds < 10**9 else None


def _whole(value: object) -> int | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < INT64_MAX:
        return round(value)
    return None


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
