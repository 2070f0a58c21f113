"""When a one-shot call degrades, and when it raises."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from karaoke_persist import (
    Busy,
    CommitUnknown,
    Conflict,
    DataCorrupt,
    InvalidValue,
    Library,
    Song,
    StoreBug,
    Unavailable,
)
from karaoke_persist.operations import SongOperations
from karaoke_persist.operations.searching import SearchingOperations
from karaoke_persist.testing.listening import Recorder

Script = dict[str, list[BaseException]]
Open = Callable[..., Library]

BUSY = Busy("the writer", 0)
LOST = Unavailable("the connection was lost", "Try again.", retryable=True)
DEGRADES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "get_song": (lambda at: at.get_song("a"), None),
    "get_song_as_dict": (lambda at: at.get_song_as_dict("a"), None),
    "get_songs": (lambda at: at.get_songs(), []),
    "get_songs_by_artist": (lambda at: at.get_songs_by_artist("a"), []),
    "get_songs_by_ids": (lambda at: at.get_songs_by_ids(["a"]), {}),
    "get_artists_with_counts": (lambda at: at.get_artists_with_counts(), []),
    "search_songs_paginated": (lambda at: at.search_songs_paginated("a"), ([], 0)),
    "complete": (lambda at: at.complete("a"), []),
    "count_songs": (lambda at: at.count_songs(), 0),
    "create_or_update_song": (lambda at: at.create_or_update_song("a", "t", "x"), None),
    "patch_song": (lambda at: at.patch_song("a", {"title": "t"}), None),
    "update_song_with_metadata": (lambda at: at.update_song_with_metadata("a", {"year": 1}), None),
    "update_song_audio_paths": (lambda at: at.update_song_audio_paths("a", {"vocals": "v"}), False),
    "delete_song": (lambda at: at.delete_song("a"), False),
}
RAISES: dict[str, Callable[[Any], Any]] = {
    "create_song": lambda at: at.create_song("t", "x"),
    "upsert_songs": lambda at: at.upsert_songs([Song(id="a", title="t", artist="x")]),
    "search": lambda at: at.search("a"),
    "search_by_artist": lambda at: at.search_by_artist("a"),
    "get_songs_page": lambda at: at.get_songs_page(),
    "get_songs_lacking": lambda at: at.get_songs_lacking("lyrics"),
    "get_artists_page": lambda at: at.get_artists_page(),
    "get_song_statistics": lambda at: at.get_song_statistics(),
}


@pytest.mark.parametrize("error", [BUSY, LOST, Unavailable("the disk is full", "Make room.", retryable=False)])
@pytest.mark.parametrize(("call", "empty"), DEGRADES.values(), ids=DEGRADES)
def test_empty_answers(scripted: Open, script: Script, call: Any, empty: Any, error: BaseException) -> None:
    """A call whose type has an empty answer gives it when the store is busy or cannot be reached."""
    library = scripted()
    script["session"] = [error]
    assert call(library.songs) == empty


@pytest.mark.parametrize("call", RAISES.values(), ids=RAISES)
def test_no_empty_answer(scripted: Open, script: Script, call: Any) -> None:
    """A call whose type has no empty answer raises."""
    library = scripted()
    script["session"] = [BUSY]
    with pytest.raises(Busy):
        call(library.songs)


def test_every_operation_is_told_apart() -> None:
    """Every operation stands in one of the two tables above."""
    kinds = (SongOperations, SearchingOperations)
    operations = {name for kind in kinds for name in vars(kind) if not name.startswith("_")}
    assert operations == set(DEGRADES) | set(RAISES)


@pytest.mark.parametrize("call", [call for call, _ in DEGRADES.values()], ids=DEGRADES)
def test_on_error_raise(scripted: Open, script: Script, call: Any) -> None:
    """With `on_error="raise"` every call raises."""
    library = scripted(on_error="raise")
    script["session"] = [LOST]
    with pytest.raises(Unavailable):
        call(library.songs)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DataCorrupt("songs", "broken", "a"), DataCorrupt),
        (CommitUnknown("lost"), CommitUnknown),
        (StoreBug("scripted", "broken"), StoreBug),
        (RuntimeError("a bug"), StoreBug),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_everything_else_raises(scripted: Open, script: Script, error: BaseException, expected: Any) -> None:
    """Corrupt data, an unknown commit, a bug and an interrupt raise, whatever `on_error` says."""
    library = scripted()
    script["get"] = [error]
    with pytest.raises(expected):
        library.songs.get_song("a")


def test_an_unknown_commit_raises(scripted: Open, script: Script) -> None:
    """A commit whose answer was lost raises from a one-shot write, and is not tried again."""
    library = scripted()
    script["commit"] = [CommitUnknown("lost")]
    with pytest.raises(CommitUnknown):
        library.songs.create_or_update_song("a", "t", "x")


def test_transactions_raise(scripted: Open, script: Script) -> None:
    """A storage failure inside `transaction()` or `run()` raises and undoes everything."""
    library = scripted()
    script["find"] = [LOST, LOST]
    with pytest.raises(Unavailable), library.transaction() as tx:
        tx.songs.create_or_update_song("a", "t", "x")
        tx.songs.get_songs()
    with pytest.raises(Unavailable):
        library.run(lambda tx: tx.songs.get_songs())
    assert library.songs.get_song("a") is None


def test_mistakes_raise(scripted: Open) -> None:
    """The caller's own mistake raises."""
    with pytest.raises(InvalidValue):
        scripted().songs.patch_song("a", {"titel": "x"})


def test_it_is_logged_once_and_told(scripted: Open, script: Script, caplog: pytest.LogCaptureFixture) -> None:
    """A failure that degrades is logged once with its traceback, and told to listeners."""
    recorder = Recorder()
    library = scripted(plugins=[recorder])
    script["session"] = [LOST]
    with caplog.at_level(logging.DEBUG, "karaoke_persist"):
        library.songs.get_songs()
    assert [(record.levelname, record.exc_info is not None) for record in caplog.records] == [("ERROR", True)]
    assert "get_songs" in caplog.text
    assert [(failure.operation, failure.error) for failure in recorder.failures] == [("get_songs", LOST)]


def test_a_failing_write_leaves_nothing(scripted: Open, script: Script) -> None:
    """A write that degraded has stored nothing, and the next one works."""
    library = scripted()
    script["get"] = [LOST]
    assert library.songs.create_or_update_song("a", "t", "x") is None
    assert library.songs.get_songs() == []
    assert library.songs.create_or_update_song("a", "t", "x") is not None


def test_conflicts_degrade_after_the_last_attempt(scripted: Open, script: Script) -> None:
    """A one-shot write that meets one conflict after the other is tried five times, then degrades."""
    library = scripted()
    script["upsert"] = [Conflict("again") for _ in range(5)]
    assert library.songs.create_or_update_song("a", "t", "x") is None
    assert script["upsert"] == []
