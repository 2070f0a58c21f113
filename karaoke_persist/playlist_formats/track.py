"""What the formats have in common: a file of tracks, the addresses of songs, and how a broken file is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

from karaoke_persist.errors import InvalidValue

SONG_SCHEME: Final = "karaoke:"
"""Begins the address of a song by its id, where a format wants an address."""


@dataclass(frozen=True, slots=True)
class Track:
    """One song as a file has it. `line` is where it stands in the file that was read."""

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    duration_ms: int | None = None
    path: str | None = None
    song_id: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class PlaylistFile:
    """A playlist as a file has it."""

    name: str | None = None
    description: str | None = None
    tracks: tuple[Track, ...] = ()
    visibility: str | None = None
    duplicates: str | None = None
    criteria: Mapping[str, Any] | None = None
    """Those of a smart list; its tracks are what they found when the file was written."""


def song_address(song_id: str) -> str:
    """The address of a song by its id."""
    return SONG_SCHEME + quote(song_id, safe="")


def song_at(address: str) -> str | None:
    """The id of the song that an address names, or None for an address of another kind."""
    return unquote(address[len(SONG_SCHEME) :]) if address.startswith(SONG_SCHEME) else None


def broken(form: str, line: int, value: object, problem: str) -> InvalidValue:
    """The refusal of a file."""
    return InvalidValue(f"{form}, line {line}", value, problem)
