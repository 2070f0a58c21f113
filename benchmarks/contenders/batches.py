"""Songs to be saved in bulk, ready in the form that each contender takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import karaoke_persist
from benchmarks import libraries
from benchmarks.contenders.project import Project
from karaoke_persist import Song
from karaoke_persist.models import indexed_fields, key_fold
from karaoke_persist_sql.tables import column_names

COLUMNS = column_names(Song)


@dataclass(frozen=True, slots=True)
class Batch:
    """The same songs three times: as typed values, as the driver's tuples, and as the mappings of object mappers."""

    songs: list[karaoke_persist.Song]
    rows: list[tuple[Any, ...]]
    mappings: list[dict[str, Any]]

    @property
    def ids(self) -> list[str]:
        """Their ids."""
        return [song.id for song in self.songs]

    def part(self, size: int) -> Batch:
        """The first ones only, for the slow."""
        return Batch(self.songs[:size], self.rows[:size], self.mappings[:size])


def batch(project: Project, size: int, first: int, variant: int) -> Batch:
    """Songs that are not in the library, which lie beyond its last number."""
    made = list(libraries.songs(size, first, variant))
    codec = project.library.store.plans[Song].codec
    return Batch(made, [codec.row(song, 1) for song in made], [_mapping(song) for song in made])


def _mapping(song: Song) -> dict[str, Any]:
    folds = {f"{name}_fold": _fold(getattr(song, name)) for name in indexed_fields(Song)}
    plain = {name: _plain(value) for name, value in song.__dict__.items()}
    return {**plain, **folds, "revision": 1}


def _fold(text: str | None) -> str | None:
    return None if text is None else key_fold(text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
