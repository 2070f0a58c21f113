"""The cursors of search, and what they are bound to."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import InvalidValue, Library, Song
from karaoke_persist.operations import search_cursors, searching
from karaoke_persist.operations.search_cursors import Mark


@pytest.fixture
def library() -> Iterator[Library]:
    """Give a library of three songs."""
    with karaoke_persist.open("memory://", on_error="raise") as opened:
        opened.songs.upsert_songs([Song(id=each, title="Love", artist=each) for each in "abc"])
        yield opened


def newer_rules(place: tuple[Any, ...], rules: int) -> Mark:
    """A place by the rules after these."""
    return Mark(place, rules + 1)


@pytest.mark.parametrize(
    ("module", "name", "other"), [(searching, "Mark", newer_rules), (search_cursors, "VERSION", 99)]
)
def test_another_version(
    library: Library, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, other: object
) -> None:
    """A cursor of another version of the rules, or of cursors, is `InvalidValue`, and says to start again."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(module, name, other)
        songs = library.songs.search("love", limit=1).cursor
        artists = library.songs.search_by_artist("love", limit=1).cursor
    with pytest.raises(InvalidValue, match="start again from the first page"):
        library.songs.search("love", cursor=songs)
    with pytest.raises(InvalidValue, match="start again from the first page"):
        library.songs.search_by_artist("love", cursor=artists)


@pytest.mark.parametrize("sort_by", ["relevance", "title", "artist", "album", "year", "date_added", "plays"])
def test_there_and_back(library: Library, sort_by: str) -> None:
    """A cursor gives the place that it was made of, for every sort, also where a value is absent."""
    pages = [library.songs.search("love", limit=1, sort_by=sort_by)]  # type: ignore[arg-type]
    while pages[-1].cursor is not None:
        pages.append(library.songs.search("love", limit=1, sort_by=sort_by, cursor=pages[-1].cursor))  # type: ignore[arg-type]
    assert sorted(page.items[0].song.id for page in pages) == ["a", "b", "c"]
