"""The shapes in which the history answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from karaoke_persist.models import Performance, PerformanceSinger


@dataclass(frozen=True, slots=True)
class Sung:
    """A performance and those who sang it, in the order in which they were named."""

    performance: Performance
    singers: tuple[PerformanceSinger, ...] = ()


class TopSong(NamedTuple):
    """A song and how often it was sung. What it is called now; if it is gone, what it was called last."""

    song_id: str
    title: str
    artist: str
    times: int


class TopArtist(NamedTuple):
    """An artist, as spelled when the songs were sung, and how often they were."""

    artist: str
    times: int


class TopSinger(NamedTuple):
    """A singer, the name that was used last, and how many songs were sung."""

    singer: str
    name: str
    times: int


@dataclass(frozen=True, slots=True)
class SingerSong:
    """A song of one singer: how often it was sung, when last, and at which key and tempo then.

    What it is called now; if it is gone, what it was called then.
    """

    song_id: str
    title: str
    artist: str
    times: int
    last_sung_at: datetime
    key_shift: int
    tempo: int
