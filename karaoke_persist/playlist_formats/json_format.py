"""JSON of our own, versioned: everything that a playlist file can say, without loss."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from karaoke_persist.errors import InvalidValue
from karaoke_persist.playlist_formats.track import PlaylistFile, Track, broken

FORMAT: Final = "karaoke-persist playlist"
VERSION: Final = 1
_TEXTS: Final = {"title": "title", "artist": "artist", "album": "album", "path": "path", "id": "song_id"}
_FILE_TEXTS: Final = ("name", "description", "visibility", "duplicates")
_FILE_NAMES: Final = ("format", "version", *_FILE_TEXTS, "criteria", "songs")
_SONG_NAMES: Final = (*_TEXTS, "durationMs")


def write(file: PlaylistFile) -> str:
    """The text of a file."""
    said: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    said |= {name: getattr(file, name) for name in (*_FILE_TEXTS, "criteria")}
    said |= {"songs": [_song(track) for track in file.tracks]}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> PlaylistFile:
    """What a file says."""
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        raise broken("JSON", error.lineno, text.split("\n")[error.lineno - 1], error.msg) from None
    except (RecursionError, ValueError) as error:  # a number of more digits than Python reads
        raise broken("JSON", 1, text, f"it cannot be read: {error}") from None
    given = _object("JSON", said, _FILE_NAMES)
    if given.get("format") != FORMAT or given.get("version") != VERSION:
        raise InvalidValue("JSON", given.get("version"), f'"format": "{FORMAT}", "version": {VERSION} is expected')
    songs = given.get("songs")
    if not isinstance(songs, list):
        raise InvalidValue("JSON.songs", songs, "a list of songs is expected")
    tracks = tuple(_track(number, song) for number, song in enumerate(songs, 1))
    texts = {name: _text("JSON", given, name) for name in _FILE_TEXTS}
    return PlaylistFile(**texts, criteria=_criteria(given), tracks=tracks)


def _song(track: Track) -> dict[str, Any]:
    said = {name: getattr(track, field) for name, field in _TEXTS.items()} | {"durationMs": track.duration_ms}
    return {name: value for name, value in said.items() if value is not None}


def _track(number: int, song: Any) -> Track:
    at = f"JSON.songs[{number - 1}]"
    given = _object(at, song, _SONG_NAMES)
    length = given.get("durationMs")
    if length is not None and type(length) is not int:
        raise InvalidValue(f"{at}.durationMs", length, "a whole number of milliseconds is expected")
    texts = {field: _text(at, given, name) for name, field in _TEXTS.items()}
    return Track(**texts, duration_ms=length, line=number)


def _object(at: str, value: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidValue(at, value, f"an object with {', '.join(names)} is expected")
    for name in value:
        if name not in names:
            raise InvalidValue(f"{at}.{name}", value[name], f"nothing here is called so; there are {', '.join(names)}")
    return value


def _criteria(given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    value = given.get("criteria")
    if value is not None and not isinstance(value, dict):
        raise InvalidValue("JSON.criteria", value, "an object is expected, or null for a list that is kept by hand")
    return value


def _text(at: str, given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidValue(f"{at}.{name}", value, "text is expected")
    return value
