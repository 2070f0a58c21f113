"""What a song takes of others that are merged into it: what it lacks, and where it is missing, files that are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from karaoke_persist.models import Song, key_fold
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.models.record import unchangeable_fields

_DECIDED: Final = frozenset(
    {"title", "artist", "hidden", "aliases", "tags", "media", "extra", "favorite", "curated", "missing_since"}
)
"""Fields that have a rule of their own, or that the kept song decides alone."""


def filled(kept: Song, others: Sequence[Song]) -> dict[str, Any]:
    """The fields of the kept song as they will be, those of the others in their order."""
    songs = (kept, *others)
    by_presence = sorted(songs, key=lambda song: song.missing_since is not None)
    single = Song.model_fields.keys() - _DECIDED - unchangeable_fields(Song)
    return {
        **{name: _first(getattr(song, name) for song in songs) for name in single},
        "aliases": _aliases(kept, others),
        "tags": tuple(dict.fromkeys(tag for song in songs for tag in song.tags)),
        "media": freeze_object(_united(song.media for song in by_presence)),
        "extra": freeze_object(_united(song.extra for song in songs)),
        "favorite": any(song.favorite for song in songs),
        "curated": tuple(sorted({name for song in songs for name in song.curated})),
        "missing_since": _missing_since(songs),
    }


def _first(values: Iterable[Any]) -> Any:
    """The first value that is not empty, or the first of all."""
    every = list(values)
    return next((value for value in every if value not in (None, "", (), {})), every[0])


def _missing_since(songs: Sequence[Song]) -> datetime | None:
    """Missing is what has no file in any of them."""
    since = [song.missing_since for song in songs if song.missing_since is not None]
    return min(since) if len(since) == len(songs) else None


def _united(objects: Iterable[Any]) -> dict[str, Any]:
    united: dict[str, Any] = {}
    for each in objects:
        united = {**each, **united}
    return united


def _aliases(kept: Song, others: Sequence[Song]) -> tuple[str, ...]:
    """Its own, and under which names the others were known that it is not found by yet."""
    known = {key_fold(kept.title), *map(key_fold, kept.aliases)}
    return (*kept.aliases, *_unknown(known, (name for song in others for name in (song.title, *song.aliases))))


def _unknown(known: set[str], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        fold = key_fold(name)
        if fold not in known:
            known.add(fold)
            yield name
