"""`run`, and the rules of sessions that need a failing backend to be seen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from karaoke_persist import (
    Busy,
    CommitUnknown,
    Conflict,
    InvalidValue,
    Library,
    NestedSession,
    SessionClosed,
    SessionFailed,
    StoreBug,
    Transaction,
    Unavailable,
)

Script = dict[str, list[BaseException]]
Open = Callable[..., Library]


@pytest.mark.parametrize("where", ["upsert", "commit", "session"])
def test_a_conflict_is_tried_again(scripted: Open, script: Script, where: str) -> None:
    """A conflict, wherever it comes from, is tried again in a fresh transaction until it succeeds."""
    library = scripted()
    script[where] = [Conflict("one"), Conflict("two")]
    seen: list[Transaction] = []
    song = library.run(lambda tx: (seen.append(tx), tx.songs.create_or_update_song("a", "t", "x"))[1])
    assert song is not None
    assert song.revision == 1
    assert len({id(tx) for tx in seen}) == len(seen) == (1 if where == "session" else 3)


def test_attempts_are_bounded(scripted: Open, script: Script) -> None:
    """After the last attempt the conflict is raised, and nothing is stored."""
    library = scripted()
    script["commit"] = [Conflict(str(number)) for number in range(9)]
    with pytest.raises(Conflict, match="2"):
        library.run(lambda tx: tx.songs.create_song("t", "x"), attempts=3)
    assert len(script["commit"]) == 6
    assert library.songs.count_songs() == 0


@pytest.mark.parametrize("attempts", [0, -1])
def test_no_attempts(scripted: Open, attempts: int) -> None:
    """Fewer than one attempt is `InvalidValue`."""
    with pytest.raises(InvalidValue):
        scripted().run(lambda tx: tx.songs.count_songs(), attempts=attempts)


@pytest.mark.parametrize(
    "error",
    [
        Busy("writer", 0),
        Unavailable("lost", "Again.", retryable=True),
        CommitUnknown("lost"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_nothing_else_is_tried_again(scripted: Open, script: Script, error: BaseException) -> None:
    """Nothing but a conflict is tried again."""
    library = scripted()
    script["commit"] = [error, error]
    with pytest.raises(type(error)):
        library.run(lambda tx: tx.songs.create_song("t", "x"))
    assert script["commit"] == [error]


def test_a_transaction_is_not_tried_again(scripted: Open, script: Script) -> None:
    """A conflict at the end of `transaction()` is raised: its block cannot run twice."""
    library = scripted()
    script["commit"] = [Conflict("one")]
    with pytest.raises(Conflict), library.transaction() as tx:
        tx.songs.create_song("t", "x")
    assert library.songs.count_songs() == 0


def test_a_foreign_error_is_a_bug_of_the_backend(scripted: Open, script: Script) -> None:
    """An error outside the tree is `StoreBug`, chained, and the session has failed."""
    library = scripted()
    script["find"] = [OSError("driver")]
    with pytest.raises(SessionFailed), library.transaction() as tx:
        with pytest.raises(StoreBug, match="scripted") as caught:
            tx.songs.get_songs()
        assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("call", ["commit", "rollback"])
def test_nothing_is_called_after_a_failing_end(scripted: Open, script: Script, calls: list[str], call: str) -> None:
    """A transaction ends by exactly one of commit and rollback, also when that raises."""
    library = scripted()
    script[call] = [Unavailable("lost", "Again.", retryable=True)]
    with pytest.raises(Unavailable), library.transaction() as tx:
        tx.songs.count_songs()
        if call == "rollback":
            tx.rollback()
    assert [name for name in calls if name in ("commit", "rollback")] == [call]


def test_a_failing_rollback_does_not_hide_the_error(
    scripted: Open, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    """When undoing fails on the way out of an exception, the exception is the news and the failure is logged."""
    library = scripted()
    script["rollback"] = [Unavailable("lost", "Again.", retryable=True)]
    with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError), library.transaction():
        raise ZeroDivisionError
    assert "rolling back" in caplog.text


def test_a_read_only_write_reaches_no_backend(scripted: Open, calls: list[str]) -> None:
    """A write in a read-only session is refused before the backend hears of it."""
    library = scripted()
    with library.transaction(read_only=True) as tx:
        calls.clear()
        for write in (lambda: tx.songs.delete_song("a"), lambda: tx.songs.create_song("t", "x")):
            with pytest.raises(Exception, match="read-only"):
                write()
        assert calls == []


def test_bad_values_reach_no_backend(scripted: Open, calls: list[str]) -> None:
    """A value that is refused never reaches the backend."""
    library = scripted()
    with library.transaction() as tx:
        calls.clear()
        for bad in ({"title": ""}, {"year": 2**63}, {"titel": "x"}):
            with pytest.raises(InvalidValue):
                tx.songs.patch_song("a", bad)
        assert calls == []


def test_single_reads_read_once(scripted: Open, calls: list[str]) -> None:
    """A one-shot read that promises a single read makes exactly one."""
    at = scripted().songs
    for song_id in ("a", "b"):
        at.create_or_update_song(song_id, "t", "x")
    reads: list[Callable[[], Any]] = [
        lambda: at.get_song("a"),
        lambda: at.get_song_as_dict("a"),
        at.get_songs,
        lambda: at.get_songs_by_ids(["a", "b"]),
        at.get_songs_page,
        lambda: at.get_songs_lacking("lyrics"),
        at.count_songs,
        at.get_artists_with_counts,
        lambda: at.get_songs_by_artist("x"),
    ]
    for read in reads:
        calls.clear()
        read()
        assert len([name for name in calls if name not in ("session", "rollback")]) == 1


def test_a_read_that_needs_more_begins_again(scripted: Open, calls: list[str]) -> None:
    """Where one read is not enough, as for an id that may have been merged, the call runs again with a snapshot."""
    at = scripted().songs
    calls.clear()
    assert at.get_song("a") is None
    assert calls == ["session", "get", "rollback", "session", "get", "get", "rollback"]


def test_a_listener_of_another_library(scripted: Open) -> None:
    """A write transaction on one library may be open beside one on another in the same thread."""
    first, second = scripted(), scripted()
    with first.transaction() as one, second.transaction() as two:
        one.songs.create_song("t", "x")
        two.songs.create_song("t", "x")
        with pytest.raises(NestedSession):
            first.songs.create_song("t", "x")
    assert (first.songs.count_songs(), second.songs.count_songs()) == (1, 1)


def test_a_library_as_a_context(scripted: Open) -> None:
    """A library is a context manager that closes it, also when the block fails."""
    with pytest.raises(ZeroDivisionError), scripted() as library:
        raise ZeroDivisionError
    with pytest.raises(SessionClosed):
        library.songs.get_songs()


def test_silence(scripted: Open, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Reading and writing print nothing, and log nothing that a host would see by default."""
    with caplog.at_level(logging.DEBUG, "karaoke_persist"), scripted() as library:
        library.songs.create_or_update_song("a", "t", "x")
        library.songs.search_songs_paginated("t")
        library.songs.delete_song("a")
    assert [record for record in caplog.records if record.levelno >= logging.INFO] == []
    assert capfd.readouterr() == ("", "")
