"""The cursors of search, and what they are bound to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

import karaoke_persist
from karaoke_persist import InvalidValue, Library, Song
from karaoke_persist.contract.search import NORMALISER
from karaoke_persist.operations import search_cursors


@pytest.fixture
def library() -> Iterator[Library]:
    """Give a library of three songs."""
    with karaoke_persist.open("memory://", on_error="raise") as opened:
        opened.songs.upsert_songs([Song(id=each, title="Love", artist=each) for each in "abc"])
        yield opened


@pytest.mark.parametrize("name", ["NORMALISER", "VERSION"])
def test_another_version(library: Library, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A cursor of another version of the normaliser, or of cursors, is `InvalidValue`, and says to start again."""
    songs, artists = (
        library.songs.search("love", limit=1).cursor,
        library.songs.search_by_artist("love", limit=1).cursor,
    )
    newer = {"NORMALISER": dataclasses.replace(NORMALISER, version=NORMALISER.version + 1), "VERSION": 99}
    monkeypatch.setattr(search_cursors, name, newer[name])
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
