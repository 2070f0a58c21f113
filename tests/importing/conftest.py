"""A library in memory, and older databases to bring into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import Library, Song
from karaoke_persist.testing.older_databases import write_oks

Old = Callable[..., Path]


@pytest.fixture
def library() -> Iterator[Library]:
    """Give an empty library that raises instead of degrading."""
    with karaoke_persist.open("memory://", on_error="raise") as library:
        yield library


@pytest.fixture
def old(tmp_path: Path) -> Old:
    """Give a function that writes a database of Open Karaoke Studio."""
    return lambda version="2025-07-31", **tables: write_oks(tmp_path / "old.db", version, **tables)


@pytest.fixture
def song_of(library: Library, old: Old) -> Callable[..., tuple[Song, list[tuple[str | None, str]]]]:
    """Give a function that imports one song, and answers it with the repairs of its fields."""

    def importing(version: str = "2025-07-31", **columns: Any) -> tuple[Song, list[tuple[str | None, str]]]:
        row = {"id": "a", "title": "Jóga", "artist": "Björk", **columns}
        outcome = library.transfer.import_oks(old(version, songs=[row]))
        (song,) = library.songs.get_songs()
        return song, [(note.field, note.reason) for note in outcome.notes]

    return importing
