"""Mistakes of the calling code: each is told as what it is, and nothing is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import InvalidValue, Library, NestedSession, PluginBroken, SessionClosed, Song, WrongThread

SONG = Song(id="a", title="Title", artist="Artist")


@pytest.fixture
def library() -> Iterator[Library]:
    """Give an empty library that raises."""
    with karaoke_persist.open("memory://", on_error="raise") as opened:
        yield opened


@pytest.mark.parametrize("update", [{"title": ""}, {"year": "nineteen"}, {"titel": "x"}, {"dateAdded": "today"}])
def test_a_copy_is_checked(update: dict[str, Any]) -> None:
    """A copy with changes that no store would take is `InvalidValue`, as if it had been made that way."""
    with pytest.raises(InvalidValue):
        SONG.model_copy(update=update)


def test_a_copy_keeps_what_was_given() -> None:
    """A copy counts as given what the original counted, what the copy changed, and what is made of either."""
    given = SONG.model_copy(update={"durationMs": 5}).given
    assert given == {"title", "title_readings", "artist", "artist_readings", "duration_ms"}


def test_nothing_is_constructed_unchecked() -> None:
    """The way round validation that pydantic offers is closed."""
    with pytest.raises(InvalidValue):
        Song.model_construct(id="a", title="", artist="x")


@pytest.mark.parametrize(
    "mistake",
    [
        lambda songs: songs.upsert_songs([{"id": "a", "title": "t", "artist": "x"}]),
        lambda songs: songs.patch_song("a", [("title", "t")]),
        lambda songs: songs.patch_song("a", None),
        lambda songs: songs.patch_song("a", {"title": "t"}, expect="1"),
        lambda songs: songs.patch_song("a", {"title": "t"}, expect=-1),
        lambda songs: songs.update_song_audio_paths("a", None),
        lambda songs: songs.update_song_with_metadata("a", "title"),
        lambda songs: songs.get_songs_by_ids("abc"),
        lambda songs: songs.get_songs_page(limit=0),
        lambda songs: songs.get_song(5),
        lambda songs: songs.search_songs_paginated(None),
    ],
)
def test_a_wrong_argument_is_the_callers(library: Library, mistake: Callable[[Any], object]) -> None:
    """An argument of the wrong kind is `InvalidValue`, never blamed on the backend, and changes nothing."""
    library.songs.upsert_songs([SONG])
    with pytest.raises(InvalidValue):
        mistake(library.songs)
    assert library.songs.get_song("a") == SONG.model_copy(
        update={
            "revision": 1,
            "date_added": library.songs.get_songs()[0].date_added,
            "curated": ["artist", "title"],
        }
    )


def test_a_closed_library_says_how_to_go_on(library: Library) -> None:
    """Using a library after its close is `SessionClosed`, and the remedy is to open it."""
    library.close()
    with pytest.raises(SessionClosed, match=r"karaoke_persist\.open"):
        library.songs.get_songs()


@pytest.mark.parametrize("plugin", [3, object(), "plugin"])
def test_a_plugin_that_could_never_be_called(plugin: object) -> None:
    """A plugin without any hook is refused, instead of never being heard."""
    with pytest.raises(PluginBroken, match="hookimpl"):
        karaoke_persist.open("memory://", plugins=[plugin])


def test_a_thread_that_has_ended_is_not_mistaken_for_a_new_one(library: Library) -> None:
    """A transaction left open by a thread that has ended belongs to no other, even if the system reuses its number."""
    begun: list[Any] = []
    _in_a_thread(lambda: begun.append(_enter(library)))
    outcomes: list[Any] = []
    _in_a_thread(lambda: outcomes.append(_outcome(lambda: begun[0][1].songs.get_songs())))
    begun[0][0].__exit__(RuntimeError, RuntimeError(), None)
    assert outcomes == [WrongThread]


def test_a_read_inside_a_write_leaves_it_registered(library: Library) -> None:
    """After a read-only transaction inside a write transaction, a nested write is still told apart from a wait."""
    with library.transaction():
        with library.transaction(read_only=True):
            pass
        with pytest.raises(NestedSession):
            library.songs.delete_song("a")


def _enter(library: Library) -> Any:
    transaction = library.transaction()
    return transaction, transaction.__enter__()


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except karaoke_persist.KaraokePersistError as error:
        return type(error)


def _in_a_thread(call: Callable[[], object]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(timeout=20)
