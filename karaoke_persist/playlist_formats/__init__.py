"""Playlists as text in the formats of others: M3U8, XSPF, CSV, JSON. Nothing here touches the disk or a store."""

from __future__ import annotations

from importlib import import_module
from typing import Final, Literal, Protocol, cast, get_args

from karaoke_persist.errors import InvalidValue
from karaoke_persist.playlist_formats.track import PlaylistFile, Track

PlaylistFormat = Literal["m3u8", "xspf", "csv", "json"]
FORMATS: Final[tuple[str, ...]] = get_args(PlaylistFormat)
_MODULES: Final = {"m3u8": "m3u8", "xspf": "xspf", "csv": "csv_format", "json": "json_format"}

__all__ = ["FORMATS", "PlaylistFile", "PlaylistFormat", "Track", "read", "write"]


class _Format(Protocol):
    def read(self, text: str) -> PlaylistFile: ...

    def write(self, file: PlaylistFile) -> str: ...


def read(text: str, form: str) -> PlaylistFile:
    """What a file says. One that is broken is `InvalidValue`, which names the line."""
    if not isinstance(text, str):
        raise InvalidValue("text", text, "the text of a file is expected; decode its bytes as UTF-8")
    return _format(form).read(text.removeprefix("\ufeff"))


def write(file: PlaylistFile, form: str) -> str:
    """The text of a file."""
    return _format(form).write(file)


def _format(name: str) -> _Format:
    if name not in FORMATS:
        raise InvalidValue("format", name, f"choose one of {', '.join(FORMATS)}")
    return cast("_Format", import_module(f"{__name__}.{_MODULES[name]}"))
